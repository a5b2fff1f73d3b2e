"""A store's path -> the SQLite file of data sets beside it. One file of its own: its chunks would make the store's backups heavy."""

import sqlite3
from pathlib import Path
from typing import Final

from headquarters.store.file import BUSY_S, StoreError, transaction

APPLICATION_ID: Final = 0x50454453  # "PEDS"
VERSION: Final = 1
SUFFIX: Final = ".datasets"

_TABLES: Final = """
-- One version of one set, whole (base NULL) or as what changed since version `base`; `message`: its signed manifest.
CREATE TABLE data_set (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, version INTEGER NOT NULL, base INTEGER,
    size INTEGER NOT NULL, digest BLOB NOT NULL UNIQUE, message BLOB NOT NULL);
CREATE INDEX data_set_name ON data_set (name, version);
CREATE TABLE chunk (
    id INTEGER PRIMARY KEY, data_set INTEGER NOT NULL REFERENCES data_set, n INTEGER NOT NULL, piece BLOB NOT NULL,
    UNIQUE (data_set, n));

-- What each car said last. `coming`: the version that it is fetching, 0: none.
CREATE TABLE held (
    vehicle TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, coming INTEGER NOT NULL, at_ms INTEGER NOT NULL,
    PRIMARY KEY (vehicle, name)) WITHOUT ROWID;
"""


def path_of(store: Path) -> Path:
    """Where the data sets of a store are."""
    return store.with_name(store.name + SUFFIX)


def open_sets(store: Path) -> sqlite3.Connection:
    """The file of a store, made when absent, for reading and writing. Raises StoreError or sqlite3.Error."""
    path = path_of(store)
    if not path.parent.is_dir():
        raise StoreError(f"the folder of {path} does not exist")
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        with transaction(connection):
            if connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None:
                _make(connection)
            _check(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _make(connection: sqlite3.Connection) -> None:
    for statement in _TABLES.split(";\n"):  # executescript would commit the transaction
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if (application, version) != (APPLICATION_ID, VERSION):
        raise StoreError(f"{path} holds no data sets of this version of patrol-hq")
