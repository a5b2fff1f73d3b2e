"""The spool over a real encrypted file: what is promised, what is read back, what is let go, and when."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

import pytest

from edge.spool import rows
from edge.spool.database import Connection, StoreError
from edge.spool.group import Group, Run
from edge.spool.opening import Opened
from edge.spool.spool import RECEIPTS_AT_LEAST_S
from proto.lanes import Lane
from proto.ranges import Ranges
from tests.edge.rig.stored import NEXT, NOON_S, QUOTA, all_of, lane, receipted
from tests.patience import PATIENCE_S

Make = Callable[..., Group]
Open = Callable[..., AbstractAsyncContextManager[Opened]]


def stalling(inside: threading.Event, go_on: threading.Event) -> Callable[[Any], bool]:
    """What holds up the store's thread until the test lets it go."""

    def stall(_: Any) -> bool:  # noqa: ANN401 - a connection
        inside.set()
        return go_on.wait(PATIENCE_S)

    return stall


async def test_what_was_added_is_read_back_under_its_numbers(
    opened: Open, make_group: Make, make_body: Callable[..., bytes]
) -> None:
    async with opened() as open_:
        for first in (1, 101, 201):
            await open_.spool.add(make_group(first, 100), 0)
        read = await open_.spool.read(lane(open_.spool), (150, 250), 1000, 100_000)
    assert read == [(n, make_body(n)) for n in range(150, 251)]


async def test_a_read_keeps_both_bounds(opened: Open, make_group: Make) -> None:
    async with opened() as open_:
        await open_.spool.add(make_group(1, 300), 0)
        ledger = lane(open_.spool)
        assert len(await open_.spool.read(ledger, (1, 300), 7, 100_000)) == 7
        assert len(await open_.spool.read(ledger, (1, 300), 300, 205)) == 10
    async with opened(epoch=NEXT) as open_:
        assert len(await open_.spool.read(lane(open_.spool), (2, 300), 7, 100_000)) == 7


async def test_receipts_are_there_after_a_clean_stop(opened: Open, make_group: Make) -> None:
    async with opened() as open_:
        await open_.spool.add(make_group(1, 100), 0)
        receipted(open_.spool, 1, 60)
        lane(open_.spool).set_aside(70, 70)
    async with opened(epoch=NEXT) as open_:
        ledger = lane(open_.spool)
        assert ledger.unreceipted() == [(61, 100)]
        assert (ledger.aside, ledger.first_unsent()) == (Ranges([(70, 70)]), 61)


async def test_receipts_join_a_group_but_not_every_one(opened: Open, make_group: Make) -> None:
    def written(connection: Connection) -> list[Ranges]:
        return [receipted for _, _, receipted, _ in rows.receipts(connection)]

    async with opened() as open_:
        spool = open_.spool
        await spool.add(make_group(1, 10), RECEIPTS_AT_LEAST_S)
        receipted(spool, 1, 5)
        await spool.add(make_group(11, 10), RECEIPTS_AT_LEAST_S + 1)
        assert await spool._database.read(written) == [Ranges([(1, 5)])]
        receipted(spool, 6, 9)
        await spool.add(make_group(21, 10), RECEIPTS_AT_LEAST_S + 2)
        assert await spool._database.read(written) == [Ranges([(1, 5)])]
        await spool.add(make_group(31, 10), 2 * RECEIPTS_AT_LEAST_S + 1)
        assert await spool._database.read(written) == [Ranges([(1, 9)])]


async def test_a_cancelled_add_is_whole_and_memory_knows_it(opened: Open, make_group: Make) -> None:
    async with opened() as open_:
        spool = open_.spool
        await spool.add(make_group(1, 10), 0)
        inside, go_on = threading.Event(), threading.Event()
        stalled = asyncio.ensure_future(spool._database.read(stalling(inside, go_on)))
        await asyncio.to_thread(inside.wait)
        adding = asyncio.ensure_future(spool.add(make_group(11, 10), 0))
        for _ in range(5):
            await asyncio.sleep(0)
        adding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await adding
        go_on.set()
        await stalled
        await spool.add(make_group(21, 10), 0)  # waits until the one before has ended
        ledger = lane(spool)
        assert not await spool._database.read(lambda connection: connection.in_transaction)
        assert [number for number, _ in await all_of(spool, ledger)] == list(range(1, 31))
        assert (ledger.last, ledger.rows) == (30, 3)


