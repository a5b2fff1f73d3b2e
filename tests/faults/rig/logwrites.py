"""The log of dm-log-writes -> its entries in order, and the states in which a power cut could have left the device.

Layout (drivers/md/dm-log-writes.c): one sector of super block (magic, version, count of entries, sector size), then for each
entry one sector with its head (sector, count of sectors, flags, length of a mark's text) and the data that was written.
Writes that were not yet flushed enter the log with the flush that follows them, so what lies between two flushes could have
reached the device in any part.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from struct import calcsize, unpack_from
from typing import BinaryIO, Final

MAGIC: Final = 0x6A736677736872
FLUSH, FUA, DISCARD, MARK = 1, 2, 4, 8
_SUPER: Final = "<QQQI"
_HEAD: Final = "<QQQQ"
SECTOR: Final = 512


@dataclass(frozen=True, slots=True)
class Entry:
    """A write (or a discard), or a mark with its text."""

    sector: int
    sectors: int
    flags: int
    data_at: int
    """Where the data stands in the log."""
    mark: str | None


def entries(log: Path) -> Iterator[Entry]:
    """In the order in which the device completed them. Raises ValueError when it is no log."""
    with log.open("rb") as file:
        magic, version, count, sector_bytes = unpack_from(_SUPER, file.read(calcsize(_SUPER)))
        if magic != MAGIC or version != 1:
            raise ValueError("no log of dm-log-writes")
        at = sector_bytes
        for _ in range(count):
            file.seek(at)
            head = file.read(sector_bytes)
            sector, sectors, flags, length = unpack_from(_HEAD, head)
            text = head[calcsize(_HEAD) :][:length].rstrip(b"\0").decode() if flags & MARK else None
            at += sector_bytes
            yield Entry(sector, sectors, flags, at, text)
            if not flags & DISCARD:
                at += sectors * sector_bytes


class Device:
    """An image that follows a log, entry by entry."""

    def __init__(self, image: Path, log: Path) -> None:
        self.image = image
        self._target = image.open("r+b")
        self._log = log.open("rb")
        self.unflushed: list[Entry] = []
        """Writes since the last flush, which are not in the image yet."""

    def close(self) -> None:
        """Image and log are let go of."""
        self._target.close()
        self._log.close()

    def follow(self, entry: Entry) -> None:
        """The next entry. What is forced on the disk stays there, and with it everything before the flush."""
        if entry.flags & FLUSH:
            self.write(self._target, self.unflushed)
            self.unflushed = []
        if entry.flags & FUA or entry.flags & FLUSH:
            self.write(self._target, [entry])
        elif entry.mark is None:
            self.unflushed.append(entry)

    def state(self, at: Path, chance: Random | None) -> None:
        """What a cut leaves now: all that was written, or what was flushed and a random half of the rest."""
        self._target.flush()
        at.write_bytes(self.image.read_bytes())
        written = self.unflushed if chance is None else [entry for entry in self.unflushed if chance.random() < 0.5]
        with at.open("r+b") as target:
            self.write(target, written)

    def write(self, target: BinaryIO, written: list[Entry]) -> None:
        """Applies writes and discards."""
        for entry in written:
            size = entry.sectors * SECTOR
            if not size:
                continue
            self._log.seek(entry.data_at)
            data = bytes(size) if entry.flags & DISCARD else self._log.read(size)
            target.seek(entry.sector * SECTOR)
            target.write(data)
