"""A fresh folder, a sound spool, a log, a key that is another one -> a spool to promise with, and an alarm only where one is due. [design 7]"""

import shutil
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final

import pytest

from edge.spool.group import Group
from edge.spool.opening import Opened, mark_suspect, path_of
from proto.lanes import Lane
from tests.edge.rig.stored import EVENTS, NEXT, THIRD, readable

Make = Callable[..., Group]
Open = Callable[..., AbstractAsyncContextManager[Opened]]
OTHER_KEY: Final = "6b" * 32


async def test_a_fresh_folder_gives_an_empty_spool_and_no_alarm(opened: Open, folder: Path) -> None:
    async with opened() as open_:
        assert (open_.alarms, open_.salvaged, open_.spool.parent, open_.floor_s) == ([], False, None, None)
        assert (folder / "spool.keyid").exists()


@pytest.mark.usefixtures("stored")
async def test_a_sound_spool_opens_without_an_alarm(opened: Open) -> None:
    async with opened(epoch=NEXT) as open_:
        assert (open_.alarms, open_.salvaged) == ([], False)
        assert len(await readable(open_.spool)) == EVENTS


async def test_the_floor_is_the_latest_trusted_second(opened: Open, make_group: Make) -> None:
    async with opened() as open_:
        for n, born in enumerate((1_795_608_000, 1_795_608_007, None), 1):
            await open_.spool.add(make_group(n, 1, born_s=born), 0)
    async with opened(epoch=NEXT) as open_:
        assert open_.floor_s == 1_795_608_007


async def test_what_was_only_in_the_log_of_a_killed_process_is_there(
    opened: Open, make_group: Make, folder: Path, tmp_path: Path
) -> None:
    async with opened() as open_:
        await open_.spool.add(make_group(1, 100), 0)
        shutil.copytree(folder, tmp_path / "killed")
    shutil.rmtree(folder)
    (tmp_path / "killed").rename(folder)
    assert (folder / "spool.db-wal").stat().st_size > 0
    async with opened(epoch=NEXT) as open_:
        assert open_.alarms == []
        assert await readable(open_.spool) == set(range(1, 101))


async def test_with_a_wrong_key_the_old_file_is_left_alone_and_drains_when_its_key_returns(
    stored: Path, opened: Open, folder: Path, make_group: Make
) -> None:
    before = stored.read_bytes()
    async with opened(epoch=NEXT, key=OTHER_KEY) as open_:
        assert [name for name, _ in open_.alarms] == ["key-changed"]
        assert not open_.salvaged
        assert open_.spool.parent is None
        await open_.spool.add(make_group(1, 5), 0)
    assert stored.read_bytes() == before
    assert path_of(folder, OTHER_KEY) != stored
    async with opened(epoch=THIRD) as open_:
        assert open_.alarms == []
        assert len(await readable(open_.spool)) == EVENTS
    async with opened(epoch=b"epoch--4", key=OTHER_KEY) as open_:
        ledger = open_.spool.ledger_of(NEXT, Lane.READ)
        assert ledger is not None
        assert ledger.last == 5


@pytest.mark.parametrize("note", [b"", b"\x00" * 17, b"0123", b"\xff\xfe"])
@pytest.mark.usefixtures("stored")
async def test_an_unreadable_note_of_the_key_does_not_lock_the_spool_out(
    opened: Open, folder: Path, note: bytes
) -> None:
    (folder / "spool.keyid").write_bytes(note)
    async with opened(epoch=NEXT) as open_:
        assert open_.alarms == []
        assert len(await readable(open_.spool)) == EVENTS


@pytest.mark.usefixtures("stored")
async def test_a_suspicion_that_was_wrong_costs_nothing(opened: Open, folder: Path) -> None:
    mark_suspect(folder, "5a" * 32)
    async with opened(epoch=NEXT) as open_:
        assert (open_.alarms, open_.salvaged) == ([], False)
    assert not list(folder.glob("*.suspect"))
