"""Reads of little confidence -> an alert all the same, marked as doubtful until a better read of the same track bears it out."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from drivers.anpr.rekor import Rekor
from drivers.readings import PlateSeen
from edge.clock import CarClock
from edge.intake.sighting import Alert, Sighting
from edge.intake.tracker import Tracker
from edge.intake.watch import Watch
from edge.intake.whereabouts import Whereabouts
from edge.matcher.matcher import Matcher
from edge.spool.inbox import Inbox

LISTED: Final = "ZZ99ABC"
SURE, UNSURE = 0.8, 0.3


class Scene:
    """A watch over two cameras; the front one is asked for a confidence of 0.6."""

    def __init__(self, folder: Path, key: str, clock: CarClock) -> None:
        self.alerts: list[Alert] = []
        self.confirmed: list[int] = []
        self.inbox: Inbox[Any] = Inbox(64, 3600)
        matcher = Matcher(folder, key, allow_unsigned=True, alarm=lambda *_: None)
        self.watch = Watch(
            clock, Whereabouts(), matcher, self.inbox, self._warn, Tracker(), {"front": 0.6}, self.confirmed.append
        )

    def _warn(self, _: Sighting, alert: Alert) -> None:
        self.alerts.append(alert)

    def saw(self, confidence: float | None, camera: str = "front", vrm: str = LISTED) -> None:
        self.watch.saw(camera, PlateSeen(vrm, confidence), 123)


@pytest.fixture
async def scene(carry: Callable[..., Path], key: str, clock: CarClock) -> Scene:
    return Scene(carry([LISTED, "ZZ99DEF"]), key, clock)


async def test_a_read_of_little_confidence_alerts_at_once_and_is_marked_kept_and_sent(scene: Scene) -> None:
    scene.saw(UNSURE)
    (alert,) = scene.alerts
    assert alert.is_doubtful
    assert (len(scene.inbox), scene.watch.tally.doubtful) == (1, 1)
    scene.inbox.flush()
    (sighting,) = await asyncio.wait_for(scene.inbox.take(), 1)
    assert sighting.read().confidence_permille == 300
    assert sighting.hit(1) is not None


async def test_a_better_read_of_the_same_track_bears_the_alert_out_once(scene: Scene) -> None:
    scene.saw(UNSURE)
    scene.saw(UNSURE)
    assert scene.confirmed == []
    scene.saw(SURE)
    scene.saw(SURE)
    assert (scene.confirmed, len(scene.alerts)) == ([1], 1)


async def test_an_alert_that_was_never_doubted_is_not_borne_out(scene: Scene) -> None:
    scene.saw(SURE)
    scene.saw(UNSURE)
    scene.saw(SURE)
    assert (scene.confirmed, [alert.is_doubtful for alert in scene.alerts]) == ([], [False])


async def test_a_read_of_another_plate_bears_nothing_out(scene: Scene) -> None:
    scene.saw(UNSURE)
    scene.saw(SURE, vrm="ZZ99DEF")
    assert scene.confirmed == []


@pytest.mark.parametrize(("confidence", "camera"), [(None, "front"), (0.6, "front"), (UNSURE, "rear")])
async def test_where_no_number_says_otherwise_nobody_doubts(
    scene: Scene, confidence: float | None, camera: str
) -> None:
    scene.saw(confidence, camera)
    assert [alert.is_doubtful for alert in scene.alerts] == [False]
    assert scene.watch.tally.doubtful == 0


def test_the_crew_sees_the_doubt_and_its_end(
    make_daemon: Callable[..., Any], plug: Callable[[str], Any], write_voi: Callable[..., Path]
) -> None:
    camera = plug("front")
    words = f'dialect = "rekor"\nport = "{camera.path}"\nleast_confidence = 0.6'
    daemon = make_daemon(extra=f'[[cameras]]\nname = "front"\n{words}\n')
    daemon.command("data", "import", str(write_voi([LISTED])))
    reader = daemon.start()
    if not reader.status["devices"]["front"]["up"]:
        reader.until("device", name="front", up=True)
    camera.say(Rekor().encode(PlateSeen(LISTED, UNSURE)))
    alert = reader.until("alert")
    assert (alert["doubtful"], alert["confidence"]) == (True, UNSURE)
    camera.say(Rekor().encode(PlateSeen(LISTED, SURE)))
    assert reader.until("confirmed")["id"] == alert["id"]
