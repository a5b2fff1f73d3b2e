"""What a camera's intake tells of its device, and what it keeps from the watch."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic_ns
from typing import Any

import pytest

from drivers.readings import Junk, PlateSeen
from edge.clock import CarClock
from edge.config.car import Camera
from edge.intake.camera import CameraIntake
from edge.intake.tracker import Tracker
from edge.intake.watch import Watch
from edge.intake.whereabouts import Whereabouts
from edge.matcher.matcher import Matcher
from edge.spool.inbox import Inbox
from proto.events import Clock, Moment


class Scene:
    """An intake without a port."""

    def __init__(self, folder: Path) -> None:
        self.inbox: Inbox[Any] = Inbox(64, 3600)
        matcher = Matcher(folder, "5a" * 32, allow_unsigned=True, alarm=lambda *_: None)
        watch = Watch(CarClock(), Whereabouts(), matcher, self.inbox, lambda *_: None, Tracker())
        self.intake = CameraIntake(Camera("front", "tattile", Path("front")), watch)

    def sees(self, *items: PlateSeen | Junk, ago_s: float = 0) -> None:
        self.intake._take([*items], round(monotonic_ns() - ago_s * 1e9))


@pytest.fixture
async def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def now(clock: Clock = Clock.NTP) -> Moment:
    return Moment(0, round(datetime.now(UTC).timestamp() * 1000), clock)


def face(off: timedelta) -> datetime:
    return datetime.now(UTC).replace(tzinfo=None) + off


async def test_pictures_do_not_wait_in_the_queue_for_somebody_to_store_them(scene: Scene) -> None:
    scene.sees(PlateSeen("AB12CDE", 0.9, "7", pictures=(bytes(300_000),)))
    scene.inbox.flush()
    [sighting] = await scene.inbox.take()
    assert sighting.reading == PlateSeen("AB12CDE", 0.9, "7")


async def test_a_camera_clock_that_is_off_is_told_with_its_minutes(scene: Scene) -> None:
    assert scene.intake.told(now()) == {"clock_off_s": None, "clock": None}
    scene.sees(PlateSeen("AB12CDE", camera_at=face(timedelta(minutes=62))), Junk(b"x", "noise"))
    told = scene.intake.told(now())
    assert told["clock"] == "camera clock 62 min off"
    assert told["clock_off_s"] == pytest.approx(62 * 60, abs=5)
    assert scene.intake.told(now(Clock.KEPT)) == {"clock_off_s": None, "clock": None}


async def test_a_camera_that_was_put_right_is_not_blamed_any_more(scene: Scene) -> None:
    scene.sees(PlateSeen("AB12CDE", camera_at=face(timedelta(minutes=62))))
    scene.sees(PlateSeen("AB12CDE", camera_at=face(timedelta(0))))
    assert scene.intake.told(now())["clock"] is None
    scene.sees(PlateSeen("AB12CDE"))
    assert scene.intake.told(now()) == {"clock_off_s": None, "clock": None}
