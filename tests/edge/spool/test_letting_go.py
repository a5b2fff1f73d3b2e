"""What the spool lets go and when: rows by age, epochs when headquarters knows all of them. A real encrypted file."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from edge.spool import rows
from edge.spool.group import Group
from edge.spool.opening import Opened
from proto.control import Held
from proto.lanes import Lane
from proto.ranges import Ranges
from tests.edge.rig.stored import EPOCH, NEXT, NOON_S, QUOTA, THIRD, all_of, lane, receipted

Make = Callable[..., Group]
Open = Callable[..., AbstractAsyncContextManager[Opened]]


async def test_it_is_there_after_a_restart_and_belongs_to_its_epoch(
    opened: Open, make_group: Make, make_body: Callable[..., bytes]
) -> None:
    async with opened() as open_:
        await open_.spool.add(make_group(1, 300), 0)
    async with opened(epoch=NEXT) as open_:
        read = await open_.spool.read(lane(open_.spool), (1, 300), 1000, 100_000)
        assert open_.spool.parent is not None
        assert (open_.spool.parent.id, open_.spool.lasts()) == (EPOCH, ((Lane.READ, 300),))
    assert read == [(n, make_body(n)) for n in range(1, 301)]


async def test_an_epoch_without_events_leaves_no_trace(opened: Open, make_group: Make) -> None:
    async with opened() as open_:
        await open_.spool.add(make_group(1, 1), 0)
    async with opened(epoch=NEXT):
        pass
    async with opened(epoch=THIRD) as open_:
        assert open_.spool.parent is not None
        assert open_.spool.parent.id == EPOCH


async def test_add_and_tidy_at_once_count_a_deleted_row_once(opened: Open, make_group: Make) -> None:
    async with opened(quota_bytes=QUOTA) as open_:
        spool = open_.spool
        await spool.add(make_group(1, 1, Lane.URGENT), 0)
        for n in range(96):
            await spool.add(make_group(1 + n, 1, size=1000), 0)
        receipted(spool, 1, 90)
        await asyncio.gather(spool.tidy(NOON_S + 1), spool.add(make_group(97, 1, size=1000), 0), spool.tidy(NOON_S + 1))
        ledger = lane(spool)
        in_file = await all_of(spool, ledger)
        assert ledger.rows == len(in_file)
        assert ledger.bytes == sum(len(body) + rows.ROW_COST_BYTES for _, body in in_file)
        assert ledger.dropped == 0


async def test_aged_receipted_rows_go_and_younger_and_unsent_ones_stay(opened: Open, make_group: Make) -> None:
    async with opened() as open_:
        spool = open_.spool
        for n, born in enumerate((NOON_S, NOON_S + 10, None, NOON_S + 20, NOON_S + 30), 1):
            await spool.add(make_group(n, 1, born_s=born), 0)
        receipted(spool, 1, 1)
        receipted(spool, 3, 4)
        assert await spool.tidy(NOON_S + 25) == 3
        assert [number for number, _ in await all_of(spool, lane(spool))] == [2, 5]
        assert await spool.tidy(NOON_S + 25) == 0


async def test_rows_without_a_date_do_not_keep_the_dated_ones_behind_them(opened: Open, make_group: Make) -> None:
    async with opened() as open_:
        spool = open_.spool
        for n in range(1, 300):
            await spool.add(make_group(n, 1, born_s=None if n < 250 else NOON_S), 0)
        receipted(spool, 1, 299)
        deleted = 0
        while count := await spool.tidy(NOON_S + 1):
            deleted += count
        assert deleted == 298  # the newest one proves the last number


async def test_the_newest_row_of_an_epoch_stays_until_its_successor_is_known(opened: Open, make_group: Make) -> None:
    async with opened() as open_:
        await open_.spool.add(make_group(1, 1), 0)
        await open_.spool.add(make_group(2, 1), 0)
        receipted(open_.spool, 1, 2)
        await open_.spool.tidy(NOON_S + 1)
        assert [number for number, _ in await all_of(open_.spool, lane(open_.spool))] == [2]
    async with opened(epoch=NEXT) as open_:
        spool = open_.spool
        await spool.add(make_group(1, 1, Lane.URGENT), 0)
        assert await spool.tidy(NOON_S + 1) == 0
        receipted(spool, 1, 1, Lane.URGENT, NEXT)
        assert await spool.tidy(NOON_S + 1) == 1


async def test_an_epoch_of_which_nothing_is_left_is_forgotten(opened: Open, make_group: Make) -> None:
    async with opened() as open_:
        await open_.spool.add(make_group(1, 5), 0)
        receipted(open_.spool, 1, 5)
    async with opened(epoch=NEXT) as open_:
        await open_.spool.add(make_group(1, 1, Lane.URGENT), 0)
        receipted(open_.spool, 1, 1, Lane.URGENT, NEXT)
        await open_.spool.tidy(NOON_S + 1)
        await open_.spool.tidy(NOON_S + 1)
        assert open_.spool.ledger_of(EPOCH, Lane.READ) is None
        assert [epoch.id for epoch in await open_.spool._database.read(rows.epochs)] == [NEXT]
    async with opened(epoch=THIRD) as open_:
        assert open_.spool.parent is not None
        assert open_.spool.parent.id == NEXT


async def test_an_epoch_with_something_to_send_is_not_forgotten(opened: Open, make_group: Make) -> None:
    async with opened() as open_:
        await open_.spool.add(make_group(1, 5), 0)
    async with opened(epoch=NEXT) as open_:
        await open_.spool.add(make_group(1, 1, Lane.URGENT), 0)
        receipted(open_.spool, 1, 1, Lane.URGENT, NEXT)
        await open_.spool.tidy(NOON_S + 1)
        assert lane(open_.spool).unreceipted() == [(1, 5)]


async def test_held_names_what_is_receipted_and_still_here(opened: Open, make_group: Make) -> None:
    async with opened() as open_:
        spool = open_.spool
        for n in range(1, 6):
            await spool.add(make_group(n, 1), 0)
        receipted(spool, 1, 4)
        assert spool.held() == [Held(EPOCH, Lane.READ, Ranges([(1, 4)]))]
        await spool.tidy(NOON_S + 1)
        assert spool.held() == []


async def test_the_last_number_of_an_epoch_is_known_until_all_of_it_is_answered_for(
    opened: Open, make_group: Make
) -> None:
    """Its rows are dropped for the sake of newer ones; headquarters must still be told which numbers there were."""
    async with opened(quota_bytes=QUOTA) as open_:
        for n in range(1, 51):
            await open_.spool.add(make_group(n, 1, size=1000), 0)
    async with opened(epoch=NEXT, quota_bytes=QUOTA) as open_:
        await open_.spool.add(make_group(1, 1, Lane.URGENT), 0)
        receipted(open_.spool, 1, 1, Lane.URGENT, NEXT)
        for n in range(1, 201):
            await open_.spool.add(make_group(n, 1, size=1000), 0)
        assert [number for number, _ in await all_of(open_.spool, lane(open_.spool))] == [50]
    async with opened(epoch=THIRD, quota_bytes=QUOTA) as open_:
        assert lane(open_.spool).unreceipted() == [(1, 50)]


async def test_an_epoch_without_rows_is_still_the_parent_until_it_has_a_child(opened: Open, make_group: Make) -> None:
    async with opened() as open_:
        await open_.spool.add(make_group(1, 5), 0)
        await open_.spool._database.read(lambda connection: connection.execute("DELETE FROM run"))
    async with opened(epoch=NEXT) as open_:
        await open_.spool.tidy(NOON_S)
    async with opened(epoch=THIRD) as open_:
        assert open_.spool.parent is not None
        assert open_.spool.parent.id == EPOCH


async def test_an_epoch_whose_rows_are_lost_is_not_forgotten_before_headquarters_knows(
    opened: Open, make_group: Make
) -> None:
    async with opened() as open_:
        await open_.spool.add(make_group(1, 9), 0)
        receipted(open_.spool, 7, 9)
        await open_.spool._database.read(lambda connection: connection.execute("DELETE FROM run"))
    async with opened(epoch=NEXT) as open_:
        await open_.spool.add(make_group(1, 1, Lane.URGENT), 0)
        receipted(open_.spool, 1, 1, Lane.URGENT, NEXT)
        await open_.spool.tidy(NOON_S)
        assert lane(open_.spool).unreceipted() == [(1, 6)]
        receipted(open_.spool, 1, 6)
        await open_.spool.tidy(NOON_S)
        assert open_.spool.ledger_of(EPOCH, Lane.READ) is None
