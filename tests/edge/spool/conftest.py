"""A spool of many reads, half of them receipted, that was cleanly closed: for the tests of what a start makes of it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from edge.spool.group import Group
from edge.spool.opening import Opened
from proto.lanes import Lane
from proto.ranges import Ranges
from tests.edge.rig.stored import EPOCH, EVENTS

Make = Callable[..., Group]
Open = Callable[..., AbstractAsyncContextManager[Opened]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
async def stored(opened: Open, make_group: Make, folder: Path) -> Path:
    """A spool of EVENTS reads in 100 rows or more, half of them receipted, cleanly closed."""
    async with opened() as open_:
        for first in range(1, EVENTS, 20):
            await open_.spool.add(make_group(first, 20, size=60), 0)
        ledger = open_.spool.ledger_of(EPOCH, Lane.READ)
        assert ledger is not None
        ledger.receipt(Ranges([(1, EVENTS // 2)]))
    return folder / "spool.db"
