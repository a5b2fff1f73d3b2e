"""A store's path -> the SQLite file of records beside it: the tables as imported (`pole_...`), and those that are searched."""

import sqlite3
from pathlib import Path
from typing import Final

from headquarters.store.file import BUSY_S, StoreError
from records.schema import APPLICATION_ID, VERSION

SUFFIX: Final = ".records"
_CACHE_KB: Final = 64_000


def path_of(store: Path) -> Path:
    """Where the records of a store are."""
    return store.with_name(store.name + SUFFIX)


def open_writer(path: Path) -> sqlite3.Connection:
    """The file, made when absent. Raises StoreError or sqlite3.Error."""
    if not path.parent.is_dir():
        raise StoreError(f"the folder of {path} does not exist")
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        if connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is not None:
            _check(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """The file as it is, also while records are imported; from any one thread at a time. Raises StoreError or sqlite3.Error."""
    if not path.is_file():
        raise StoreError(f"{path} does not exist: patrol-hq records import makes it")
    uri = f"{path.resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        _check(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if (application, version) != (APPLICATION_ID, VERSION):
        raise StoreError(f"{path} holds no records of this version of patrol-hq")
