"""Whatever was done to the file, there is a spool to promise with; what could be saved is in it, and an alarm says so. [design 7]"""

import os
import shutil
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from random import Random

import pytest

from edge.spool.database import PAGE_BYTES, StoreError, is_damage
from edge.spool.group import Group
from edge.spool.opening import Opened, mark_suspect
from proto.lanes import Lane
from tests.edge.rig.stored import EPOCH, EVENTS, NEXT, THIRD, damage, readable

Make = Callable[..., Group]
Open = Callable[..., AbstractAsyncContextManager[Opened]]


@pytest.mark.parametrize("page", [0, 1, 2, 3, 4, 5, 40, 100, -1])
async def test_a_damaged_page_costs_what_is_on_it_and_no_more(
    stored: Path, opened: Open, folder: Path, page: int, make_group: Make
) -> None:
    pages = stored.stat().st_size // PAGE_BYTES
    damage(stored, page % pages)
    mark_suspect(folder, "5a" * 32)
    async with opened(epoch=NEXT) as open_:
        saved = await readable(open_.spool)
        ((name, detail),) = open_.alarms
        assert (name, open_.salvaged) == ("spool-damaged", True)
        assert f"{len(saved)} events" in detail
        await open_.spool.add(make_group(1, 5), 0)
    root_of_all_rows = page == 3
    assert len(saved) >= (0 if root_of_all_rows else EVENTS - 100)
    assert (folder / "spool.damaged-1.db").exists()
    async with opened(epoch=THIRD) as open_:
        assert open_.alarms == []
        assert await readable(open_.spool) == saved
        assert open_.spool.ledger_of(NEXT, Lane.READ) is not None


