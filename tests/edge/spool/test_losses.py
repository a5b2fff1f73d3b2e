"""What a quota cost is known until it is told, whenever the power is cut: the count is in the file with the deletion."""

import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path

import pytest

from edge.spool import rows
from edge.spool.database import StoreError, connect_spool
from edge.spool.group import Group, Run
from edge.spool.opening import Opened, mark_suspect, open_spool, path_of
from edge.spool.spool import Spool
from proto.events import Clock, Dropped, Moment, encode
from proto.lanes import Lane
from proto.ranges import Ranges

Make = Callable[..., Group]
Open = Callable[..., AbstractAsyncContextManager[Opened]]
EPOCH, KEY = b"epoch--1", "5a" * 32
QUOTA = 200_000  # lane read 100 kB, lane urgent 20 kB
LONG_AGO = Moment(0, None, Clock.UNSET)


@asynccontextmanager
async def after_a_cut(folder: Path) -> AsyncIterator[Spool]:
    """The spool as it is when the power goes now: the files as they are, and nothing of the memory."""
    shutil.rmtree(folder / "cut", ignore_errors=True)
    shutil.copytree(folder / "store", folder / "cut")
    async with open_spool(folder / "cut", KEY, b"epoch--2", b"boot---2", QUOTA) as opened:
        yield opened.spool


async def filled(spool: Spool, make_group: Make, lane: Lane = Lane.READ) -> None:
    """Until something had to go."""
    number = 1
    while not spool.dropped[lane]:
        await spool.add(make_group(number, 1, lane, size=1000), 0)
        number += 1


def reporting(first: int, *counts: int) -> Group:
    bodies = [encode(Dropped(LONG_AGO, int(Lane.READ), count, "quota")) for count in counts]
    return Group((Run(Lane.URGENT, first, bodies),), None)


async def test_a_loss_outlives_a_power_cut_right_after_the_deletion(
    opened: Open, make_group: Make, tmp_path: Path
) -> None:
    async with opened(quota_bytes=QUOTA) as open_:
        await filled(open_.spool, make_group)
        async with after_a_cut(tmp_path) as spool:
            assert spool.dropped == open_.spool.dropped


async def test_a_loss_that_is_about_to_be_told_outlives_a_cut_and_one_that_was_told_is_told_once(
    opened: Open, make_group: Make, tmp_path: Path
) -> None:
    async with opened(quota_bytes=QUOTA) as open_:
        await filled(open_.spool, make_group)
        count = open_.spool.losses.tell()[Lane.READ]
        await open_.spool.tidy(0)
        async with after_a_cut(tmp_path) as spool:
            assert spool.dropped[Lane.READ] == count
        await open_.spool.add(reporting(1, count), 0)
        async with after_a_cut(tmp_path) as spool:
            assert not +spool.dropped


async def test_a_report_that_was_not_committed_is_made_again(opened: Open, make_group: Make) -> None:
    async with opened(quota_bytes=QUOTA) as open_:
        spool = open_.spool
        await filled(spool, make_group)
        count = spool.losses.tell()[Lane.READ]
        await spool._database.read(lambda connection: connection.execute("ALTER TABLE run RENAME TO away"))
        with pytest.raises(StoreError):
            await spool.add(reporting(1, count), 0)
        await spool._database.read(lambda connection: connection.execute("ALTER TABLE away RENAME TO run"))
        assert spool.losses.tell() == Counter({Lane.READ: count})
        await spool.add(reporting(1, count), 0)
        assert not spool.losses.tell()


async def test_a_report_that_a_quota_deletes_before_it_was_received_is_made_again(
    opened: Open, make_group: Make, tmp_path: Path
) -> None:
    async with opened(quota_bytes=QUOTA) as open_:
        spool = open_.spool
        await spool.add(reporting(1, 40, 2), 0)
        ledger = spool.ledger_of(EPOCH, Lane.URGENT)
        assert ledger is not None
        ledger.receipt(Ranges([(1, 1)]))
        for number in range(3, 40):
            await spool.add(make_group(number, 1, Lane.URGENT, size=1000), 0)
        assert spool.dropped[Lane.READ] == 2
        assert spool.dropped[Lane.URGENT] == ledger.dropped
        async with after_a_cut(tmp_path) as after:
            assert after.dropped == spool.dropped


async def test_losses_survive_a_salvage(opened: Open, make_group: Make, tmp_path: Path) -> None:
    async with opened(quota_bytes=QUOTA) as open_:
        await filled(open_.spool, make_group)
        lost = Counter(open_.spool.dropped)
    with (tmp_path / "store" / "spool.db").open("r+b") as file:
        file.seek(60 * 1024 + 100)
        file.write(bytes(500))
    mark_suspect(tmp_path / "store", KEY)
    async with opened(epoch=b"epoch--2") as open_:
        assert open_.salvaged
        assert open_.spool.dropped == lost


async def test_the_file_is_not_written_for_losses_when_there_are_none(opened: Open, make_group: Make) -> None:
    async with opened() as open_:
        spool = open_.spool
        await spool._database.read(lambda connection: connection.execute("DROP TABLE loss"))
        await spool.add(make_group(1, 100), 0)
        await spool.tidy(0)
        assert not await spool._database.read(lambda connection: rows.epochs(connection) == [])


async def test_a_file_of_a_program_that_kept_no_losses_is_opened_as_it_is(tmp_path: Path, make_group: Make) -> None:
    async with open_spool(tmp_path, KEY, EPOCH, b"boot---1", QUOTA) as opened:
        await opened.spool.add(make_group(1, 3, Lane.READ), 0)
    with closing(connect_spool(path_of(tmp_path, KEY), KEY)) as connection:
        connection.execute("DROP TABLE loss")
    async with open_spool(tmp_path, KEY, b"epoch--2", b"boot---2", QUOTA) as opened:
        assert (opened.salvaged, opened.spool.losses.in_file) == (False, Counter())
        await filled(opened.spool, make_group)
        assert opened.spool.dropped[Lane.READ]
