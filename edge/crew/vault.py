"""Who is on board, wrong PINs, answers of this shift <-> one small encrypted file; a damaged one is begun anew."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from edge.crew.throttle import Tries
from edge.spool.database import Connection, Database, StoreError, connect_spool, is_damage, open_database

NAME: Final = "crew.db"
MOST_BYTES: Final = 16 << 20
MOST_ANSWERS: Final = 500  # of a shift; the oldest go first
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS tries (who TEXT PRIMARY KEY, count INTEGER NOT NULL, boot BLOB NOT NULL, until_ms INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS aboard (seat TEXT PRIMARY KEY, collar TEXT NOT NULL, boot BLOB NOT NULL, shift BLOB NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answer (
    n INTEGER PRIMARY KEY, asked TEXT NOT NULL UNIQUE, as_of_ms INTEGER, found INTEGER NOT NULL, result TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Aboard:
    """An officer in a seat, as the file remembers it: only for the same run of the machine."""

    seat: str
    collar: str = field(repr=False)
    boot: bytes
    shift: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer of headquarters, kept for the shift. `as_of_ms`: UTC, how old what it says is."""

    as_of_ms: int | None
    found: int
    result: str = field(repr=False)


class Vault:
    """The file, on a thread of its own. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tries(self, who: str) -> Tries:
        """Of an officer, or of the car."""
        return await self._database.read(partial(_tries, who))

    async def count(self, tries: dict[str, Tries]) -> None:
        """On the disk when it returns, before a PIN is looked at."""
        await self._database.transaction(partial(_count, tries))

    async def forgive(self, whos: Sequence[str]) -> None:
        """The PIN was right."""
        await self._database.transaction(
            lambda connection: connection.executemany("DELETE FROM tries WHERE who = ?", [(who,) for who in whos])
        )

    async def aboard(self) -> list[Aboard]:
        """Who was on board when it was last said."""
        return await self._database.read(
            lambda connection: [Aboard(*row) for row in connection.execute("SELECT * FROM aboard")]
        )

    async def put_aboard(self, crew: Sequence[Aboard]) -> None:
        """Who is on board from now on; nobody: the shift is over, and its answers go."""
        await self._database.transaction(partial(_put_aboard, crew))

    async def keep(self, asked: str, kept: Kept) -> None:
        """For the same question in this shift."""
        await self._database.transaction(partial(_keep, asked, kept))

    async def kept(self, asked: str) -> Kept | None:
        """What headquarters has answered in this shift."""
        return await self._database.read(partial(_kept, asked))


@asynccontextmanager
async def open_vault(folder: Path, key: str) -> AsyncIterator[Vault]:
    """Raises StoreError only when a fresh file cannot be made either."""
    path = folder / NAME
    if not await asyncio.to_thread(_is_sound, path, key):
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    async with open_database(partial(connect_spool, path, key, MOST_BYTES)) as database:
        await database.read(lambda connection: connection.executescript(_SCHEMA))
        yield Vault(database)


def _is_sound(path: Path, key: str) -> bool:
    if not path.exists():
        return True
    try:
        with contextlib.closing(connect_spool(path, key)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except StoreError as error:
        if is_damage(error):
            return False
        raise


def _tries(who: str, connection: Connection) -> Tries:
    row = connection.execute("SELECT count, boot, until_ms FROM tries WHERE who = ?", (who,)).fetchone()
    return Tries(*row) if row else Tries()


def _count(tries: dict[str, Tries], connection: Connection) -> None:
    rows = [(who, of.count, of.boot, of.until_ms) for who, of in tries.items()]
    connection.executemany("INSERT OR REPLACE INTO tries VALUES (?, ?, ?, ?)", rows)


def _put_aboard(crew: Sequence[Aboard], connection: Connection) -> None:
    connection.execute("DELETE FROM aboard")
    rows = [(one.seat, one.collar, one.boot, one.shift) for one in crew]
    connection.executemany("INSERT INTO aboard VALUES (?, ?, ?, ?)", rows)
    if not crew:
        connection.execute("DELETE FROM answer")


def _keep(asked: str, kept: Kept, connection: Connection) -> None:
    values = (asked, kept.as_of_ms, kept.found, kept.result)
    connection.execute("INSERT OR REPLACE INTO answer (asked, as_of_ms, found, result) VALUES (?, ?, ?, ?)", values)
    connection.execute("DELETE FROM answer WHERE n <= (SELECT max(n) FROM answer) - ?", (MOST_ANSWERS,))


def _kept(asked: str, connection: Connection) -> Kept | None:
    row = connection.execute("SELECT as_of_ms, found, result FROM answer WHERE asked = ?", (asked,)).fetchone()
    return Kept(*row) if row else None
