"""Beside SQLite: what it has committed is put on the disk, without the file's times, into a log that is as long as it gets.

The SQLite inside sqlcipher3's wheel is built without fdatasync(2): with synchronous=FULL each commit calls fsync(2), and ext4
then journals the file's times and its new length, five blocks for one of ours. Here the log is synced with fdatasync after the
commit, and written ahead with zeros, which SQLite takes for the end of the log (its checksum does not match). SQLite deletes its
log when it closes; a second name keeps it for the next opening, so that zeros are written once in a card's life.
docs/decisions/0018-the-log-is-synced-beside-sqlite.md, 0024-the-log-outlives-its-connection.md
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

STEP_BYTES: Final = 64 << 10  # of zeros: one block in sixty commits or so is journalled, and no more is written in vain
BLOCK_BYTES: Final = 4096  # of one write: Linux caches a longer one as one folio, and charges all of it at each change
MOST_BYTES: Final = 8 << 20  # beyond a lap between two checkpoints the log grows by itself, and is not kept
HEADER_BYTES: Final = 32  # https://www.sqlite.org/fileformat2.html, section 4.1


class Wal:
    """The write-ahead log of one open connection; on that connection's thread."""

    def __init__(self, database: Path) -> None:
        self._path = _log_of(database)
        self._kept = _kept_of(database)
        self._fd: int | None = None

    def sync(self) -> None:
        """When this returns, everything that was committed is on the disk. OSError: nobody knows what is."""
        if self._fd is None:
            self._fd = self._opened()
        _grow(self._fd)
        os.fdatasync(self._fd)

    def close(self) -> None:
        """Harmless when it was never opened. SQLite holds no lock on this file that closing it would let go of."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _opened(self) -> int:
        """SQLite has made it with its first transaction, and deletes it only after the connection's end."""
        with suppress(OSError):  # a file system without second names, or without room for one
            self._keep()
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return os.open(self._path, os.O_RDWR | os.O_CLOEXEC)

    def _keep(self) -> None:
        if not (self._kept.exists() and self._kept.samefile(self._path)):
            self._kept.unlink(missing_ok=True)
            self._kept.hardlink_to(self._path)


def reuse(database: Path) -> None:
    """Before a connection is made: the log that an earlier one has left becomes its log, as an empty one.

    Where there is a log already, it is the one to recover. A kept log with yet another name is part of a file that was set
    aside. One that cannot be written is left alone, and SQLite makes a new log.
    """
    log, kept = _log_of(database), _kept_of(database)
    with suppress(OSError):
        if log.exists() or not kept.exists():
            return
        about = kept.stat()
        if about.st_nlink > 1 or about.st_size > MOST_BYTES:
            kept.unlink()
            return
        _empty(kept)
        log.hardlink_to(kept)  # never over a log that somebody has made meanwhile


def _empty(log: Path) -> None:
    """Without its header no frame of it counts. On the disk when this returns."""
    fd = os.open(log, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.pwrite(fd, bytes(HEADER_BYTES), 0)
        os.fdatasync(fd)
    finally:
        os.close(fd)


def _grow(fd: int) -> None:
    """Zeros behind what SQLite has appended, if it has: then the end is that of no block. Without room there are none."""
    size = os.fstat(fd).st_size
    if size % BLOCK_BYTES == 0 or size + STEP_BYTES > MOST_BYTES:
        return
    end = size + STEP_BYTES
    try:
        while size < end:
            size += os.pwrite(fd, bytes(BLOCK_BYTES - size % BLOCK_BYTES), size)
    except OSError:
        os.ftruncate(fd, size)


def of(connection: Any) -> Wal:  # noqa: ANN401 - sqlcipher3 ships no types
    """The log of an open connection to a file."""
    ((*_, path),) = connection.execute("PRAGMA database_list")
    return Wal(Path(path))


def _log_of(database: Path) -> Path:
    return database.with_name(database.name + "-wal")


def _kept_of(database: Path) -> Path:
    return database.with_name(database.name + "-log")
