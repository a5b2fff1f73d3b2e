"""What a list's file says of an entry <-> values: what many entries share stands once, in a table of facts.

Of ten million entries the plates are all different, makes and reasons are not: m: 47 bytes an entry in the file against 107 when
each held all of its own. What decides over an alert (action, priority, weed date) stands with the entry itself: a damaged page
of facts costs words, not alerts.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import Any, Final, NamedTuple, TypeAlias

from edge.matcher.entry import Entry
from edge.matcher.sieve import Growing
from edge.spool.database import Connection
from proto.patterns import ALL
from proto.plates import unpacked
from proto.voi import Entry as VoiEntry

SCHEMA: Final = """
CREATE TABLE entry (
    key INTEGER NOT NULL, n INTEGER NOT NULL, vrm TEXT, rank INTEGER NOT NULL, weed_day INTEGER,
    vehicle INTEGER NOT NULL, why INTEGER NOT NULL, PRIMARY KEY (key, n)) WITHOUT ROWID;
CREATE TABLE fact (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
"""
FOUND: Final = (
    "SELECT n, vrm, rank, weed_day, vehicle.text, why.text FROM entry"
    " LEFT JOIN fact AS vehicle ON vehicle.id = entry.vehicle LEFT JOIN fact AS why ON why.id = entry.why WHERE key = ?"
)
BARE: Final = "SELECT n, vrm, rank, weed_day, NULL, NULL FROM entry WHERE key = ?"
AT_ONCE: Final = 10_000  # rows: what is new of facts is written before the entries that name it
MOST_FACTS: Final = (
    100_000  # that are remembered while a list is written: some 20 MB; beyond it facts stand there twice
)


class Row(NamedTuple):
    """An entry on its way into a file: packed key, number among those of the key; `vrm` None: as the key is spelled."""

    key: int
    n: int
    vrm: str | None
    rank: int
    weed_day: int | None
    vehicle: str
    why: str


Found: TypeAlias = tuple[int, str | None, int, int | None, str | None, str | None]
"""What FOUND or BARE gives."""


def row_of(entry: VoiEntry, n: int) -> Row:
    """What is kept of an entry."""
    priority = -1 if entry.priority is None else entry.priority
    why: tuple[str | None, ...] = (entry.reason, entry.markers)
    if entry.key == ALL:
        why += (entry.spare_2,)
    return Row(
        entry.packed,
        n,
        None if entry.vrm == entry.key and entry.packed else entry.vrm,
        (priority + 1) * 2 + (entry.action == "SILENT"),
        None if entry.weed_date is None else entry.weed_date.toordinal(),
        _json((entry.make, entry.model, entry.colour)),
        _json(why),
    )


def entry_of(name: str, key: int, found: Found, *, signed: bool) -> Entry:
    """The entry of a row. Raises ValueError: what was read is not what was written."""
    n, vrm, rank, weed_day, vehicle, why = found
    make, model, colour = json.loads(vehicle) if vehicle else (None, None, None)
    reason, markers, *_ = json.loads(why) if why else (None, None)
    silent, priority = rank % 2, rank // 2 - 1
    return Entry(
        name,
        unpacked(key) if vrm is None else vrm,
        "SILENT" if silent else "STOP",
        reason,
        markers,
        make,
        model,
        colour,
        None if priority < 0 else priority,
        signed,
        weed_day,
        n,
        is_pattern=key == 0,
    )


def limits_of(found: Found) -> str:
    """The limits in the row of all vehicles. Raises ValueError."""
    _, _, limits = json.loads(found[5] or "[]")
    return str(limits)


class Writer:
    """Puts rows into a file, and their keys into its sieve."""

    def __init__(self, connection: Connection, sieve: Growing) -> None:
        self._connection = connection
        self._sieve = sieve
        self._facts: dict[str, int] = {}
        (self._last,) = connection.execute("SELECT ifnull(max(id), 0) FROM fact").fetchone()

    def put(self, rows: Iterable[Row]) -> int:
        """How many were put; one that is there already is not. Raises what `rows` raises, and StoreError."""
        rows, put = iter(rows), 0
        while some := list(islice(rows, AT_ONCE)):
            put += self._put(some)
        return put

    def _put(self, rows: list[Row]) -> int:
        fresh: list[tuple[int, str]] = []
        named = [self._named(row, fresh) for row in rows]
        self._connection.executemany("INSERT INTO fact VALUES (?, ?)", fresh)
        for row in rows:
            self._sieve.add(unpacked(row.key))
        put: int = self._connection.executemany(
            "INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", named
        ).rowcount
        return put

    def _named(self, row: Row, fresh: list[tuple[int, str]]) -> tuple[Any, ...]:
        return (*row[:5], self._fact(row.vehicle, fresh), self._fact(row.why, fresh))

    def _fact(self, text: str, fresh: list[tuple[int, str]]) -> int:
        number = self._facts.get(text)
        if number is None:
            if len(self._facts) >= MOST_FACTS:
                self._facts.clear()
            number = self._last = self._facts[text] = self._last + 1
            fresh.append((number, text))
        return number


@lru_cache(MOST_FACTS)  # of ten million rows nearly all share theirs: a third of the memory, and of the time
def _json(parts: tuple[str | None, ...]) -> str:
    return json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
