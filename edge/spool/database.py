"""One encrypted SQLite file -> whole transactions on one worker thread. The only place where the car's stores are opened.

Page size and WAL: docs/decisions/0002-the-spool-is-the-queue.md has the measurements. Who syncs: `wal.py`.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlcipher3 import dbapi2

from edge.lean import in_place_of
from edge.spool import wal

with in_place_of("sqlite3", dbapi2):  # of the same shape: a second SQLite, which opens no file of the car's, costs 1 MB
    import aiosqlite

T = TypeVar("T")

Connection = Any  # sqlcipher3 ships no types; it has sqlite3.Connection's shape
StoreError: Final = dbapi2.Error

PAGE_BYTES: Final = 1024  # m: 0.8 kB of WAL a read at 5/s, against 2.0 with pages of 4 kB
CHECKPOINT_PAGES: Final = 4096  # 4 MB of WAL between checkpoints: each page is written back once, however often it grew
SPOOL_CACHE_KB: Final = 1024

_IO: Final = 10  # SQLITE_IOERR
_FULL: Final = 13  # SQLITE_FULL
_IS_DAMAGE: Final = frozenset({11, 26})  # SQLITE_CORRUPT, SQLITE_NOTADB


class DamagedError(dbapi2.Error):  # type: ignore[misc]
    """What was read is not what was written, though SQLite said nothing."""

    sqlite_errorcode: Final = 11


class UnsyncedError(dbapi2.Error):  # type: ignore[misc]
    """What was committed may not be on the disk: promise nothing more, and look at every page before the next promise."""

    sqlite_errorcode: Final = 10 | 4 << 8  # SQLITE_IOERR_FSYNC


def is_full(error: Exception) -> bool:
    """Whether the disk, or the file's own bound, is full: wait for room, promise nothing meanwhile."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == _FULL


def is_io(error: Exception) -> bool:
    """Whether the disk did not do what it was told."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == _IO


def is_damage(error: Exception) -> bool:
    """Whether the file is not what this key wrote."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _IS_DAMAGE


async def to_the_end(deed: Coroutine[Any, Any, T]) -> T:
    """Its result. A waiter that is cancelled leaves it running: memory must learn what the file was told."""
    return await asyncio.shield(asyncio.ensure_future(deed))


def key_id(key: str) -> str:
    """16 hex digits that name a key without telling it."""
    return hashlib.blake2s(bytes.fromhex(key), digest_size=8, person=b"keyid").hexdigest()


def connect(path: Path, key: str, *, page_bytes: int, cache_kb: int, read_only: bool = False) -> Connection:
    """A connection to an encrypted file; nothing has been read yet, so a wrong key shows at the first statement.

    `key` is 64 hex digits. The salt is derived from it, so that a damaged first page costs that page and not the file.
    """
    salt = hashlib.blake2s(bytes.fromhex(key), digest_size=16, person=b"salt").hexdigest()
    mode = "ro" if read_only else "rwc"
    connection = dbapi2.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{key}{salt}'\"")
    connection.execute(f"PRAGMA cipher_page_size = {page_bytes}")
    connection.execute(f"PRAGMA cache_size = -{cache_kb}")
    connection.execute("PRAGMA busy_timeout = 5000")
    return connection


def connect_spool(path: Path, key: str, max_bytes: int | None = None) -> Connection:
    """The spool's file. What a `Database` has committed is on the disk; what others commit is, once they have closed it."""
    wal.reuse(path)
    connection = connect(path, key, page_bytes=PAGE_BYTES, cache_kb=SPOOL_CACHE_KB)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        if max_bytes is not None:
            connection.execute(f"PRAGMA max_page_count = {max_bytes // PAGE_BYTES}")
    except StoreError:
        connection.close()
        raise
    return connection


class Database:
    """One connection and its thread. A transaction is one function: it cannot be cancelled half-way or interleaved."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._wal = wal.of(connection._conn)

    async def transaction(self, deed: Callable[[Connection], T]) -> T:
        """Runs `deed(connection)` on the worker thread between BEGIN and COMMIT; rolled back when it raises.

        What it did is on the disk when this returns. After an UnsyncedError nobody knows whether it is.
        """
        return await self._on_thread(self._promised, deed)

    def _promised(self, connection: Connection, deed: Callable[[Connection], T]) -> T:
        result = _whole(connection, deed)
        try:
            self._wal.sync()
        except OSError as error:
            raise UnsyncedError(f"the log could not be synced: {error.strerror}") from error
        return result

    def let_go(self) -> None:
        """The connection is closed."""
        self._wal.close()

    async def read(self, deed: Callable[[Connection], T]) -> T:
        """Runs `deed(connection)` on the worker thread, outside any transaction of ours."""
        return await self._on_thread(_plain, deed)

    async def _on_thread(
        self, how: Callable[[Connection, Callable[[Connection], T]], T], deed: Callable[[Connection], T]
    ) -> T:
        # aiosqlite's public calls are one statement each; a transaction must be one call (see libraries: `_execute`).
        connection = self._connection
        result: T = await to_the_end(connection._execute(lambda: how(connection._conn, deed)))  # type: ignore[no-untyped-call]
        return result


@asynccontextmanager
async def open_database(connect_: Callable[[], Connection]) -> AsyncIterator[Database]:
    """A database on a thread of its own; closed (and its WAL checkpointed) at the end."""
    connection = aiosqlite.Connection(connect_, 64)
    await connection
    database = None
    try:
        database = Database(connection)
        yield database
    finally:
        await connection.close()
        if database is not None:
            database.let_go()


OpenDatabase = Callable[[Callable[[], Connection]], AbstractAsyncContextManager[Database]]


def _whole(connection: Connection, deed: Callable[[Connection], T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = deed(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def _plain(connection: Connection, deed: Callable[[Connection], T]) -> T:
    return deed(connection)
