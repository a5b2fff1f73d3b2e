"""One list <-> one encrypted file: written whole beside the old one and renamed over it, then only read."""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final
from zlib import crc32

from edge.matcher.entry import Entry
from edge.matcher.rows import BARE, FOUND, SCHEMA, Row, Writer, entry_of, limits_of, row_of
from edge.matcher.sieve import Growing, Sieve, Variant
from edge.matcher.swap import PREVIOUS as PREVIOUS
from edge.matcher.swap import swapped
from edge.spool.database import Connection, DamagedError, StoreError, connect
from proto.limits import Limits, parse_limits
from proto.patterns import ALL, MOST_OF_A_LIST, pattern
from proto.voi import Entry as VoiEntry

SUFFIX: Final = ".list"
PAGE_BYTES: Final = 4096
LAYOUT: Final = 2  # of the file: two slots a key in the sieve, facts in a table of their own; one of another layout is made anew, not read
CACHE_KB: Final = 2048  # m: 8 MB costs 5 MB of memory and gains nothing on look-ups

_ABOUT: Final = """
CREATE TABLE about (name TEXT, version INTEGER, made_ms INTEGER, entries INTEGER, signed INTEGER, sieve BLOB, crc INTEGER);
"""


@dataclass(frozen=True, slots=True)
class About:
    """What a list says of itself. `made_ms`: UTC milliseconds, None when the maker's clock was not known."""

    name: str
    version: int
    made_ms: int | None
    entries: int
    signed: bool


class EmptyListError(ValueError):
    """There is no entry to write."""


class ListFile:
    """A list that is open for look-ups. A damaged page costs the entries on it, not the list."""

    def __init__(self, connect_: Callable[[], Connection], connection: Connection, about: About, sieve: Sieve) -> None:
        self._connect = connect_
        self._connection = connection
        self._sieve = sieve
        self.about = about
        self.is_damaged = False
        self.patterns: list[tuple[str, Entry]] = []
        self.limits: tuple[Limits, ...] = ()
        self._read_patterns()

    def may_hold(self, seed: int) -> bool:
        """False: the key of this `sieve.slot_seed` is surely not listed here."""
        return self._sieve.may_hold(seed)

    def may_hold_of(self, variants: Iterable[Variant]) -> list[Variant]:
        """Those of a key's variants that may be listed here."""
        return self._sieve.of(variants)

    def find(self, key: int) -> list[Entry]:
        """The entries under a packed key."""
        try:
            return self._found(FOUND, key)
        except (StoreError, ValueError):  # ValueError: of the end of long facts SQLCipher gave zeros
            self.is_damaged = True
            self._open_anew()
        try:
            return self._found(BARE, key)  # a page of facts was damaged, not the entry's own
        except (StoreError, ValueError):
            self._open_anew()
            return []

    def _found(self, query: str, key: int) -> list[Entry]:
        rows = self._connection.execute(query, (key,)).fetchall()
        if query is FOUND and any(vehicle is None or why is None for *_, vehicle, why in rows):
            raise DamagedError("a fact is gone")
        return [entry_of(self.about.name, key, row, signed=self.about.signed) for row in rows]

    def close(self) -> None:
        """No look-ups any more."""
        self._connection.close()

    def _read_patterns(self) -> None:
        """They are few, and kept in memory by whoever matches; with them come the limits of the list. Raises StoreError."""
        try:
            for row in self._connection.execute(f"{FOUND} LIMIT ?", (0, MOST_OF_A_LIST)):
                entry = entry_of(self.about.name, 0, row, signed=self.about.signed)
                found = pattern(entry.vrm)
                if found == ALL:
                    self.limits += (parse_limits(limits_of(row)),)
                elif found is not None:
                    self.patterns.append((found, entry))
        except ValueError as error:
            raise DamagedError("a list is damaged") from error

    def _open_anew(self) -> None:
        """SQLCipher reads nothing more over a connection that has met a damaged page."""
        try:
            fresh = self._connect()
        except StoreError:  # the file is gone; there will be another one, or none
            return
        self._connection.close()
        self._connection = fresh


def open_list(path: Path, key: str) -> ListFile:
    """Raises StoreError when what the file says of itself cannot be read, or is of another key."""
    connect_ = partial(connect, path, key, page_bytes=PAGE_BYTES, cache_kb=CACHE_KB, read_only=True)
    connection = connect_()
    try:
        (layout,) = connection.execute("PRAGMA user_version").fetchone()
        if layout != LAYOUT:
            raise DamagedError("a list of another layout")
        row = connection.execute("SELECT name, version, made_ms, entries, signed, sieve, crc FROM about").fetchone()
        if row is None or crc32(row[5]) != row[6]:  # a sieve with zeros in it would pass over who is wanted
            raise DamagedError("a list is damaged")
        name, version, made_ms, entries, signed, sieve, _ = row
        return ListFile(connect_, connection, About(name, version, made_ms, entries, bool(signed)), Sieve(sieve))
    except StoreError:
        connection.close()
        raise


def write_list(folder: Path, key: str, about: About, entries: Iterable[VoiEntry]) -> About:
    """Puts a whole list in place of the one before, which is kept as `.previous`. The swap is one rename.

    Gives back `about` with the number of entries. Raises EmptyListError, and leaves everything as it was, when there are none.
    """
    # Packed at once: a million entries as objects would take half a gigabyte.
    rows = sorted(row_of(entry, n) for n, entry in enumerate(entries))
    if not rows:
        raise EmptyListError("no usable row in it; the list in use stays")
    return write_sorted(folder, key, replace(about, entries=len(rows)), rows)


def write_sorted(folder: Path, key: str, about: About, rows: Iterable[Row]) -> About:
    """The same of `about.entries` rows that come in ascending order, without holding them in memory. Raises what `rows` raises."""
    with swapped(folder / (about.name + SUFFIX)) as fresh:
        _write(fresh, key, about, rows)
    return about


def _write(path: Path, key: str, about: About, rows: Iterable[Row]) -> None:
    sieve = Growing.of_size(about.entries)
    with closing(connect(path, key, page_bytes=PAGE_BYTES, cache_kb=CACHE_KB)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(SCHEMA + _ABOUT)
        connection.execute(f"PRAGMA user_version = {LAYOUT}")
        connection.execute("BEGIN")
        Writer(connection, sieve).put(rows)
        write_about(connection, about, bytes(sieve.bits))
        connection.execute("COMMIT")


def write_about(connection: Connection, about: About, sieve: bytes) -> None:
    """What the list says of itself, in place of what it said before."""
    values = (about.name, about.version, about.made_ms, about.entries, about.signed, sieve, crc32(sieve))
    connection.execute("DELETE FROM about")
    connection.execute("INSERT INTO about VALUES (?, ?, ?, ?, ?, ?, ?)", values)
