"""Persons, objects, locations, events and relationships as they are handed in, by their owner's references -> tables that hold them.

These tables (`pole_...`) are where headquarters keeps what it imported; `records.building` makes a search file of them.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple, TypeAlias

from records.connection import Connection


class Person(NamedTuple):
    """`born`: ordinal day. `markers`: bits of records.words. `wanted`: for what. `conditions`: of bail, curfew."""

    ref: str
    forenames: str
    surname: str
    born: int | None = None
    sex: str | None = None
    markers: int = 0
    wanted: str | None = None
    conditions: str | None = None

    def __repr__(self) -> str:
        return "Person(...)"  # a repr may reach a log


class Vehicle(NamedTuple):
    """An object. `key`: canonical, of at most 12 characters; `vrm` as it is written."""

    ref: str
    key: str
    vrm: str
    make: str | None = None
    model: str | None = None
    colour: str | None = None
    area: str | None = None
    markers: int = 0

    def __repr__(self) -> str:
        return "Vehicle(...)"


class Location(NamedTuple):
    """`number`: of the house, upper case. Millionths of a degree, WGS 84."""

    ref: str
    number: str | None
    street: str
    town: str | None
    postcode: str | None
    lat_e6: int
    lon_e6: int
    markers: int = 0

    def __repr__(self) -> str:
        return "Location(...)"


class Event(NamedTuple):
    """`day`: ordinal, local; `minute` of the day, None: not known. `location`: a reference."""

    ref: str
    category: str
    day: int
    minute: int | None = None
    location: str | None = None
    summary: str | None = None

    def __repr__(self) -> str:
        return "Event(...)"


class Relationship(NamedTuple):
    """`role`: of records.words.ROLES, by number; what `one` is of `other`, both references."""

    role: int
    one: str
    other: str

    def __repr__(self) -> str:
        return "Relationship(...)"


Row: TypeAlias = Person | Vehicle | Location | Event | Relationship

TABLES: Final = """
CREATE TABLE IF NOT EXISTS pole_person (
    ref TEXT PRIMARY KEY, forenames TEXT NOT NULL, surname TEXT NOT NULL, born INTEGER, sex TEXT, markers INTEGER NOT NULL,
    wanted TEXT, conditions TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pole_object (
    ref TEXT PRIMARY KEY, key TEXT NOT NULL, vrm TEXT NOT NULL, make TEXT, model TEXT, colour TEXT, area TEXT,
    markers INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pole_location (
    ref TEXT PRIMARY KEY, number TEXT, street TEXT NOT NULL, town TEXT, postcode TEXT, lat_e6 INTEGER NOT NULL,
    lon_e6 INTEGER NOT NULL, markers INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pole_event (
    ref TEXT PRIMARY KEY, category TEXT NOT NULL, day INTEGER NOT NULL, minute INTEGER, location TEXT, summary TEXT)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pole_link (
    role INTEGER NOT NULL, one TEXT NOT NULL, other TEXT NOT NULL, PRIMARY KEY (role, one, other)) WITHOUT ROWID;
"""
PLACES: Final[dict[type, str]] = {
    Person: "pole_person",
    Vehicle: "pole_object",
    Location: "pole_location",
    Event: "pole_event",
    Relationship: "pole_link",
}


def make_tables(connection: Connection) -> None:
    """Where they are not there yet."""
    for statement in TABLES.split(";\n"):
        connection.execute(statement)


def put(connection: Connection, rows: Iterable[Row]) -> None:
    """Rows of one type; one of the same reference is replaced."""
    for row in (source := iter(rows)):
        marks = ",".join("?" * len(row))
        sql = f"INSERT OR REPLACE INTO {PLACES[type(row)]} VALUES ({marks})"
        connection.execute(sql, row)
        connection.executemany(sql, source)


def clear(connection: Connection) -> None:
    """Nothing is left of what was put."""
    for table in PLACES.values():
        connection.execute(f"DELETE FROM {table}")
