"""A search file -> a pack -> the same search file again, in either kind of database."""

import json
import sqlite3
from datetime import date
from typing import Any

import pytest

from records.pack import HEADER, PackError, dumped, loaded
from records.plain import plain
from records.schema import COLUMNS
from records.search import Search


def rows_of(connection: Any) -> dict[str, list[Any]]:  # noqa: ANN401 - either library's connection
    return {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in COLUMNS}


def test_a_pack_holds_all_that_is_searched(hamlet: Any, as_of: date) -> None:  # [proto-10.8]  # noqa: ANN401 - either library's connection
    other = sqlite3.connect(":memory:", isolation_level=None)
    assert loaded(other, list(dumped(hamlet))) == 18
    assert rows_of(other) == rows_of(hamlet)
    one, two = Search(hamlet), Search(other)
    assert plain(two.person("Betram Quillfeather", as_of=as_of)) == plain(
        one.person("Betram Quillfeather", as_of=as_of)
    )
    assert plain(two.vehicle("*12CD*")) == plain(one.vehicle("*12CD*"))


def test_a_pack_is_the_same_each_time(hamlet: Any) -> None:  # noqa: ANN401
    lines = list(dumped(hamlet))
    assert lines == list(dumped(hamlet))
    assert lines[0] == HEADER


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "{}",
        "x",
        '["sqlite_schema",[1]]',
        '["word",[1]]',
        '["word",1]',
        '["gram",["ABC","0x"]]',
        '["gram",["ABC",7]]',
    ],
)
def test_a_line_that_is_no_rows_is_refused(line: str) -> None:
    with pytest.raises(PackError):
        loaded(sqlite3.connect(":memory:", isolation_level=None), [HEADER, line])


def test_a_pack_of_another_version_or_of_nothing_is_refused() -> None:
    for lines in ([], ["records 2"], [HEADER], ["vrm"]):
        with pytest.raises(PackError):
            loaded(sqlite3.connect(":memory:", isolation_level=None), lines)


def test_no_row_of_a_table_is_missing_from_the_table_of_columns(hamlet: Any) -> None:  # noqa: ANN401
    for table, width in COLUMNS.items():
        assert len(hamlet.execute(f"PRAGMA table_info({table})").fetchall()) == width
    assert all(json.loads(line)[0] in COLUMNS for line in list(dumped(hamlet))[1:])
