"""A path -> an SQLite connection to headquarters' store: one kind that writes, one that only reads beside it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from headquarters.store.schema import ADDED, APPLICATION_ID, TABLES, VERSION

BUSY_S: Final = 5.0  # how long to wait for another instance's transaction
_CACHE_KB: Final = 16_000
_CHECKPOINT_PAGES: Final = 4000  # 16 MB of WAL: a page that many transactions append to is copied back once


class StoreError(Exception):
    """The file is no store that this version can use; the text says why, for a person."""


def open_writer(path: Path) -> sqlite3.Connection:
    """The store, made when absent. Every commit is on the disk when it returns. Raises StoreError or sqlite3.Error."""
    if not path.parent.is_dir():
        raise StoreError(f"the folder of {path} does not exist")
    connection = _connect(f"{path.resolve().as_uri()}?mode=rwc")
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        with transaction(connection):
            if _is_empty(connection):
                _make(connection)
            _check(connection, path)
            _complete(connection)
    except BaseException as error:
        connection.close()
        raise _told(error, path) from error
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """The store as it is, also while it is being written. Raises StoreError or sqlite3.Error."""
    if not path.is_file():
        raise StoreError(f"{path} does not exist")
    connection = _connect(f"{path.resolve().as_uri()}?mode=ro")
    try:
        _check(connection, path)
    except BaseException as error:
        connection.close()
        raise _told(error, path) from error
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing: committed at the end, rolled back when anything is raised."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _connect(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None


def _make(connection: sqlite3.Connection) -> None:
    for statement in TABLES.split(";"):  # executescript would commit the transaction
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _complete(connection: sqlite3.Connection) -> None:
    """What later versions of patrol-hq added: a store of an earlier one gets it when it is opened for writing."""
    for statement in ADDED.split(";"):
        connection.execute(statement)


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise StoreError(f"{path} is an SQLite file, but not of patrol-hq")
    if version != VERSION:
        raise StoreError(f"{path} is of version {version}; this patrol-hq uses version {VERSION}")


def _told(error: BaseException, path: Path) -> BaseException:
    if type(error) is sqlite3.DatabaseError:  # and not one of its subclasses: SQLITE_NOTADB
        return StoreError(f"{path}: {error}")
    return error
