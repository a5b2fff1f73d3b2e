"""A damaged spool -> a fresh file with every row that can still be read, from the front and from the back. [design 7]

The damaged file stays where it was set aside. A row counts as read when its bodies cut apart into as many events as it
says it holds. When the first page is lost the rest is read through a first page borrowed from an empty spool: the
tables of every spool begin on the same pages.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from edge.spool import rows
from edge.spool.database import PAGE_BYTES, Connection, StoreError, connect_spool
from proto.batches import EPOCH_BYTES, split
from proto.errors import FrameError

MOST_ROWS: Final = 2**20  # where the last row cannot be read: beyond any quota's number of rows
WIDEST_STEP: Final = 8  # rows; about a page of them
_PAYLOAD_BYTES: Final = PAGE_BYTES - 96  # of a page, less what SQLCipher and SQLite keep of it
_COLUMNS: Final = "id, epoch, lane, first, count, born_s, bodies"


class DamagedError(Exception):
    """The file does not hold what it should."""


def salvage(damaged: Path, fresh: Path, key: str) -> int:
    """Writes what can be read of `damaged` into the new file `fresh`; how many events that was. Nothing of it when killed."""
    target = connect_spool(fresh, key)
    try:
        rows.create(target)
        found = _readable(damaged, key)
        if not found.runs:
            repaired = _with_first_page_of_another(damaged, key)
            found = _readable(repaired, key)
            for suffix in ("", "-wal", "-shm"):
                repaired.with_name(repaired.name + suffix).unlink(missing_ok=True)
        return _write(target, found)
    finally:
        target.close()


@dataclass(frozen=True, slots=True)
class _Found:
    """Rows of the three tables, as far as they can be read."""

    epochs: list[tuple[Any, ...]]
    runs: list[tuple[Any, ...]]
    receipts: list[tuple[Any, ...]]


def _readable(path: Path, key: str) -> _Found:
    try:
        source = connect_spool(path, key)
    except StoreError:
        return _Found([], [], [])
    try:
        return _Found(
            _epochs(source),
            [row for row in _runs(source) if _is_whole(row)],
            list(_rows(source, "SELECT epoch, lane, ranges, aside FROM receipt")),
        )
    finally:
        source.close()


def _epochs(connection: Connection) -> list[tuple[Any, ...]]:
    """From the table, and from its index, which lies on other pages."""
    indexed = "SELECT n, id, boot FROM epoch INDEXED BY sqlite_autoindex_epoch_1 ORDER BY id, boot"
    return list({*_rows(connection, "SELECT n, id, boot FROM epoch"), *_rows(connection, indexed)})


def _rows(connection: Connection, sql: str) -> Iterator[tuple[Any, ...]]:
    """The rows until the first one that cannot be read."""
    try:
        yield from connection.execute(sql)
    except StoreError:
        return


def _runs(connection: Connection) -> Iterator[tuple[Any, ...]]:
    """All runs but those on damaged pages: after an error the search goes on a little behind it."""
    at, most, step = 0, MOST_ROWS, 1
    for (last,) in _rows(connection, "SELECT max(id) FROM run"):
        most = last or 0
    while at < most:
        try:
            for row in connection.execute(f"SELECT {_COLUMNS} FROM run WHERE id > ? ORDER BY id", (at,)):
                yield row
                at, step = row[0], 1
        except StoreError:
            at, step = at + step, min(step * 2, WIDEST_STEP)
        else:
            return


def _is_whole(row: tuple[object, ...]) -> bool:
    *_, count, _, bodies = row
    if not isinstance(bodies, bytes) or not isinstance(count, int):
        return False
    try:
        return bool(split(bodies, count))
    except FrameError:
        return False


def _write(target: Connection, found: _Found) -> int:
    known = {row[0] for row in found.epochs if len(row[1]) == EPOCH_BYTES}
    kept = [row for row in found.runs if row[1] in known]
    target.execute("BEGIN IMMEDIATE")
    target.executemany("INSERT OR IGNORE INTO epoch VALUES (?, ?, ?)", [row for row in found.epochs if row[0] in known])
    target.executemany("INSERT OR IGNORE INTO run VALUES (?, ?, ?, ?, ?, ?, ?)", kept)
    target.executemany(
        "INSERT OR IGNORE INTO receipt VALUES (?, ?, ?, ?)", [row for row in found.receipts if row[0] in known]
    )
    target.execute("COMMIT")
    return sum(row[4] for row in kept)


def _with_first_page_of_another(damaged: Path, key: str) -> Path:
    """A copy whose first page is that of an empty spool with as many pages, so that those behind it can be reached."""
    template = damaged.with_suffix(".template")
    _write_template(template, key, damaged.stat().st_size // PAGE_BYTES)
    repaired = damaged.with_suffix(".repaired")
    wal = damaged.with_name(damaged.name + "-wal")
    if wal.exists():
        shutil.copyfile(wal, repaired.with_name(repaired.name + "-wal"))
    shutil.copyfile(damaged, repaired)
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
        connection.execute("CREATE TABLE filler (bytes BLOB)")
        while (missing := pages - connection.execute("PRAGMA page_count").fetchone()[0]) > 0:
            connection.execute("INSERT INTO filler VALUES (zeroblob(?))", (missing * _PAYLOAD_BYTES,))
        connection.execute("DROP TABLE filler")
    finally:
        connection.close()
