"""A spool of reads: what memory and file have of it, what is receipted or damaged, and what can still be read."""

from pathlib import Path
from random import Random
from typing import Final

from edge.spool import rows
from edge.spool.database import PAGE_BYTES
from edge.spool.ledger import Ledger
from edge.spool.spool import Spool
from proto.lanes import Lane
from proto.ranges import Ranges

EPOCH: Final = b"epoch--1"
NEXT: Final = b"epoch--2"
THIRD: Final = b"epoch--3"
EVENTS: Final = 2000
NOON_S: Final = 1_795_608_000
QUOTA: Final = 200_000  # lane read 100 kB


def lane(spool: Spool, of: Lane = Lane.READ, epoch: bytes = EPOCH) -> Ledger:
    """What memory has of it."""
    ledger = spool.ledger_of(epoch, of)
    assert ledger is not None
    return ledger


async def all_of(spool: Spool, ledger: Ledger) -> list[tuple[int, bytes]]:
    """What the file holds of a lane, whatever memory has of it."""
    return await spool._database.read(
        lambda connection: list(rows.read(connection, ledger.epoch.n, ledger.lane, 0, (1, 10**9)))
    )


def receipted(spool: Spool, first: int, last: int, of: Lane = Lane.READ, epoch: bytes = EPOCH) -> None:
    """As headquarters says it."""
    lane(spool, of, epoch).receipt(Ranges([(first, last)]))


def damage(path: Path, page: int, pages: int = 1) -> None:
    """Other bytes in their place. Pages are counted from 0."""
    with path.open("r+b") as file:
        file.seek(page * PAGE_BYTES)
        file.write(Random(1).randbytes(pages * PAGE_BYTES))


async def readable(spool: Spool) -> set[int]:
    """The numbers of the first epoch whose bodies are there."""
    ledger = spool.ledger_of(EPOCH, Lane.READ)
    if ledger is None:
        return set()
    numbers: set[int] = set()
    first = 1
    while read := await spool.read(ledger, (first, ledger.last), 10_000, 10**9):
        numbers |= {number for number, _ in read}
        first = read[-1][0] + 1
    return numbers
