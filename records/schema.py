"""The tables of a search file, in the order in which a pack holds them. What is numbered is numbered in the order it is searched in."""

from typing import Final

from records.connection import Connection

APPLICATION_ID: Final = 0x50455243  # "PERC"
VERSION: Final = 1

COLUMNS: Final[dict[str, int]] = {
    "about": 6,
    "word": 2,
    "vehicle": 8,
    "gram": 2,
    "person": 8,
    "name": 2,
    "name_short": 2,
    "name_sound": 2,
    "named": 4,
    "street": 3,
    "term": 2,
    "term_short": 2,
    "term_sound": 2,
    "on_street": 2,
    "location": 7,
    "event": 8,
    "cell": 5,
    "link": 3,
}
"""How many columns each table has."""

TABLES: Final = """
-- One row. `as_of`: the day the records are of; days are counted as datetime.date.toordinal counts them.
CREATE TABLE about (as_of INTEGER, persons INTEGER, objects INTEGER, locations INTEGER, events INTEGER, links INTEGER);

-- Texts that recur: makes, models, colours, areas, categories, towns.
CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL);

-- Numbered in the order of `key`, the canonical key. `vrm`: as it is written, NULL when that is the key.
CREATE TABLE vehicle (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, vrm TEXT, make INTEGER, model INTEGER, colour INTEGER, area INTEGER,
    markers INTEGER NOT NULL);
-- Three characters of ^key$ -> the vehicles that have them, as records.postings writes them.
CREATE TABLE gram (gram TEXT PRIMARY KEY, vehicles BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE person (
    id INTEGER PRIMARY KEY, forenames TEXT NOT NULL, surname TEXT NOT NULL, born INTEGER, sex TEXT,
    markers INTEGER NOT NULL, wanted TEXT, conditions TEXT);
-- The distinct folded parts of names, numbered alphabetically, so that an initial is a range.
CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
-- What is left of a name without one of its letters; how it sounds.
CREATE TABLE name_short (text TEXT NOT NULL, name INTEGER NOT NULL, PRIMARY KEY (text, name)) WITHOUT ROWID;
CREATE TABLE name_sound (text TEXT NOT NULL, name INTEGER NOT NULL, PRIMARY KEY (text, name)) WITHOUT ROWID;
-- Every ordered pair of parts of a person's name; a person of one part has the pair (part, 0).
CREATE TABLE named (
    one INTEGER NOT NULL, other INTEGER NOT NULL, person INTEGER NOT NULL, born INTEGER,
    PRIMARY KEY (one, other, person)) WITHOUT ROWID;

CREATE TABLE street (id INTEGER PRIMARY KEY, name TEXT NOT NULL, town INTEGER);
-- The distinct folded words of streets and towns, and postcodes.
CREATE TABLE term (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE term_short (text TEXT NOT NULL, name INTEGER NOT NULL, PRIMARY KEY (text, name)) WITHOUT ROWID;
CREATE TABLE term_sound (text TEXT NOT NULL, name INTEGER NOT NULL, PRIMARY KEY (text, name)) WITHOUT ROWID;
CREATE TABLE on_street (term INTEGER NOT NULL, street INTEGER NOT NULL, PRIMARY KEY (term, street)) WITHOUT ROWID;

-- Numbered by cell. `postcode`: a word. Millionths of a degree.
CREATE TABLE location (
    id INTEGER PRIMARY KEY, street INTEGER NOT NULL, number TEXT, postcode INTEGER, lat_e6 INTEGER NOT NULL,
    lon_e6 INTEGER NOT NULL, markers INTEGER NOT NULL);
-- Numbered by cell, in it by day. `spot`: where in its cell, as records.grid writes it; NULL without a location.
CREATE TABLE event (
    id INTEGER PRIMARY KEY, day INTEGER NOT NULL, minute INTEGER, category INTEGER NOT NULL, location INTEGER,
    spot INTEGER, ref TEXT NOT NULL, summary TEXT);
-- Which numbers lie in a cell; a range is empty when its first is NULL.
CREATE TABLE cell (
    id INTEGER PRIMARY KEY, first_location INTEGER, last_location INTEGER, first_event INTEGER, last_event INTEGER);

-- A relationship, once from either side. A node is number * 4 + records.words.Kind.
CREATE TABLE link (
    node INTEGER NOT NULL, other INTEGER NOT NULL, role INTEGER NOT NULL, PRIMARY KEY (node, other, role)) WITHOUT ROWID;
"""
ORDERED: Final = """
CREATE INDEX vehicle_key ON vehicle (key);
CREATE INDEX name_text ON name (text);
CREATE INDEX term_text ON term (text);
CREATE INDEX event_location ON event (location);
"""
"""Indexes that grow at their end, or close to it, while the rows come in their order."""
OTHERS: Final = """
CREATE INDEX location_street ON location (street, number);
CREATE INDEX location_postcode ON location (postcode, number);
"""
"""Indexes that are sorted, in memory: SQLCipher writes no temporary file."""


def make_tables(connection: Connection) -> None:
    """Empty tables, in the transaction that is open; the file says from then on what it is."""
    _each(connection, TABLES)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def make_indexes(connection: Connection, statements: str) -> None:
    """ORDERED before or after the rows, OTHERS after them."""
    _each(connection, statements)


def drop_tables(connection: Connection) -> None:
    """Nothing is left of them."""
    for table in COLUMNS:
        connection.execute(f"DROP TABLE IF EXISTS {table}")


def _each(connection: Connection, statements: str) -> None:
    for statement in statements.split(";\n"):
        connection.execute(statement)
