"""A camera's port, a real pseudo-terminal: read, counted, lost and found again."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from drivers.dialect import LineSettings
from edge.clock import CarClock
from edge.config.car import Camera
from edge.intake.camera import CameraIntake, line_of
from edge.intake.replug import back_or
from edge.intake.tracker import Tracker
from edge.intake.watch import Watch
from edge.intake.whereabouts import Whereabouts
from edge.matcher.matcher import Matcher
from edge.spool.inbox import Inbox
from edge.supervision import Outage, keep_running
from tests.patience import REPLUGGED_S

Running = Callable[..., AbstractAsyncContextManager[Any]]
Plug = Callable[[str], Any]
Eventually = Callable[..., Any]


class Scene:
    """An intake whose port is `front` in the test's folder."""

    def __init__(self, folder: Path) -> None:
        self.inbox: Inbox[Any] = Inbox(64, 3600)
        matcher = Matcher(folder, "5a" * 32, allow_unsigned=True, alarm=lambda *_: None)
        watch = Watch(CarClock(), Whereabouts(), matcher, self.inbox, lambda *_: None, Tracker())
        self.intake = CameraIntake(Camera("front", "axxon", folder / "front"), watch)
        self.ups: list[bool] = []
        self.outage = Outage("front", lambda _, up, __: self.ups.append(up))

    def kept(self) -> Any:  # noqa: ANN401 - a coroutine
        return keep_running(self.intake.run, self.outage, (OSError,), partial(back_or, self.intake.port))


@pytest.fixture
async def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


async def test_plates_become_sightings_and_junk_is_counted(
    scene: Scene, plug: Plug, running: Running, eventually: Eventually
) -> None:
    front = plug("front")
    async with running(scene.kept()):
        await eventually(lambda: scene.ups == [True])
        front.read_plate("AB12CDE")
        front.say(b"noise")
        front.read_plate("Not defined")
        front.read_plate("CD34EFG")
        await eventually(lambda: scene.intake.reads == 2)
    assert scene.intake.junk == {"noise": 1, "no plate": 1}
    scene.inbox.flush()
    assert [sighting.reading.vrm for sighting in await scene.inbox.take()] == ["AB12CDE", "CD34EFG"]
    assert scene.intake.heard_ns is not None


async def test_a_port_that_is_absent_is_waited_for(
    scene: Scene, plug: Plug, running: Running, eventually: Eventually
) -> None:
    async with running(scene.kept()):
        await eventually(lambda: scene.ups == [False])
        front = plug("front")
        await eventually(lambda: scene.ups == [False, True])
        front.read_plate("AB12CDE")
        await eventually(lambda: scene.intake.reads == 1)


async def test_a_port_that_is_unplugged_and_comes_back_is_read_again(
    scene: Scene, plug: Plug, running: Running, eventually: Eventually
) -> None:
    front = plug("front")
    async with running(scene.kept()):
        await eventually(lambda: scene.ups == [True])
        front.read_plate("AB12CDE")
        await eventually(lambda: scene.intake.reads == 1)
        front.say(b"\x0220261125")
        await asyncio.sleep(0.05)
        front.unplug()
        await eventually(lambda: scene.ups == [True, False])
        front.plug()
        await eventually(lambda: scene.ups == [True, False, True], REPLUGGED_S)
        front.read_plate("CD34EFG")
        await eventually(lambda: scene.intake.reads == 2)
    assert scene.intake.junk == {"cut off": 1}


async def test_a_camera_that_babbles_is_counted_and_memory_stays_bounded(
    scene: Scene, plug: Plug, running: Running, eventually: Eventually
) -> None:
    front = plug("front")
    async with running(scene.kept()):
        await eventually(lambda: scene.ups == [True])
        for _ in range(20):
            await asyncio.to_thread(front.say, b"\x02babble" * 1000)
        await asyncio.to_thread(front.read_plate, "AB12CDE")
        await eventually(lambda: scene.intake.reads == 1)
    assert sum(scene.intake.junk.values()) >= 19_000
    assert len(scene.intake.junk) < 10
    assert len(scene.inbox) == 1


def test_the_configuration_may_name_another_speed() -> None:
    line = LineSettings(9600, 7, "E", 2)
    assert line_of(line, None) is line
    assert line_of(line, 57_600) == LineSettings(57_600, 7, "E", 2)
