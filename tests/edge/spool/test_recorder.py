"""Inbox -> spool: said only when it is stored; a full disk is waited out; every loss is a record itself."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from edge.clock import CarClock
from edge.intake.sighting import Sighting
from edge.spool import rows
from edge.spool.database import StoreError, connect_spool, is_full, open_database
from edge.spool.group import Group
from edge.spool.inbox import MOST, RESERVE, Inbox
from edge.spool.numbering import Numbering
from edge.spool.opening import Opened, open_spool
from edge.spool.recorder import Recorder
from edge.spool.room import Room
from edge.spool.spool import Spool
from edge.supervision import Outage
from proto.events import Dropped, decode
from proto.lanes import Lane

KEY = "5a" * 32
EPOCH = b"epoch--1"
Open = Callable[..., AbstractAsyncContextManager[Opened]]
Make = Callable[..., Sighting]
Eventually = Callable[..., Any]


class Desk:
    """A recorder and what it has said."""

    def __init__(self, spool: Spool, numbering: Numbering, folder: Path) -> None:
        self.spool = spool
        self.inbox: Inbox[Any] = Inbox(1, 3600)
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.disk: list[bool] = []
        self.stored = asyncio.Event()
        self.recorder = Recorder(
            self.inbox, numbering, spool, Room(folder), lambda kind, **fields: self.said.append((kind, fields)),
            CarClock().now, Outage("disk", lambda _, up, __: self.disk.append(up)),
        )  # fmt: skip

    def promised(self, lane: Lane = Lane.READ) -> list[int]:
        """Numbers that were said to be stored."""
        said = [fields for kind, fields in self.said if kind == "stored" and fields["lane"] == lane.word]
        return [number for fields in said for number in range(fields["first"], fields["last"] + 1)]

    async def in_file(self, lane: Lane = Lane.READ) -> list[tuple[int, bytes]]:
        ledger = self.spool.ledger_of(EPOCH, lane)
        if ledger is None:
            return []
        return await self.spool._database.read(
            lambda connection: list(rows.read(connection, ledger.epoch.n, lane, 0, (1, 10**9)))
        )


@pytest.fixture
async def desk(opened: Open, make_numbering: Callable[[], Numbering], tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened() as open_:
        yield Desk(open_.spool, make_numbering(), tmp_path / "store")


async def test_what_is_said_to_be_stored_is_in_the_file(desk: Desk, make_sighting: Make) -> None:
    running = asyncio.ensure_future(desk.recorder.run(desk.stored))
    for _ in range(10):
        desk.inbox.offer(make_sighting(), "read")
        await desk.stored.wait()
        desk.stored.clear()
        assert desk.promised() == [number for number, _ in await desk.in_file()]
    desk.recorder.stop()
    await running
    assert desk.promised() == list(range(1, 11))
    assert desk.promised(Lane.URGENT) == [1]
    assert desk.disk == [True]


async def test_stopping_commits_what_waits(desk: Desk, make_sighting: Make) -> None:
    desk.inbox._group_events = 10_000
    for _ in range(5000):
        desk.inbox.offer(make_sighting(), "read")
    running = asyncio.ensure_future(desk.recorder.run(desk.stored))
    desk.recorder.stop()
    await running
    assert len(await desk.in_file()) == 5000


async def test_stopping_an_idle_recorder_ends_it(desk: Desk) -> None:
    running = asyncio.ensure_future(desk.recorder.run(desk.stored))
    await asyncio.sleep(0)
    desk.recorder.stop()
    await running
    assert desk.said == []


async def test_a_full_queue_is_told_as_a_record(desk: Desk, make_sighting: Make) -> None:
    for _ in range(MOST - RESERVE + 7):
        desk.inbox.offer(make_sighting(), "read")
    desk.recorder.stop()
    await desk.recorder.run(desk.stored)
    assert ("dropped", {"lane": "read", "count": 7, "reason": "queue full"}) in desk.said
    events = [decode(body) for _, body in await desk.in_file(Lane.URGENT)]
    (dropped,) = [event for event in events if isinstance(event, Dropped)]
    assert (dropped.lane, dropped.count, dropped.reason) == (Lane.READ, 7, "queue full")


async def test_a_quota_is_told_as_a_record(
    opened: Open, make_numbering: Callable[[], Numbering], make_sighting: Make, tmp_path: Path
) -> None:
    async with opened(quota_bytes=40_000) as open_:
        desk = Desk(open_.spool, make_numbering(), tmp_path / "store")
        running = asyncio.ensure_future(desk.recorder.run(desk.stored))
        for n in range(800):
            desk.inbox.offer(make_sighting(f"V{n}"), "read")
            if n % 20 == 0:
                await asyncio.sleep(0.001)
        desk.recorder.stop()
        await running
        told = sum(fields["count"] for kind, fields in desk.said if kind == "dropped" and fields["lane"] == "read")
        missing = 800 - len(await desk.in_file())
        assert told + open_.spool.dropped[Lane.READ] == missing > 0


async def test_an_error_that_is_not_a_full_disk_ends_the_recorder(desk: Desk, make_sighting: Make) -> None:
    await desk.spool._database.read(lambda connection: connection.execute("DROP TABLE run"))
    desk.inbox.offer(make_sighting(), "read")
    with pytest.raises(StoreError):
        await desk.recorder.run(desk.stored)
    assert desk.promised() == []


def test_progress_is_a_commit_or_nothing_to_do_or_a_full_disk(desk: Desk, make_sighting: Make) -> None:
    assert desk.recorder.is_progressing()
    desk.inbox._items.append(make_sighting())
    assert not desk.recorder.is_progressing()
    desk.recorder._groups += 1
    assert desk.recorder.is_progressing()
    assert not desk.recorder.is_progressing()
    desk.recorder._disk.began("disk full")
    assert desk.recorder.is_progressing()


@asynccontextmanager
async def bounded(path: Path, most_bytes: int, numbering: Numbering) -> AsyncIterator[Desk]:
    async with open_database(lambda: connect_spool(path, KEY, most_bytes)) as database:
        await database.read(rows.create)
        loaded = await database.read(rows.load)
        yield Desk(Spool(database, EPOCH, b"boot---1", 64 << 20, loaded), numbering, path.parent)


async def test_a_full_file_promises_nothing_and_goes_on_when_it_may(
    tmp_path: Path, make_numbering: Callable[[], Numbering], make_sighting: Make, eventually: Eventually
) -> None:
    async with bounded(tmp_path / "spool.db", 48 * 1024, make_numbering()) as desk:
        running = asyncio.ensure_future(desk.recorder.run(desk.stored))
        while False not in desk.disk:
            desk.inbox.offer(make_sighting(), "read")
            await asyncio.sleep(0)
        promised = desk.promised()
        assert promised == [number for number, _ in await desk.in_file()]
        for _ in range(100):
            desk.inbox.offer(make_sighting(), "read")
        assert desk.recorder.is_progressing()
        await desk.spool._database.read(lambda connection: connection.execute("PRAGMA max_page_count = 100000"))
        await eventually(lambda: desk.disk == [True, False, True])
        desk.recorder.stop()
        await running
        assert desk.promised() == [number for number, _ in await desk.in_file()]
        assert desk.promised() == list(range(1, desk.promised()[-1] + 1))
        assert len(desk.promised()) >= len(promised) + 100


async def test_stopping_ends_though_the_file_is_full(
    tmp_path: Path, make_numbering: Callable[[], Numbering], make_sighting: Make
) -> None:
    async with bounded(tmp_path / "spool.db", 48 * 1024, make_numbering()) as desk:
        running = asyncio.ensure_future(desk.recorder.run(desk.stored))
        while False not in desk.disk:
            desk.inbox.offer(make_sighting(), "read")
            await asyncio.sleep(0)
        desk.recorder.stop()
        await asyncio.wait_for(running, 3)
        assert desk.promised() == [number for number, _ in await desk.in_file()]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 512 kB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(disk)], check=False).returncode != 0:
        pytest.skip("mounting is not allowed here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Nothing more fits on it while this file is there."""
    filler = disk / "filler"
    fd = os.open(filler, os.O_CREAT | os.O_WRONLY)
    for size in (65_536, 4096):
        try:
            while True:
                os.write(fd, bytes(size))
        except OSError:
            continue
    os.close(fd)
    return filler


