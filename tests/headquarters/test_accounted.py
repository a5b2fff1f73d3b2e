"""Accounted ranges in the store behave as `proto.ranges` do in memory. [proto-4]"""

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from headquarters.store import accounted
from headquarters.store.schema import TABLES
from proto.ranges import Range, Ranges

RANGE = st.tuples(st.integers(1, 60), st.integers(0, 12)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def stored(connection: sqlite3.Connection, stream: int) -> list[Range]:
    return list(connection.execute("SELECT first, last FROM accounted WHERE stream = ? ORDER BY first", (stream,)))


def fresh() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(TABLES)
    return connection


@given(st.lists(RANGE), st.lists(RANGE))
def test_ranges_in_the_store_are_the_ranges_in_memory(added: list[Range], asked: list[Range]) -> None:
    connection = fresh()
    accounted.add(connection, 1, 30, 40)  # another stream's numbers change nothing
    model = Ranges()
    for first, last in added:
        news = not model.covers(first, last)
        model.add(first, last)
        assert accounted.add(connection, 2, first, last) is news
    assert stored(connection, 2) == list(model)
    assert stored(connection, 1) == [(30, 40)]
    wanted = Ranges(asked)
    expected = Ranges(gap for first, last in wanted for gap in model.gaps(first, last))
    assert accounted.lacking(connection, 2, wanted) == expected
    connection.close()


def test_an_answer_about_what_is_lacking_is_bounded() -> None:
    connection = fresh()
    connection.executemany("INSERT INTO accounted VALUES (1, ?, ?)", [(n, n) for n in range(2, 20_000, 2)])
    lacking = accounted.lacking(connection, 1, [(1, 2**40)])
    assert len(lacking) == accounted.MAX_LACKING
    assert list(lacking)[:2] == [(1, 1), (3, 3)]
    connection.close()
