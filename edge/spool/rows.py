"""The spool's tables: SQL <-> runs of numbered bodies, receipts as ranges, epochs. Functions over a connection, no state.

Events are appended to one table without a second index; where a run of numbers lies is known in memory (`ledger.py`).
The index over epochs is there for its copy of them on other pages: without an epoch no row has an identity (`salvage.py`).
All tables are declared on the first page, which is nearly full: `salvage.py` borrows it from another file.
A row carries a CRC-32 of its bodies: of a damaged page SQLCipher gives zeros, and an error only with the next page.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from edge.audit.chain import Before
from edge.spool.database import Connection, DamagedError
from edge.spool.group import Group, Run
from proto.batches import split
from proto.chain import link_of
from proto.errors import FrameError
from proto.lanes import Lane
from proto.ranges import Range, Ranges, from_flat

ROW_COST_BYTES: Final = 40  # of the file for each row beside its bodies: header, cell, its share of a page's unused end
MARK_EVERY: Final = 64  # rows between two places known in memory: a search reads at most this many rows of a lane

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS epoch (n INTEGER PRIMARY KEY, id BLOB NOT NULL, boot BLOB NOT NULL, UNIQUE (id, boot));
CREATE TABLE IF NOT EXISTS run (
    id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, lane INTEGER NOT NULL,
    first INTEGER NOT NULL, count INTEGER NOT NULL, born_s INTEGER, crc INTEGER NOT NULL, bodies BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS receipt (
    epoch INTEGER NOT NULL, lane INTEGER NOT NULL, ranges TEXT NOT NULL, aside TEXT NOT NULL, PRIMARY KEY (epoch, lane)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chain (one INTEGER PRIMARY KEY, epoch BLOB NOT NULL, number INTEGER NOT NULL, link BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS loss (lane INTEGER PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One process's life: its number in this file, its identity, and the boot it ran in."""

    n: int
    id: bytes
    boot: bytes


@dataclass(frozen=True, slots=True)
class Stretch:
    """What lies in the file of one lane of one epoch."""

    epoch: int
    lane: Lane
    first: int
    last: int
    rows: int
    bytes: int
    """What they take of the lane's quota."""
    marks: list[tuple[int, int]]
    """(first number, row id) of every MARK_EVERY-th row, ascending."""


@dataclass(frozen=True, slots=True)
class Row:
    """A run's place in the file; `bytes` is what it takes of its lane's quota."""

    id: int
    epoch: int
    first: int
    count: int
    bytes: int
    born_s: int | None

    @property
    def last(self) -> int:
        """The number of its last body."""
        return self.first + self.count - 1


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything the memory must know of a file."""

    epochs: list[Epoch]
    stretches: list[Stretch]
    receipts: list[tuple[int, Lane, Ranges, Ranges]]
    losses: Counter[Lane]
    """Numbers that a quota cost and that no event in the file reports."""
    audited: Before | None
    """The last audit event that was ever in the file, though its row may be gone; None: there was none."""
    newest_born_s: int | None
    """The latest trusted UTC second of the newest rows: time cannot be earlier than this."""


def create(connection: Connection) -> None:
    """The tables, when they are not there yet."""
    connection.executescript(_SCHEMA)


def load(connection: Connection) -> Loaded:
    """Looks at every row but at no bodies. Raises StoreError or ValueError when the file is damaged."""
    found = epochs(connection), stretches(connection), list(receipts(connection))
    audited = connection.execute("SELECT epoch, number, link FROM chain WHERE one = 1").fetchone()
    return Loaded(*found, losses(connection), Before(*audited) if audited else None, _newest_born_s(connection))


def epochs(connection: Connection) -> list[Epoch]:
    """Every epoch in the file, oldest first."""
    return [Epoch(*row) for row in connection.execute("SELECT n, id, boot FROM epoch ORDER BY n")]


def stretches(connection: Connection) -> list[Stretch]:
    """What the file holds, per epoch and lane; grouped by SQLite, so that the interpreter is free meanwhile."""
    marks: dict[tuple[int, int], list[tuple[int, int]]] = {}
    numbered = "SELECT id, epoch, lane, first, row_number() OVER (PARTITION BY epoch, lane ORDER BY id) AS nth FROM run"
    for id_, epoch, lane, first in connection.execute(
        f"SELECT id, epoch, lane, first FROM ({numbered}) WHERE nth % {MARK_EVERY} = 1 ORDER BY id"
    ):
        marks.setdefault((epoch, lane), []).append((first, id_))
    # MATERIALIZED: otherwise all bodies go through the sorter, which is in memory (m: 89 MB for 97)
    sums = (
        "WITH sized AS MATERIALIZED (SELECT epoch, lane, first, count, length(bodies) AS size FROM run) "
        "SELECT epoch, lane, min(first), max(first + count - 1), count(*), sum(size) FROM sized GROUP BY epoch, lane"
    )
    return [
        Stretch(epoch, Lane(lane), first, last, count, size + count * ROW_COST_BYTES, marks[epoch, lane])
        for epoch, lane, first, last, count, size in connection.execute(sums)
    ]


def receipts(connection: Connection) -> Iterator[tuple[int, Lane, Ranges, Ranges]]:
    """(epoch, lane, receipted, set aside) of every lane that has any."""
    for epoch, lane, ranges, aside in connection.execute("SELECT epoch, lane, ranges, aside FROM receipt"):
        yield epoch, Lane(lane), from_flat(json.loads(ranges)), from_flat(json.loads(aside))


def losses(connection: Connection) -> Counter[Lane]:
    """What is lost and not reported, by lane."""
    return Counter({Lane(lane): count for lane, count in connection.execute("SELECT lane, count FROM loss")})


def put_losses(connection: Connection, counts: Counter[Lane]) -> None:
    """Instead of what stood there."""
    connection.execute("DELETE FROM loss")
    connection.executemany("INSERT INTO loss VALUES (?, ?)", [(int(lane), count) for lane, count in counts.items()])


def _newest_born_s(connection: Connection) -> int | None:
    (newest,) = connection.execute(
        "SELECT max(born_s) FROM (SELECT born_s FROM run ORDER BY id DESC LIMIT 256)"
    ).fetchone()
    assert newest is None or isinstance(newest, int)
    return newest


def add_epoch(connection: Connection, id_: bytes, boot: bytes) -> Epoch:
    """A new epoch, numbered after all others."""
    (n,) = connection.execute("INSERT INTO epoch (id, boot) VALUES (?, ?) RETURNING n", (id_, boot)).fetchone()
    return Epoch(n, id_, boot)


def size_of(run: Run) -> int:
    """What a run takes of its lane's quota when it is one row."""
    return sum(map(len, run.bodies)) + ROW_COST_BYTES