async def test_receipts_survive_a_salvage(stored: Path, opened: Open) -> None:
    damage(stored, 0)
    async with opened(epoch=NEXT) as open_:
        ledger = open_.spool.ledger_of(EPOCH, Lane.READ)
        assert ledger is not None
        assert ledger.unreceipted() == [(EVENTS // 2 + 1, EVENTS)]


async def test_a_damaged_stretch_in_the_middle_costs_that_stretch(stored: Path, opened: Open, folder: Path) -> None:
    damage(stored, 60, 10)
    mark_suspect(folder, "5a" * 32)
    async with opened(epoch=NEXT) as open_:
        saved = await readable(open_.spool)
    assert EVENTS - 400 < len(saved) < EVENTS
    assert {1, EVENTS} <= saved


async def test_between_two_damaged_pages_everything_is_saved(stored: Path, opened: Open, folder: Path) -> None:
    damage(stored, 30)
    damage(stored, 90)
    mark_suspect(folder, "5a" * 32)
    async with opened(epoch=NEXT) as open_:
        assert len(await readable(open_.spool)) >= EVENTS - 2 * 100  # a page of leaves holds five rows of twenty


async def test_damage_that_nobody_suspects_is_found_by_whoever_reads_it(stored: Path, opened: Open) -> None:
    """Bodies lie on pages that a start does not read: the read fails, the process ends, and the next start salvages."""
    pages = stored.stat().st_size // PAGE_BYTES
    found = []
    for page in range(pages - 8, pages):
        undamaged = stored.read_bytes()
        damage(stored, page)
        async with opened(epoch=NEXT) as open_:
            try:
                found.append("at the start" if open_.salvaged else len(await readable(open_.spool)))
            except StoreError as error:
                found.append("by a read" if is_damage(error) else repr(error))
        stored.write_bytes(undamaged)
    assert set(found) == {"at the start", "by a read"}


@pytest.mark.parametrize("keep", [0.9, 0.5])
async def test_a_truncated_spool_keeps_what_it_has(stored: Path, opened: Open, keep: float) -> None:
    size = stored.stat().st_size
    os.truncate(stored, int(size * keep) // PAGE_BYTES * PAGE_BYTES)
    async with opened(epoch=NEXT) as open_:
        assert open_.salvaged
        assert len(await readable(open_.spool)) > EVENTS * keep * 0.6


@pytest.mark.parametrize("content", [b"", bytes(PAGE_BYTES), b"garbage " * 10_000])
async def test_garbage_in_its_place_is_set_aside_and_a_fresh_one_serves(
    opened: Open, folder: Path, content: bytes, make_group: Make
) -> None:
    folder.mkdir()
    (folder / "spool.db").write_bytes(content)
    async with opened() as open_:
        assert open_.salvaged == bool(content)
        await open_.spool.add(make_group(1, 5), 0)
    assert not content or (folder / "spool.damaged-1.db").read_bytes() == content
    async with opened(epoch=NEXT) as open_:
        assert await readable(open_.spool) == set(range(1, 6))


@pytest.mark.parametrize("at", [0.3, 0.9])
async def test_a_damaged_log_costs_what_stands_behind_the_damage(
    opened: Open, make_group: Make, folder: Path, tmp_path: Path, at: float
) -> None:
    async with opened() as open_:
        await open_.spool.add(make_group(1, 100), 0)
    async with opened(epoch=NEXT) as open_:
        for n in range(50):
            await open_.spool.add(make_group(1 + n, 1), 0)
        shutil.copytree(folder, tmp_path / "killed")
    shutil.rmtree(folder)
    (tmp_path / "killed").rename(folder)
    wal = folder / "spool.db-wal"
    with wal.open("r+b") as file:
        file.seek(int(wal.stat().st_size * at))
        file.write(Random(1).randbytes(100))
    async with opened(epoch=THIRD) as open_:
        assert await readable(open_.spool) == set(range(1, 101))
        ledger = open_.spool.ledger_of(NEXT, Lane.READ)
        assert ledger is not None
        assert 50 * at - 10 < ledger.last < 50 * at + 10


async def test_the_first_page_may_be_damaged_while_the_log_is_full(
    opened: Open, make_group: Make, folder: Path, tmp_path: Path
) -> None:
    async with opened() as open_:
        await open_.spool.add(make_group(1, 100), 0)
    async with opened(epoch=NEXT) as open_:
        await open_.spool.add(make_group(1, 30), 0)
        shutil.copytree(folder, tmp_path / "killed")
    shutil.rmtree(folder)
    (tmp_path / "killed").rename(folder)
    damage(folder / "spool.db", 0)
    async with opened(epoch=THIRD) as open_:
        assert await readable(open_.spool) == set(range(1, 101))
        ledger = open_.spool.ledger_of(NEXT, Lane.READ)
        assert ledger is not None
        assert ledger.last == 30


async def test_a_salvage_that_is_killed_begins_anew(stored: Path, opened: Open, folder: Path) -> None:
    damage(stored, 0)
    for name in ("spool.saved.db", "spool.template", "spool.repaired"):
        (folder / name).write_bytes(b"half of it")
    async with opened(epoch=NEXT) as open_:
        assert len(await readable(open_.spool)) == EVENTS


async def test_a_salvage_that_is_killed_at_its_very_end_is_complete(stored: Path, opened: Open, folder: Path) -> None:
    stored.rename(folder / "spool.saved.db")
    async with opened(epoch=NEXT) as open_:
        assert len(await readable(open_.spool)) == EVENTS


async def test_each_damaged_file_keeps_a_name_of_its_own(opened: Open, folder: Path) -> None:
    for n in range(1, 4):
        async with opened():
            pass
        damage(folder / "spool.db", 0)
        async with opened() as open_:
            assert open_.salvaged
        assert (folder / f"spool.damaged-{n}.db").exists()


async def test_no_damaged_page_gives_a_body_that_was_never_stored(
    opened: Open, make_group: Make, folder: Path, make_body: Callable[..., bytes]
) -> None:
    """SQLCipher gives zeros for the end of a long body and complains only at the next page."""
    async with opened() as open_:
        for n in range(1, 21):
            await open_.spool.add(make_group(n, 1, size=2000), 0)
    spool = folder / "spool.db"
    sound = spool.read_bytes()
    noticed = 0
    for page in range(5, len(sound) // PAGE_BYTES):
        damage(spool, page)
        async with opened(epoch=NEXT) as open_:
            for n in range(1, 21):
                try:
                    read = await open_.spool.read(open_.spool.ledgers[1, Lane.READ], (n, n), 1, 10**6)
                except StoreError:
                    noticed += 1
                    break
                assert read in ([], [(n, make_body(n, 2000))])
        for path in folder.glob("spool.*"):
            path.unlink()
        spool.write_bytes(sound)
    assert noticed > 10
