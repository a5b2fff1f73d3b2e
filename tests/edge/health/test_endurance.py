"""A real spool that is filled and receipted -> how many hours it still takes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge.health.endurance import Endurance
from edge.spool.quota import quota_bytes
from proto.lanes import Lane
from proto.ranges import Ranges

QUOTA_BYTES = 4 << 20
READ_BYTES = quota_bytes(Lane.READ, QUOTA_BYTES)


async def test_unsent_rows_take_room_and_receipted_ones_give_it_back(
    opened: Callable[..., Any], make_group: Callable[..., Any]
) -> None:
    async with opened(quota_bytes=QUOTA_BYTES) as store:
        spool = store.spool
        assert spool.free_bytes(Lane.READ) == READ_BYTES
        for n in range(10):
            await spool.add(make_group(1 + n * 100, 100), 0.0)
        ledger = spool.ledger_of(spool.identity, Lane.READ)
        assert ledger.unsent_bytes == ledger.bytes == spool.stored[Lane.READ]
        assert spool.free_bytes(Lane.READ) == READ_BYTES - ledger.bytes
        ledger.receipt(Ranges([(1, 250), (501, 1000)]))
        assert ledger.unsent_bytes == pytest.approx(ledger.bytes / 4)
        ledger.receipt(Ranges([(1, 1000)]))
        assert spool.free_bytes(Lane.READ) == READ_BYTES


async def test_hours_left_are_the_room_by_the_pace(
    opened: Callable[..., Any], make_group: Callable[..., Any], tmp_path: Path
) -> None:
    async with opened(quota_bytes=QUOTA_BYTES) as store:
        endurance = Endurance(store.spool, tmp_path)
        assert endurance.hours_left(Lane.READ) is None
        for minute in range(5):
            await store.spool.add(make_group(1 + minute * 100, 100), 0.0)
            endurance.look(minute * 60.0)
        stored = store.spool.stored[Lane.READ]
        a_second = stored * 4 / 5 / 240
        hours = (READ_BYTES - stored) / a_second / 3600
        assert endurance.hours_left(Lane.READ) == pytest.approx(hours, abs=0.06)
        assert endurance.hours_left(Lane.HEALTH) is None
