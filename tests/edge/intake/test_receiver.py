"""A receiver's port, a real pseudo-terminal: where the car is, what time it is, and when that is worth an event."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from edge.clock import CarClock
from edge.config.car import Gps
from edge.intake.receiver import ReceiverIntake
from edge.intake.whereabouts import Whereabouts
from edge.spool.inbox import Inbox
from proto.events import Clock, Position

if TYPE_CHECKING:
    from tests.edge.conftest import TimeSources

Running = Callable[..., AbstractAsyncContextManager[Any]]
Eventually = Callable[..., Any]
FLOOR_MS = 1_795_521_600_000


class Scene:
    """A receiver's intake under the test's own time."""

    def __init__(self, folder: Path, times: "TimeSources") -> None:
        self.times = times
        self.clock = CarClock(times.sources(), FLOOR_MS)
        self.inbox: Inbox[Any] = Inbox(64, 3600)
        self.whereabouts = Whereabouts()
        self.intake = ReceiverIntake(Gps(folder / "gps"), self.clock, self.whereabouts, self.inbox)
        self.is_up = False

    def run(self) -> Any:  # noqa: ANN401 - a coroutine
        return self.intake.run(lambda: setattr(self, "is_up", True))

    async def events(self) -> list[Any]:
        self.inbox.flush()
        return await self.inbox.take()


@pytest.fixture
async def scene(tmp_path: Path, times: "TimeSources") -> Scene:
    return Scene(tmp_path, times)


async def test_a_fix_is_a_place_a_time_and_an_event(
    scene: Scene, plug: Callable[[str], Any], running: Running, eventually: Eventually
) -> None:
    scene.times.utc_ms = 0
    scene.clock.check()
    gps = plug("gps")
    async with running(scene.run()):
        await eventually(lambda: scene.is_up)
        gps.has_place("5133.00000", "00042.50000")
        gps.has_place("5133.00000", "00042.50000", "120001.000")
        await eventually(lambda: scene.intake.fixes >= 1)
    (event, *_) = await scene.events()
    assert isinstance(event, Position)
    assert (event.place.lat_e6, event.place.lon_e6) == (51_550_000, -708_333)
    assert (event.speed_cmps, event.heading_cdeg) == (633, 27_140)
    assert event.gnss_ms == 1_795_608_000_000
    change = scene.clock.check()
    assert change is not None
    assert change.moment.clock is Clock.GNSS


async def test_of_a_receiver_whose_date_cannot_be_true_the_place_is_taken_and_the_time_is_not(
    scene: Scene, plug: Callable[[str], Any], running: Running, eventually: Eventually
) -> None:
    gps = plug("gps")
    async with running(scene.run()):
        await eventually(lambda: scene.is_up)
        gps.has_place("5133.00000", "00042.50000", on="110407")
        gps.has_place("5133.00000", "00042.50000", "120001.000", on="110407")
        await eventually(lambda: scene.intake.fixes >= 1)
    (event, *_) = await scene.events()
    assert event.gnss_ms is None
    assert scene.intake.unbelieved == scene.intake.fixes
    assert scene.whereabouts.at(scene.times.uptime_ms) is not None
    assert scene.clock.check() is None


async def test_without_a_fix_there_is_no_place_and_no_event(
    scene: Scene, plug: Callable[[str], Any], running: Running, eventually: Eventually
) -> None:
    gps = plug("gps")
    async with running(scene.run()):
        await eventually(lambda: scene.is_up)
        gps.say(b"$GPRMC,120000.000,V,,,,,,,251126,,,N*44\r\n" + b"$GPRMC,broken*00\r\n")
        await eventually(lambda: scene.intake.junk["checksum"] >= 1)
    assert scene.whereabouts.at(scene.times.uptime_ms) is None
    assert len(scene.inbox) == 0
