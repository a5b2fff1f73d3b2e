"""Beside SQLite: what it has committed is put on the disk, without the file's times, and its log grows in steps.

The SQLite inside sqlcipher3's wheel is built without fdatasync(2): with synchronous=FULL each commit calls fsync(2), and ext4
then journals the file's times and its new length, five blocks for one of ours. Here the log is synced with fdatasync after the
commit, and written ahead with zeros, which SQLite takes for the end of the log (its checksum does not match). Measurements:
docs/decisions/0018-the-log-is-synced-beside-sqlite.md
"""

import os
from pathlib import Path
from typing import Any, Final

STEP_BYTES: Final = 64 << 10  # of zeros: one block in sixty commits or so is journalled, and no more is written in vain
MOST_BYTES: Final = 8 << 20  # beyond a lap between two checkpoints the log grows by itself


class Wal:
    """The write-ahead log of one open connection; on that connection's thread."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + "-wal")
        self._fd: int | None = None
        self._bytes = 0

    def sync(self) -> None:
        """When this returns, everything that was committed is on the disk. OSError: nobody knows what is."""
        if self._fd is None:
            self._fd = self._opened()
        self._grow(self._fd)
        os.fdatasync(self._fd)

    def close(self) -> None:
        """Harmless when it was never opened. SQLite holds no lock on this file that closing it would let go of."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _opened(self) -> int:
        """SQLite has made it with its first transaction, and deletes it only after the connection's end."""
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return os.open(self._path, os.O_RDWR | os.O_CLOEXEC)

    def _grow(self, fd: int) -> None:
        """Zeros behind what SQLite has appended since, if it has; where there is no room for them, there are none."""
        size = os.fstat(fd).st_size
        if size > self._bytes and size + STEP_BYTES <= MOST_BYTES:
            try:
                size += os.pwrite(fd, bytes(STEP_BYTES), size)
            except OSError:
                os.ftruncate(fd, size)
        self._bytes = size


def of(connection: Any) -> Wal:  # noqa: ANN401 - sqlcipher3 ships no types
    """The log of an open connection to a file."""
    ((*_, path),) = connection.execute("PRAGMA database_list")
    return Wal(Path(path))
