"""A hamlet's records, in the two kinds of database that the search runs over."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3

from proto.plates import canonical
from records import building, rows
from records.search import Search
from records.words import ROLE_CODES, bits_of

AS_OF = date(2026, 11, 25)


def _vehicle(ref: str, vrm: str, *rest: Any) -> rows.Vehicle:  # noqa: ANN401 - the columns as they stand
    key = canonical(vrm)
    assert key is not None
    return rows.Vehicle(ref, key, vrm, *rest)


def _day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


PERSONS = [
    rows.Person("p1", "Bertram", "Quillfeather", _day("1980-05-17"), "M", bits_of(["violent"]), "burglary"),
    rows.Person("p2", "Anna Maria", "Müller-Jorvik", _day("1991-04-03"), "F", 0, None, "curfew 21:00 to 06:00"),
    rows.Person("p3", "Siân", "O'Bracken", _day("1980-08-25")),
    rows.Person("p4", "Edmund", "Quillfeather", None),
    rows.Person("p5", "J", "Tarnbrook", _day("1955-01-31")),
    rows.Person("p6", "Prince", "", _day("2001-02-03")),
]
VEHICLES = [
    _vehicle("v1", "AB12 CDE", "FORD", "FIESTA", "RED", "Kiln Ward", bits_of(["stolen", "firearms"])),
    _vehicle("v2", "AB12 CDF", "BMW", "320", "BLUE", "Mill Ward", 0),
    _vehicle("v3", "QO10 OOO", None, None, None, None, 0),
    _vehicle("v4", "F1", "KIA", None, "GREEN", None, 0),
]
LOCATIONS = [
    rows.Location("l1", "12", "Kiln Lane", "Newbarrow", "ZA1 2CD", 53_800_000, -5_000_000, bits_of(["dangerous dog"])),
    rows.Location("l2", "14A", "Kiln Lane", "Newbarrow", "ZA1 2CD", 53_800_900, -5_000_000),
    rows.Location("l3", "12", "Drover Rise", "Oldbarrow", "ZA9 9XY", 53_820_000, -5_000_000),
]
EVENTS = [
    rows.Event("e1", "burglary", _day("2026-11-01"), 60, "l1", "rear window"),
    rows.Event("e2", "assault", _day("2026-11-20"), None, "l2"),
    rows.Event("e3", "theft_of_vehicle", _day("2025-01-02"), 1200, "l1"),
    rows.Event("e4", "robbery", _day("2026-11-24"), 5, "l3"),
    rows.Event("e5", "other", _day("2026-11-24")),
]
RELATIONSHIPS = [
    rows.Relationship(ROLE_CODES[role], one, other)
    for role, one, other in (
        ("keeper", "p1", "v1"),
        ("resident", "p1", "l1"),
        ("suspect", "p1", "e2"),
        ("suspect", "p1", "e3"),
        ("witness", "p3", "e1"),
        ("used", "v1", "e1"),
        ("victim", "nobody", "e1"),
    )
]


def _made(connection: Any) -> Any:  # noqa: ANN401 - either library's connection
    connection.execute("BEGIN")
    rows.make_tables(connection)
    every: Sequence[Sequence[rows.Row]] = (PERSONS, VEHICLES, LOCATIONS, EVENTS, RELATIONSHIPS)
    for some in every:
        rows.put(connection, some)
    assert building.build(connection, AS_OF.toordinal()) == 1  # a victim whom nobody knows
    connection.execute("COMMIT")
    return connection


@pytest.fixture(params=["sqlite3", "sqlcipher3"])
def connect(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Any]:
    """A new file of either kind."""

    def connected() -> Any:  # noqa: ANN401 - either library's connection
        if request.param == "sqlite3":
            return sqlite3.connect(tmp_path / "records.db", isolation_level=None)
        connection = sqlcipher3.dbapi2.connect(str(tmp_path / "records.db"), isolation_level=None)
        connection.execute(f"PRAGMA key = \"x'{'5a' * 32}'\"")
        return connection

    return connected


@pytest.fixture
def hamlet(connect: Callable[[], Any]) -> Iterator[Any]:
    """The hamlet's file, open."""
    connection = _made(connect())
    yield connection
    connection.close()


@pytest.fixture
def search(hamlet: Any) -> Search:  # noqa: ANN401 - either library's connection
    """The hamlet's file, to be searched."""
    return Search(hamlet)


@pytest.fixture
def as_of() -> date:
    """The day of all questions."""
    return AS_OF