async def test_a_lane_keeps_its_quota_and_every_loss_is_counted(opened: Open, make_group: Make) -> None:
    async with opened(quota_bytes=QUOTA) as open_:
        spool = open_.spool
        for n in range(300):
            await spool.add(make_group(1 + n, 1, size=1000), 0)
        ledger = lane(spool)
        in_file = [number for number, _ in await all_of(spool, ledger)]
        assert ledger.bytes <= QUOTA // 2
        assert in_file == list(range(in_file[0], 301))
        assert spool.dropped[Lane.READ] == ledger.dropped == in_file[0] - 1


async def test_what_is_receipted_goes_before_what_is_not(opened: Open, make_group: Make) -> None:
    async with opened(quota_bytes=QUOTA) as open_:
        spool = open_.spool
        for n in range(90):
            await spool.add(make_group(1 + n, 1, size=1000), 0)
        receipted(spool, 40, 60)
        for n in range(90, 110):
            await spool.add(make_group(1 + n, 1, size=1000), 0)
        assert spool.dropped[Lane.READ] == 0
        assert [number for number, _ in await all_of(spool, lane(spool))][:39] == list(range(1, 40))


async def test_nothing_urgent_is_dropped_for_the_reads_sake(opened: Open, make_group: Make) -> None:
    async with opened(quota_bytes=QUOTA) as open_:
        spool = open_.spool
        await spool.add(make_group(1, 10, Lane.URGENT, size=1000), 0)
        for n in range(300):
            await spool.add(make_group(1 + n, 1, size=1000), 0)
        assert len(await all_of(spool, lane(spool, Lane.URGENT))) == 10
        assert spool.dropped[Lane.URGENT] == 0


async def test_a_file_of_many_small_rows_stays_within_its_bound(opened: Open, make_group: Make) -> None:
    """One event a row is what a quiet road gives; the quota must bound the file then, too."""
    async with opened(quota_bytes=1_000_000) as open_:
        spool = open_.spool
        for first in range(1, 12_000, 100):
            group = Group(tuple(make_group(n, 1, size=30).runs[0] for n in range(first, first + 100)), None)
            await spool.add(group, 0)
        pages, free = await spool._database.read(
            lambda c: (c.execute("PRAGMA page_count").fetchone()[0], c.execute("PRAGMA freelist_count").fetchone()[0])
        )
        assert spool.dropped[Lane.READ] > 0
        assert (pages - free) * 1024 < 1.5 * 500_000


async def test_rows_that_headquarters_asked_for_while_they_were_deleted_count_as_a_loss(
    opened: Open, make_group: Make
) -> None:
    async with opened() as open_:
        spool = open_.spool
        for n in range(1, 4):
            await spool.add(make_group(n, 1), 0)
        receipted(spool, 1, 3)
        inside, go_on = threading.Event(), threading.Event()

        def stalled(deed: Callable[..., Any], connection: Connection) -> Any:  # noqa: ANN401 - what the deed gives
            inside.set()
            go_on.wait(PATIENCE_S)
            return deed(connection)

        database = spool._database
        whole = database.transaction
        database.transaction = lambda deed: whole(partial(stalled, deed))  # type: ignore[method-assign]
        tidying = asyncio.ensure_future(spool.tidy(NOON_S + 1))
        await asyncio.to_thread(inside.wait)
        lane(spool).ask_again(Ranges([(1, 2)]))
        go_on.set()
        assert await tidying == 2
        database.transaction = whole  # type: ignore[method-assign]
        assert spool.dropped[Lane.READ] == 2


async def test_a_group_of_several_lanes_is_one_promise(opened: Open, make_body: Callable[..., bytes]) -> None:
    async with opened() as open_:
        runs = tuple(Run(of, 1, [make_body(n) for n in range(3)]) for of in Lane)
        await open_.spool.add(Group(runs, None), 0)
        assert {(int(of), 3) for of in Lane} == {(of, ledger.last) for (_, of), ledger in open_.spool.ledgers.items()}


async def test_receipts_that_were_not_written_with_a_group_are_written_later(opened: Open, make_group: Make) -> None:
    async with opened() as open_:
        spool = open_.spool
        await spool.add(make_group(1, 5), 0)
        receipted(spool, 1, 5)
        await spool._database.read(lambda connection: connection.execute("ALTER TABLE run RENAME TO gone"))
        with pytest.raises(StoreError):
            await spool.add(make_group(6, 5), RECEIPTS_AT_LEAST_S)
        await spool._database.read(lambda connection: connection.execute("ALTER TABLE gone RENAME TO run"))
    async with opened(epoch=NEXT) as open_:
        assert lane(open_.spool).unreceipted() == []