def add_group(connection: Connection, epoch: int, group: Group) -> list[tuple[Run, int]]:
    """Appends the group's runs; each row's run with its id."""
    insert = "INSERT INTO run (epoch, lane, first, count, born_s, crc, bodies) VALUES (?, ?, ?, ?, ?, ?, ?)"
    cursor = connection.cursor()
    added = []
    for row in (row for run in group.runs for row in run.rows()):
        bodies = b"".join(row.bodies)
        values = (epoch, int(row.lane), row.first, len(row.bodies), group.born_s, crc32(bodies), bodies)
        cursor.execute(insert, values)
        added.append((row, cursor.lastrowid))
    return added


def put_audited(connection: Connection, epoch: bytes, group: Group) -> None:
    """Where the audit chain ends once the group is in the file."""
    for run in group.runs:
        if run.lane is Lane.AUDIT:
            link = link_of(run.bodies[-1])
            connection.execute("INSERT OR REPLACE INTO chain VALUES (1, ?, ?, ?)", (epoch, run.last, link))


def put_receipts(connection: Connection, epoch: int, lane: Lane, receipted: list[int], aside: list[int]) -> None:
    """What is receipted, and set aside, of one lane, as flat ranges."""
    connection.execute(
        "INSERT OR REPLACE INTO receipt VALUES (?, ?, ?, ?)",
        (epoch, int(lane), json.dumps(receipted), json.dumps(aside)),
    )


def read(connection: Connection, epoch: int, lane: Lane, from_id: int, wanted: Range) -> Iterator[tuple[int, bytes]]:
    """(number, body) of one lane of one epoch inside `wanted`, ascending; the search begins at row `from_id`.

    Raises DamagedError when a row is not what was written.
    """
    first, last = wanted
    for run_first, count, crc, bodies in connection.execute(
        "SELECT first, count, crc, bodies FROM run "
        "WHERE id >= ? AND epoch = ? AND lane = ? AND first + count > ? ORDER BY id",
        (from_id, epoch, int(lane), first),
    ):
        if run_first > last:
            return
        for number, body in enumerate(whole(count, crc, bodies), run_first):
            if first <= number <= last:
                yield number, body
            if number >= last:
                return


def bodies_of(connection: Connection, id_: int, wanted: Range) -> list[bytes]:
    """Those of one row's bodies that are wanted; of a row that is damaged, none."""
    first, count, crc, bodies = connection.execute(
        "SELECT first, count, crc, bodies FROM run WHERE id = ?", (id_,)
    ).fetchone()
    try:
        return whole(count, crc, bodies)[wanted[0] - first : wanted[1] + 1 - first]
    except DamagedError:
        return []


def whole(count: int, crc: int, bodies: bytes) -> list[bytes]:
    """The bodies of a row, cut apart again. Raises DamagedError when they are not what was written."""
    try:
        if crc32(bodies) == crc:
            return split(bodies, count)
    except FrameError:
        pass
    raise DamagedError("a row is damaged")


def oldest(connection: Connection, lane: Lane | None, limit: int) -> list[Row]:
    """The oldest rows, of one lane or of all."""
    where, values = ("", ()) if lane is None else ("WHERE lane = ?", (int(lane),))
    found = connection.execute(
        f"SELECT id, epoch, first, count, length(bodies) + {ROW_COST_BYTES}, born_s FROM run {where} ORDER BY id LIMIT ?",
        (*values, limit),
    )
    return [Row(*row) for row in found]


def delete(connection: Connection, ids: Iterable[int]) -> None:
    """Rows that are no longer needed."""
    connection.executemany("DELETE FROM run WHERE id = ?", [(id_,) for id_ in ids])


def forget_epochs(connection: Connection, ns: Sequence[int]) -> None:
    """Epochs of which nothing is left to send or to tell."""
    for table, column in (("receipt", "epoch"), ("epoch", "n")):
        connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", [(n,) for n in ns])
