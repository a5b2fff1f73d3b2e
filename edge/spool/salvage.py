"""A damaged spool -> a fresh file with every row that can still be read, from the front and from the back. [design 7]

The damaged file stays where it was set aside. A row counts as read when its bodies have the checksum and the number
that it says. When the first page is lost the rest is read through a first page borrowed from an empty spool: the
tables of every spool begin on the same pages.
"""

import heapq
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from edge.spool import rows
from edge.spool.database import PAGE_BYTES, Connection, DamagedError, StoreError, connect_spool
from proto.batches import EPOCH_BYTES

MOST_ROWS: Final = 2**20  # where the last row cannot be read: beyond any quota's number of rows
MOST_LOOKS: Final = 300  # into gaps; one costs some 2 ms, and the largest gaps are looked into first
_PAYLOAD_BYTES: Final = PAGE_BYTES - 96  # of a page, less what SQLCipher and SQLite keep of it
_RUNS: Final = "SELECT id, epoch, lane, first, count, born_s, crc, bodies FROM run WHERE id > ? AND id < ? ORDER BY id"

Row = tuple[Any, ...]


def salvage(damaged: Path, fresh: Path, key: str) -> int:
    """Writes what can be read of `damaged` into the new file `fresh`; how many events that was. Nothing of it when killed."""
    with closing(connect_spool(fresh, key)) as target:
        rows.create(target)
        found = _readable(damaged, key)
        if not found.runs:
            repaired = _with_first_page_of_another(damaged, key)
            found = _readable(repaired, key)
            for suffix in ("", "-wal", "-shm"):
                repaired.with_name(repaired.name + suffix).unlink(missing_ok=True)
        return _write(target, found)


@dataclass(frozen=True, slots=True)
class _Found:
    """Rows of the tables, as far as they can be read."""

    epochs: list[Row]
    runs: list[Row]
    receipts: list[Row]
    losses: list[Row]


def _readable(path: Path, key: str) -> _Found:
    source = _Source(path, key)
    # An epoch is named by the table, and by its index, which lies on other pages.
    indexed = "SELECT n, id, boot FROM epoch INDEXED BY sqlite_autoindex_epoch_1 ORDER BY id, boot"
    epochs = {*source.rows("SELECT n, id, boot FROM epoch"), *source.rows(indexed)}
    runs = [row for row in _runs(source) if _is_whole(row)]
    receipts = list(source.rows("SELECT epoch, lane, ranges, aside FROM receipt"))
    return _Found(list(epochs), runs, receipts, list(source.rows("SELECT lane, count FROM loss")))


class _Source:
    """A damaged file. SQLCipher reads nothing more over a connection that has met a damaged page: each look has its own."""

    def __init__(self, path: Path, key: str) -> None:
        self._path = path
        self._key = key
        self.failed = False
        """Whether the latest look ended at a page that cannot be read."""

    def rows(self, sql: str, values: tuple[int, ...] = ()) -> Iterator[Row]:
        """The rows until the first one that cannot be read."""
        self.failed = False
        try:
            with closing(connect_spool(self._path, self._key)) as connection:
                yield from connection.execute(sql, values)
        except StoreError:
            self.failed = True


def _runs(source: _Source) -> Iterator[Row]:
    """All runs but those on damaged pages: each gap is read from the front, then from the back, then cut in half."""
    last = next(source.rows("SELECT max(id) FROM run"), (None,))[0]
    after, before = 0, 1 + (last or (MOST_ROWS if source.failed else 0))
    gaps = [(after - before, after, before)]
    for _ in range(MOST_LOOKS):
        if not gaps:
            return
        _, after, before = heapq.heappop(gaps)
        for row in source.rows(_RUNS, (after, before)):
            yield row
            after = row[0]
        if not source.failed:
            continue
        for row in source.rows(f"{_RUNS} DESC", (after, before)):
            yield row
            before = row[0]
        middle = (after + before) // 2
        for low, high in ((after, middle + 1), (middle, before)):
            if high - low > 1 and before - after > 2:
                heapq.heappush(gaps, (low - high, low, high))


def _is_whole(row: Row) -> bool:
    *_, count, _, crc, bodies = row
    try:
        return bool(rows.whole(count, crc, bodies))
    except DamagedError:
        return False


def _write(target: Connection, found: _Found) -> int:
    known = {row[0] for row in found.epochs if len(row[1]) == EPOCH_BYTES}
    kept = [row for row in found.runs if row[1] in known]
    target.execute("BEGIN IMMEDIATE")
    target.executemany("INSERT OR IGNORE INTO epoch VALUES (?, ?, ?)", [row for row in found.epochs if row[0] in known])
    target.executemany("INSERT OR IGNORE INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?)", kept)
    target.executemany(
        "INSERT OR IGNORE INTO receipt VALUES (?, ?, ?, ?)", [row for row in found.receipts if row[0] in known]
    )
    target.executemany("INSERT OR IGNORE INTO loss VALUES (?, ?)", found.losses)
    target.execute("COMMIT")
    return sum(row[4] for row in kept)


def _with_first_page_of_another(damaged: Path, key: str) -> Path:
    """A copy whose first page is that of an empty spool with as many pages, so that those behind it can be reached."""
    from shutil import copyfile  # rare; it brings two compressors along (m: 0.3 MB)

    template = damaged.with_suffix(".template")
    _write_template(template, key, damaged.stat().st_size // PAGE_BYTES)
    repaired = damaged.with_suffix(".repaired")
    wal = damaged.with_name(damaged.name + "-wal")
    if wal.exists():
        copyfile(wal, repaired.with_name(repaired.name + "-wal"))
    copyfile(damaged, repaired)
    with repaired.open("r+b") as file, template.open("rb") as source:
        file.write(source.read(PAGE_BYTES))
    template.unlink()
    return repaired


def _write_template(path: Path, key: str, pages: int) -> None:
    path.unlink(missing_ok=True)  # of a salvage that was killed
    connection = connect_spool(path, key)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
        rows.create(connection)
        while (missing := pages - connection.execute("PRAGMA page_count").fetchone()[0]) > 0:
            filler = (
                "INSERT INTO run VALUES (NULL, 0, 0, 0, 0, 0, 0, zeroblob(?))"  # a table for it would find no place
            )
            connection.execute(filler, (missing * _PAYLOAD_BYTES,))
        connection.execute("DELETE FROM run")
    finally:
        connection.close()
