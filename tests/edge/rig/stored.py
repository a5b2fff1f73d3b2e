"""A spool of many reads: what is damaged in its file, and what can still be read of it."""

import os
from pathlib import Path
from typing import Final

from edge.spool.database import PAGE_BYTES
from edge.spool.spool import Spool
from proto.lanes import Lane

EPOCH: Final = b"epoch--1"
NEXT: Final = b"epoch--2"
THIRD: Final = b"epoch--3"
EVENTS: Final = 2000


def damage(path: Path, page: int, pages: int = 1) -> None:
    """Other bytes in their place. Pages are counted from 0."""
    with path.open("r+b") as file:
        file.seek(page * PAGE_BYTES)
        file.write(os.urandom(pages * PAGE_BYTES))


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
