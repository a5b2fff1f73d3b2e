"""Audit records as cars send them: chained over numbers and epochs, and stored as headquarters stores them."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Final

import pytest

from headquarters.arrivals import Sent
from headquarters.store.intake import Taken, take
from proto.batches import Batch
from proto.chain import NONE_BEFORE, Link, link_of
from proto.events import Change, Clock, Moment, encode
from proto.lanes import Lane

BOOT: Final = b"boot---1"
BATCH: Final = 7

Say = Callable[..., Taken]
Chained = Callable[..., list[bytes]]


def chained(count: int, before: Link | None = NONE_BEFORE, what: str = "setting") -> list[bytes]:
    """Bodies 1..count of an epoch whose first one holds `before`."""
    made: list[bytes] = []
    for n in range(1, count + 1):
        event = Change(Moment(n, None, Clock.UNSET), "4711", f"{what} {n}", link=before)
        made.append(encode(event))
        before = link_of(made[-1])
    return made


@pytest.fixture(name="chained")
def chained_fixture() -> Chained:
    return chained


@pytest.fixture
def say(connection: sqlite3.Connection) -> Say:
    """`say(vehicle, epoch, bodies, first=1)`: one batch of lane audit arrives."""

    def said(vehicle: str, epoch: bytes, bodies: Sequence[bytes], first: int = 1) -> Taken:
        batch = Batch(epoch, BOOT, Lane.AUDIT, first, first + len(bodies) - 1, bodies)
        return take(connection, [Sent(vehicle, batch)], 0)

    return said


@pytest.fixture
def town(connection: sqlite3.Connection, say: Say) -> sqlite3.Connection:
    """Two cars with three epochs each, one following the other; batches come out of order."""
    for vehicle in ("car-1", "car-2"):
        before: Link | None = NONE_BEFORE
        for n, count in enumerate((12, 1, 9)):
            bodies = chained(count, before, f"{vehicle} {n}")
            before = link_of(bodies[-1])
            for at in reversed(range(0, count, BATCH)):
                say(vehicle, f"{vehicle}--{n}".encode(), bodies[at : at + BATCH], at + 1)
    return connection
