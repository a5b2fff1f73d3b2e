"""One car's card: a real encrypted file on a file system in memory. Time, a full disk and a failing commit are the world's.

What is committed is durable, what is not is gone: the file is what `synchronous=FULL` promises of a disk that keeps its
word (disks that do not are tortured elsewhere). The store's thread is a queue: a waiter that is cancelled stops nothing.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlcipher3 import dbapi2

from edge.spool.database import Connection, Database
from tests.virtual.rig.loop import Process, VirtualLoop

FULL: Final = 13
IOERR_FSYNC: Final = 1034
USUAL_S: Final = 0.004
STALLED_S: Final = 3.0


class Disk:
    """What the world does to it."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.loop = loop
        self.begins: Callable[[], None] = lambda: None
        """Who waits for a deed of the car's."""
        self.is_full = False
        self.is_slow = False
        self.fails: str | None = None
        """How the next commit fails: "lost", or "kept" though it says that it failed."""

    def takes_s(self) -> float:
        """Half of what a deed takes."""
        return self.loop.chance.uniform(0, STALLED_S if self.is_slow else USUAL_S)

    @asynccontextmanager
    async def opened(self, connect: Callable[[], Connection]) -> AsyncIterator[Database]:
        """As `edge.spool.database.open_database`."""
        thread = _Thread(self, await self.loop.run_in_executor(None, connect))
        database = Database(thread)  # type: ignore[arg-type]  # what it uses of an aiosqlite connection is here
        if (process := Process.current()) is not None:
            process.at_end.append(database.let_go)
        try:
            yield database
        finally:
            await thread.close()
            database.let_go()


class _Thread:
    """One connection's worker: one deed at a time, each at one instant."""

    def __init__(self, disk: Disk, connection: Connection) -> None:
        self._disk = disk
        self._loop = disk.loop
        self._process = Process.current()
        self._conn = _Faulty(disk, connection, self._happened)
        self._waiting: deque[tuple[Callable[[], Any], asyncio.Future[Any]]] = deque()
        if self._process is not None:
            self._process.at_end.append(self._conn.drop)

    async def _execute(self, deed: Callable[[], Any]) -> Any:  # noqa: ANN401 - the deed's
        told = self._loop.create_future()
        self._waiting.append((deed, told))
        if len(self._waiting) == 1:
            self._begin()
        return await told

    async def close(self) -> None:
        await self._execute(self._conn.drop)

    def _begin(self) -> None:
        self._happened("begun")
        self._disk.begins()
        self._loop.call_later(self._disk.takes_s(), self._perform)

    def _perform(self) -> None:
        if self._is_over():
            return
        deed, told = self._waiting[0]
        try:
            result = deed()
        except Exception as error:  # noqa: BLE001 - handed to whoever waits, as the thread does
            self._loop.call_later(self._disk.takes_s(), self._tell, told.set_exception, told, error)
        else:
            self._loop.call_later(self._disk.takes_s(), self._tell, told.set_result, told, result)

    def _tell(self, how: Callable[[Any], None], told: "asyncio.Future[Any]", what: object) -> None:
        if self._is_over():
            return
        self._waiting.popleft()
        if not told.done():
            how(what)
        if self._waiting:
            self._begin()

    def _happened(self, what: str) -> None:
        if self._process is not None:
            self._process.happened(what)

    def _is_over(self) -> bool:
        return self._process is not None and self._process.is_over


class _Faulty:
    """The connection, whose COMMIT may fail."""

    def __init__(self, disk: Disk, connection: Connection, happened: Callable[[str], None]) -> None:
        self._disk = disk
        self._connection = connection
        self._happened = happened
        self._is_broken = False
        self._is_open = True
        self._deletes = False

    def execute(self, sql: str, *values: Any) -> Any:  # noqa: ANN401 - as sqlite has it
        if self._is_broken:
            raise _error("disk I/O error", IOERR_FSYNC)
        return self._commit() if sql == "COMMIT" else self._connection.execute(sql, *values)

    def executemany(self, sql: str, values: Sequence[Any]) -> Any:  # noqa: ANN401
        self._deletes = self._deletes or (sql.startswith("DELETE FROM run") and bool(values))
        return self._connection.executemany(sql, values)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._connection, name)

    def drop(self) -> None:
        """What was not committed is gone."""
        if self._is_open and self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._is_open = False
        self._connection.close()

    def _commit(self) -> Any:  # noqa: ANN401
        disk = self._disk
        if disk.is_full:
            raise _error("database or disk is full", FULL)
        fails, disk.fails = disk.fails, None
        if fails == "lost":
            self._connection.execute("ROLLBACK")
        else:
            self._connection.execute("COMMIT")
            disk.loop.say("committed")
            self._happened("deleted" if self._deletes else "committed")
        self._deletes = False
        if fails is not None:
            self._is_broken = True
            raise _error("disk I/O error", IOERR_FSYNC)
        return None


def _error(text: str, code: int) -> Exception:
    error = dbapi2.OperationalError(text)
    error.sqlite_errorcode = code
    assert isinstance(error, Exception)
    return error
