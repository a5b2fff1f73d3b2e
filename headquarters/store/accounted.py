"""The numbers of a stream that are here or known to be dropped, as disjoint ranges in the store."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from proto.ranges import Range, Ranges

MAX_LACKING: Final = 4096  # ranges in one answer; the car says again what it holds, and the rest follows


def add(connection: sqlite3.Connection, stream: int, first: int, last: int) -> bool:
    """Account for first..last. Whether that was news."""
    touched = list(_touching(connection, stream, first - 1, last + 1))
    if len(touched) == 1 and touched[0][0] <= first and last <= touched[0][1]:
        return False
    joined = Ranges([*touched, (first, last)])
    connection.executemany(
        "DELETE FROM accounted WHERE stream = ? AND first = ?", [(stream, begin) for begin, _ in touched]
    )
    connection.executemany("INSERT INTO accounted VALUES (?, ?, ?)", [(stream, *joined_one) for joined_one in joined])
    return True


def lacking(connection: sqlite3.Connection, stream: int, wanted: Iterable[Range]) -> Ranges:
    """What of the wanted ranges is not accounted for; at most MAX_LACKING ranges of it."""
    gaps = (gap for first, last in wanted for gap in _gaps(connection, stream, first, last))
    return Ranges(islice(gaps, MAX_LACKING))


def top(connection: sqlite3.Connection, stream: int) -> int:
    """The greatest number accounted for; 0 when there is none."""
    row = connection.execute(
        "SELECT last FROM accounted WHERE stream = ? ORDER BY first DESC LIMIT 1", (stream,)
    ).fetchone()
    return 0 if row is None else int(row[0])


def _gaps(connection: sqlite3.Connection, stream: int, first: int, last: int) -> Iterator[Range]:
    rows = connection.execute(
        "SELECT first, last FROM accounted WHERE stream = ?1 AND first <= ?3 AND first >= ifnull("
        " (SELECT max(first) FROM accounted WHERE stream = ?1 AND first <= ?2), ?2) ORDER BY first",
        (stream, first, last),
    )
    for begin, end in rows:
        if first < begin:
            yield first, begin - 1
        first = max(first, end + 1)
    if first <= last:
        yield first, last


def _touching(connection: sqlite3.Connection, stream: int, first: int, last: int) -> Iterator[Range]:
    """The stored ranges that share a number with first..last, from the last one down."""
    rows = connection.execute(
        "SELECT first, last FROM accounted WHERE stream = ? AND first <= ? ORDER BY first DESC", (stream, last)
    )
    for begin, end in rows:
        if end < first:
            break
        yield begin, end
    rows.close()