async def test_on_a_full_disk_nothing_is_promised_and_when_there_is_room_it_goes_on(
    small_disk: Path, make_group: Callable[..., Group]
) -> None:
    promised = 0
    async with open_spool(small_disk / "store", KEY, EPOCH, b"boot---1", 64 << 20) as opened:
        await opened.spool.add(make_group(1, 10), 0)
        filler = fill(small_disk)
        with pytest.raises(StoreError) as full:  # noqa: PT012 - it fails some time
            for promised in range(10, 100_000, 10):
                await opened.spool.add(make_group(promised + 1, 10), 0)
        assert is_full(full.value)
        ledger = opened.spool.ledger_of(EPOCH, Lane.READ)
        assert ledger is not None
        assert ledger.last == promised
        filler.unlink()
        await opened.spool.add(make_group(promised + 1, 10), 0)
    async with open_spool(small_disk / "store", KEY, b"epoch--2", b"boot---1", 64 << 20) as opened:
        ledger = opened.spool.ledger_of(EPOCH, Lane.READ)
        assert ledger is not None
        assert ledger.last == promised + 10


@pytest.mark.parametrize("is_new", [True, False])
async def test_a_spool_that_cannot_be_opened_for_want_of_room_is_opened_when_there_is_some(
    small_disk: Path, make_group: Callable[..., Group], is_new: bool
) -> None:
    if not is_new:
        async with open_spool(small_disk / "store", KEY, EPOCH, b"boot---1", 64 << 20) as opened:
            await opened.spool.add(make_group(1, 10), 0)
    filler = fill(small_disk)
    waited = 0

    async def wait_for_room() -> None:
        nonlocal waited
        waited += 1
        if waited == 3:
            filler.unlink()

    async with open_spool(small_disk / "store", KEY, b"epoch--2", b"boot---1", 64 << 20, wait_for_room) as opened:
        assert waited == 3
        assert opened.alarms == []
        await opened.spool.add(make_group(1, 10), 0)
        assert is_new or opened.spool.ledger_of(EPOCH, Lane.READ) is not None
