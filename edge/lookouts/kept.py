"""The crew's own entries and settings <-> one small encrypted file; whole after any power cut."""

import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from edge.spool.database import Connection, StoreError, connect, is_damage

FILE: Final = "crew.own"
PAGE_BYTES: Final = 1024
CACHE_KB: Final = 64

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS look_out (
    key TEXT PRIMARY KEY, vrm TEXT NOT NULL, reason TEXT NOT NULL, officer TEXT NOT NULL, priority INTEGER NOT NULL,
    hours REAL NOT NULL, until_ms INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """`key`: canonical, or a pattern. `until_ms`: UTC; None: its `hours` begin when the car learns the time."""

    key: str = field(repr=False)
    vrm: str = field(repr=False)
    reason: str = field(repr=False)
    officer: str = field(repr=False)
    priority: int
    hours: float
    until_ms: int | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What a file holds. `fault`: why another one was set aside, without personal data; None: none was."""

    entries: tuple[OwnEntry, ...] = ()
    settings: dict[str, int] = field(default_factory=dict)
    fault: str | None = None


class KeptFile:
    """Each call is one transaction, and waits for the disk: not on the event loop, but at the start."""

    def __init__(self, folder: Path, key: str) -> None:
        self._path = folder / FILE
        self._key = key

    def load(self) -> Kept:
        """A file that is damaged, or of another key, is set aside; a new one takes its place."""
        if not self._path.exists():
            return Kept()
        try:
            return self._with(_load)
        except (StoreError, ValueError) as error:
            if isinstance(error, StoreError) and not is_damage(error):
                return Kept(fault=f"cannot be read now: {error}")
            aside = self._path.with_name(f"{FILE}.aside-{time.time_ns()}")
            self._path.rename(aside)
            return Kept(fault=f"damaged or of another key: set aside as {aside.name}")

    def put(self, entries: Iterable[OwnEntry]) -> None:
        """These are all there are. Raises StoreError, OSError."""
        rows = [astuple(entry) for entry in entries]

        def write(connection: Connection) -> None:
            connection.execute("DELETE FROM look_out")
            connection.executemany("INSERT INTO look_out VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

        self._with(write)

    def set(self, name: str, value: int) -> None:
        """One setting. Raises StoreError, OSError."""
        self._with(lambda connection: connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value)))

    def _with(self, deed: Callable[[Connection], T]) -> T:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(connect(self._path, self._key, page_bytes=PAGE_BYTES, cache_kb=CACHE_KB)) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(_SCHEMA)
            connection.execute("BEGIN IMMEDIATE")
            found = deed(connection)
            connection.execute("COMMIT")
        return found


def _load(connection: Connection) -> Kept:
    entries = tuple(OwnEntry(*row) for row in connection.execute("SELECT * FROM look_out ORDER BY key"))
    return Kept(entries, dict(connection.execute("SELECT name, value FROM setting")))
