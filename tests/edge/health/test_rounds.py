"""What is looked at on a timer."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from edge.clock import CarClock
from edge.health.heartbeat import Heartbeat
from edge.health.rounds import Rounds
from edge.health.status import Status
from edge.intake.tracker import Tracker
from edge.intake.watch import Watch
from edge.intake.whereabouts import Whereabouts
from edge.matcher.matcher import Matcher
from edge.spool.group import Group
from edge.spool.inbox import Inbox
from edge.spool.opening import Opened
from edge.supervision import Outage
from proto.events import Clock, ClockSet, Health
from proto.lanes import Lane
from proto.ranges import Ranges

if TYPE_CHECKING:
    from tests.edge.conftest import TimeSources

Open = Callable[..., AbstractAsyncContextManager[Opened]]
Running = Callable[..., AbstractAsyncContextManager[Any]]
Eventually = Callable[..., Any]


class Scene:
    def __init__(self, folder: Path, clock: CarClock) -> None:
        self.inbox: Inbox[Any] = Inbox(1000, 3600)
        self.matcher = Matcher(folder / "lists", "5a" * 32, allow_unsigned=True, alarm=lambda *_: None)
        self.watch = Watch(clock, Whereabouts(), self.matcher, self.inbox, lambda *_: None, Tracker())
        link = Outage("link", lambda *_: None)
        self.status = Status("k-0417", clock, self.watch, self.matcher, self.inbox, [], link, 3600)
        self.rounds = Rounds(clock, self.matcher, self.inbox, self.status, keep_hours=1)

    async def events(self) -> list[Any]:
        self.inbox.flush()
        return await self.inbox.take()


@pytest.fixture
async def scene(tmp_path: Path, clock: CarClock) -> Scene:
    return Scene(tmp_path, clock)


async def test_the_first_round_says_how_the_car_is(
    scene: Scene, opened: Open, running: Running, eventually: Eventually
) -> None:
    async with opened() as open_:
        scene.status.spool = open_.spool
        async with running(scene.rounds.run(open_.spool, lambda: True)):
            await eventually(lambda: len(scene.inbox) >= 1)
    health = [event for event in await scene.events() if isinstance(event, Health)]
    figures = dict(health[0].figures)
    assert figures["rss_kb"] > 1000
    assert {"reads", "alerts", "read_unsent", "urgent_unsent"} <= figures.keys()


async def test_a_clock_that_learns_the_time_is_an_urgent_event(scene: Scene, times: "TimeSources") -> None:
    scene.rounds.look(0)
    assert len(scene.inbox) == 0
    times.synchronised = True
    scene.rounds.look(1)
    (event,) = await asyncio.wait_for(scene.inbox.take(), 1)
    assert isinstance(event, ClockSet)
    assert (event.was, event.moment.clock) == (Clock.KEPT, Clock.NTP)


async def test_old_rows_go_only_by_a_clock_that_is_trusted(
    scene: Scene, opened: Open, make_group: Callable[..., Group], clock: CarClock, times: "TimeSources"
) -> None:  # fmt: skip
    async with opened() as open_:
        now_s = times.utc_ms // 1000
        for n, age_s in enumerate((7200, 3700, 60), 1):
            await open_.spool.add(make_group(n, 1, born_s=now_s - age_s), 0)
        ledger = open_.spool.ledger_of(b"epoch--1", Lane.READ)
        assert ledger is not None
        ledger.receipt(Ranges([(1, 3)]))
        await scene.rounds._tidy(open_.spool, clock.now())
        assert ledger.rows == 3
        times.synchronised = True
        clock.check()
        await scene.rounds._tidy(open_.spool, clock.now())
        assert ledger.rows == 1


async def test_a_full_disk_puts_the_tidying_off(
    scene: Scene, opened: Open, make_group: Callable[..., Group], clock: CarClock, times: "TimeSources"
) -> None:  # fmt: skip
    def fill(connection: Any) -> None:  # noqa: ANN401 - sqlcipher3 ships no types
        """From now on a deletion needs pages that the file may not have."""
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        filler = "INSERT INTO epoch (id, boot) VALUES (zeroblob(100000), x'')"
        connection.execute(f"CREATE TEMP TRIGGER filler BEFORE DELETE ON main.run BEGIN {filler}; END")

    times.synchronised = True
    clock.check()
    async with opened() as open_:
        for n in (1, 2):
            await open_.spool.add(make_group(n, 1, born_s=times.utc_ms // 1000 - 7200), 0)
        ledger = open_.spool.ledger_of(b"epoch--1", Lane.READ)
        assert ledger is not None
        ledger.receipt(Ranges([(1, 2)]))
        await open_.spool._database.read(fill)
        await scene.rounds._tidy(open_.spool, clock.now())
        assert ledger.rows == 2
        await open_.spool._database.read(lambda connection: connection.execute("DROP TRIGGER filler"))
        await scene.rounds._tidy(open_.spool, clock.now())
        assert ledger.rows == 1


async def test_the_heart_hears_of_the_store_by_its_progress_only(
    scene: Scene, opened: Open, running: Running, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setenv("WATCHDOG_USEC", "3000000")
    monkeypatch.setattr("edge.health.rounds.LOOK_S", 0.01)
    heart = scene.rounds._heartbeat = Heartbeat()
    is_progressing = False
    looks = 0

    def progress() -> bool:
        nonlocal looks
        looks += 1
        return is_progressing

    async with opened() as open_:
        scene.status.spool = open_.spool
        async with running(scene.rounds.run(open_.spool, progress)):
            await eventually(lambda: looks > 2)
            assert heart._proven_s is None
            is_progressing = True
            await eventually(lambda: heart._proven_s is not None)


async def test_a_list_that_was_copied_into_place_is_found(
    scene: Scene, opened: Open, running: Running, eventually: Eventually, carry: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("edge.health.rounds.LOOK_S", 0.01)
    async with opened() as open_:
        scene.status.spool = open_.spool
        async with running(scene.rounds.run(open_.spool, lambda: True)):
            await asyncio.sleep(0)
            carry(["AB12CDE"])
            await eventually(lambda: scene.matcher.lists)


async def test_the_status_can_be_said_before_the_store_is_open(scene: Scene) -> None:
    status = scene.status.now()
    assert status["epoch"] is None
    assert status["lanes"]["read"]["last"] == 0
    assert status["link"]["up"] is False


async def test_a_stale_list_is_called_stale(scene: Scene, carry: Callable[..., Path], times: "TimeSources") -> None:
    carry(["AB12CDE"])
    scene.matcher.reload()
    made_ms = scene.matcher.lists[0].made_ms
    assert made_ms is not None
    times.utc_ms = made_ms + 3_600_000
    scene.rounds.look(0)
    assert [carried["stale"] for carried in scene.status.lists()] == [False]
    times.utc_ms += 600_000
    scene.rounds.look(1)
    assert [(carried["stale"], carried["age_s"]) for carried in scene.status.lists()] == [(True, 4200)]
