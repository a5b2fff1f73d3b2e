"""A reading -> an alert before any queue or disk, and a sighting that knows where and when."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from drivers.readings import Fix, PlateSeen
from edge.clock import CarClock
from edge.intake.sighting import Alert, Sighting
from edge.intake.tracker import GAP_S, Tracker
from edge.intake.watch import Watch
from edge.intake.whereabouts import STALE_MS, Whereabouts
from edge.matcher.matcher import Matcher
from edge.spool.inbox import MOST, Inbox
from edge.spool.numbering import Numbering
from edge.spool.opening import Opened
from edge.spool.recorder import Recorder
from edge.spool.room import Room
from edge.supervision import Outage
from proto.events import Hit, Read
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from tests.edge.conftest import TimeSources

Carry = Callable[..., Path]
KEY = "5a" * 32


class Scene:
    """A watch with everything around it."""

    def __init__(self, folder: Path, clock: CarClock, times: "TimeSources") -> None:
        self.times = times
        self.warned: list[tuple[Sighting, Alert]] = []
        self.queued_then: list[int] = []
        """How many sightings had been queued at each warning."""
        self.inbox: Inbox[Any] = Inbox(64, 3600)
        self.whereabouts = Whereabouts()
        self.matcher = Matcher(folder, KEY, allow_unsigned=True, alarm=lambda *_: None)
        self.clock = clock
        self.watch = Watch(clock, self.whereabouts, self.matcher, self.inbox, self.warn, Tracker())

    def warn(self, sighting: Sighting, alert: Alert) -> None:
        self.queued_then.append(len(self.inbox))
        self.warned.append((sighting, alert))

    def saw(self, vrm: str, camera: str = "front") -> None:
        self.watch.saw(camera, PlateSeen(vrm), 123)


@pytest.fixture
async def scene(carry: Carry, clock: CarClock, times: "TimeSources") -> Scene:
    return Scene(carry(["ZZ99 ABC", "ZZ99 ABD"], reason="stolen", spare_1="80"), clock, times)


async def test_the_crew_is_warned_of_a_listed_vehicle_and_of_no_other(scene: Scene) -> None:
    scene.saw("CD34EFG")
    scene.saw("zz99-abc")
    ((sighting, alert),) = scene.warned
    assert (sighting.reading.vrm, sighting.read_ns, alert.number) == ("zz99-abc", 123, 1)
    assert (alert.entry.vrm, alert.entry.reason, alert.entry.priority) == ("ZZ99 ABC", "stolen", 80)
    assert (scene.watch.tally.reads, scene.watch.tally.alerts) == (2, 1)


async def test_the_crew_is_warned_before_anything_is_queued(scene: Scene) -> None:
    scene.saw("ZZ99ABC")
    assert (scene.queued_then, len(scene.inbox)) == ([0], 1)


async def test_a_vehicle_in_view_alerts_once_and_every_read_is_kept(scene: Scene) -> None:
    for _ in range(10):
        scene.saw("ZZ99ABC")
        scene.times.pass_ms(1000)
    assert len(scene.warned) == 1
    assert len(scene.inbox) == 10


async def test_another_encounter_and_another_camera_alert_again(scene: Scene) -> None:
    scene.saw("ZZ99ABC")
    scene.saw("ZZ99ABC", "rear")
    scene.times.pass_ms(int(GAP_S * 1000) + 1)
    scene.saw("ZZ99ABC")
    assert [alert.number for _, alert in scene.warned] == [1, 2, 3]


async def test_two_listed_plates_that_look_alike_alert_each(scene: Scene) -> None:
    scene.saw("ZZ99ABC")
    scene.saw("ZZ99ABD")
    assert [alert.entry.vrm for _, alert in scene.warned] == ["ZZ99 ABC", "ZZ99 ABD"]


async def test_a_plate_in_another_script_is_kept_counted_and_not_matched(scene: Scene) -> None:
    scene.saw("АВ12")
    assert scene.watch.tally.without_key == 1
    assert len(scene.inbox) == 1


async def test_when_the_queue_is_full_the_crew_is_still_warned(scene: Scene) -> None:
    for _ in range(MOST):
        scene.inbox.offer(None, "read", urgent=True)
    scene.saw("ZZ99ABC")
    assert len(scene.warned) == 1
    assert scene.inbox.dropped == {"read": 1}


async def test_a_sighting_has_its_place_while_the_fix_is_fresh(scene: Scene) -> None:
    scene.whereabouts.moved(Fix(51.55, -0.708333), scene.times.uptime_ms)
    scene.saw("ZZ99ABC")
    scene.times.pass_ms(int(GAP_S * 1000) + STALE_MS + 1)
    scene.saw("ZZ99ABC")
    (before, _), (after, _) = scene.warned
    assert before.place is not None
    assert (before.place.lat_e6, before.place.lon_e6) == (51_550_000, -708_333)
    assert after.place is None
    assert "51550000" not in repr(before.place)


async def test_the_event_of_a_hit_says_what_the_crew_was_told(scene: Scene) -> None:
    scene.saw("ZZ99ABC")
    ((sighting, _),) = scene.warned
    hit = sighting.hit(7)
    assert isinstance(hit, Hit)
    assert (hit.read, hit.alert, hit.list, hit.reason, hit.priority, hit.signed) == (
        7,
        1,
        "wanted",
        "stolen",
        80,
        False,
    )
    read = sighting.read()
    assert isinstance(read, Read)
    assert read.vrm == "ZZ99ABC"


def stalling(inside: threading.Event, go_on: threading.Event) -> Callable[[Any], bool]:
    """What holds up the store's thread until the test lets it go."""

    def stall(_: Any) -> bool:  # noqa: ANN401 - a connection
        inside.set()
        return go_on.wait(PATIENCE_S)

    return stall


async def test_an_alert_is_said_while_the_card_stalls(
    scene: Scene,
    opened: Callable[..., AbstractAsyncContextManager[Opened]],
    make_numbering: Callable[[], Numbering],
    running: Callable[..., AbstractAsyncContextManager[Any]],
    tmp_path: Path,
    eventually: Callable[..., Any],
) -> None:
    """The store's thread hangs in the middle of its work; the group behind it waits, the next alert does not."""
    said: list[str] = []
    stored = asyncio.Event()
    async with opened() as open_:
        recorder = Recorder(
            scene.inbox, make_numbering(), open_.spool, Room(tmp_path), lambda kind, **_: said.append(kind),
            scene.clock.now, Outage("disk", lambda *_: None),
        )  # fmt: skip
        inside, go_on = threading.Event(), threading.Event()
        async with running(recorder.run(stored)):
            stall = asyncio.ensure_future(open_.spool._database.read(stalling(inside, go_on)))
            await asyncio.to_thread(inside.wait)
            scene.saw("ZZ99ABC")
            await asyncio.sleep(0)
            scene.saw("ZZ99ABD")
            assert len(scene.warned) == 2
            assert (said, stored.is_set()) == ([], False)
            go_on.set()
            await stall
            await eventually(lambda: said.count("stored") >= 2)
