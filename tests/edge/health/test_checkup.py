"""Real intakes' counters -> the lines, events and alarms of a device's ailment; and the same from a whole daemon on real ptys."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

import pytest

from drivers.readings import Fix
from edge.clock import CarClock
from edge.config.car import Camera
from edge.config.upkeep import Health as Limits
from edge.health.checkup import ALARM_EVERY_S, MOVING_MPS, NAME, Checkup
from edge.intake.camera import CameraIntake
from edge.intake.tracker import Tracker
from edge.intake.watch import Watch
from edge.intake.whereabouts import STALE_MS, Whereabouts
from edge.matcher.matcher import Matcher
from edge.spool.inbox import Inbox
from edge.supervision import Outage
from proto.events import Health

LIMITS: Final = Limits(silent_s=10, witness_plates=5)


class Times(Protocol):
    """Time as the test sets it."""

    uptime_ms: int

    def pass_ms(self, ms: int) -> None: ...


class Broker(Protocol):
    """The running mosquitto of conftest.py."""

    url: str


class Bench:
    """Two cameras whose counters the test moves, and what is said of them."""

    def __init__(self, folder: Path, clock: CarClock, times: Times, limits: Limits = LIMITS) -> None:
        self.times = times
        self.whereabouts = Whereabouts()
        self.inbox: Inbox[Any] = Inbox(64, 60.0)
        self.said: list[dict[str, Any]] = []
        self.alarms: list[tuple[str, str]] = []
        matcher = Matcher(folder / "lists", "5a" * 32, allow_unsigned=True, alarm=lambda *_: None)
        watch = Watch(clock, self.whereabouts, matcher, self.inbox, lambda *_: None, Tracker())
        self.front, self.rear = (CameraIntake(Camera(name, "axxon", Path(name)), watch) for name in ("front", "rear"))
        self.outages = [Outage(name, lambda *_: None) for name in ("front", "rear")]
        for outage in self.outages:
            outage.over()
        self.checkup = Checkup(
            limits,
            zip((self.front, self.rear), self.outages, strict=True),
            clock,
            self.whereabouts,
            self.inbox,
            lambda kind, **fields: self.said.append({"kind": kind, **fields}),
            lambda name, detail: self.alarms.append((name, detail)),
        )
        self._now_s = 0.0

    def drive(self, seconds: int, speed_mps: float | None = 15.0) -> None:
        """A second a look; the front camera reads one plate in each."""
        for _ in range(seconds):
            self.times.pass_ms(1000)
            self._now_s += 1.0
            if speed_mps is not None:
                self.whereabouts.moved(Fix(51.5, -0.7, speed_mps=speed_mps), self.times.uptime_ms)
            self.front.reads += 1
            self.front.heard_ns = self.times.uptime_ms
            self.checkup.look(self._now_s)

    async def events(self) -> list[Any]:
        self.inbox.flush()
        return await self.inbox.take()


@pytest.fixture
def bench(tmp_path: Path, clock: CarClock, times: Times) -> Bench:
    return Bench(tmp_path, clock, times)


async def test_a_silent_camera_is_said_sent_and_alarmed_once(bench: Bench) -> None:
    bench.drive(60)
    (line,) = bench.said
    assert (line["kind"], line["name"], line["ailment"]) == ("health", "rear", "silent")
    assert [name for name, _ in bench.alarms] == ["device-silent"]
    (event,) = await bench.events()
    assert isinstance(event, Health)
    assert dict(event.figures) == {
        "rear_garbled": 0,
        "rear_silent": 1,
        "rear_blind": 0,
        "rear_no_fix": 0,
        "rear_few_plates": 0,
    }
    assert bench.checkup.figures() == {"rear_silent": 1}
    table = bench.checkup.table()
    assert (table["rear"]["ailment"], table["front"]["ailment"], table["rear"]["since_s"]) == ("silent", None, 49)


async def test_it_is_said_when_the_camera_is_well_again(bench: Bench) -> None:
    bench.drive(30)
    for _ in range(6):
        bench.rear.reads += 1
        bench.rear.heard_ns = bench.times.uptime_ms
        bench.drive(1)
    assert [(line["name"], line["ailment"]) for line in bench.said] == [("rear", "silent"), ("rear", None)]
    assert bench.checkup.figures() == {}


async def test_a_loose_contact_is_one_alarm_an_hour(bench: Bench) -> None:
    rounds = int(ALARM_EVERY_S * 1.5) // 40
    for n in range(rounds):
        bench.drive(30)
        for _ in range(10):
            bench.rear.reads += 1
            bench.rear.heard_ns = n * 1000 + bench.rear.reads
            bench.drive(1)
    assert len(bench.said) == 2 * rounds
    assert len(bench.alarms) == 2


@pytest.mark.parametrize("speed_mps", [0.0, MOVING_MPS - 0.1, None])
async def test_a_parked_car_a_crawling_one_and_one_without_a_receiver_blame_no_camera(
    bench: Bench, speed_mps: float | None
) -> None:
    bench.drive(300, speed_mps=speed_mps)
    assert bench.said == []


async def test_a_car_that_was_fast_when_its_receiver_fell_silent_is_not_fast_for_ever(
    tmp_path: Path, clock: CarClock, times: Times
) -> None:
    bench = Bench(tmp_path, clock, times, Limits(silent_s=60, witness_plates=5))
    bench.drive(5)
    bench.drive(STALE_MS // 1000 + 300, speed_mps=None)
    assert bench.said == []


async def test_a_camera_whose_port_is_down_is_left_to_its_outage(bench: Bench) -> None:
    bench.outages[1].began("unplugged")
    bench.drive(300)
    assert bench.said == []


async def test_what_was_there_before_the_first_look_is_no_news(bench: Bench) -> None:
    bench.rear.heard_ns = 1
    bench.rear.junk["noise"] = 1_000_000
    bench.drive(5)
    assert bench.said == []


async def test_only_junk_of_framing_counts_as_garbled(bench: Bench) -> None:
    for _ in range(60):
        bench.rear.junk["no plate"] += 10
        bench.drive(1, speed_mps=0.0)
    assert bench.said == []
    for _ in range(60):
        bench.rear.junk["noise"] += 10
        bench.drive(1, speed_mps=0.0)
    assert [line["ailment"] for line in bench.said] == ["garbled"]


async def test_what_cameras_usually_read_is_kept_in_a_file_and_a_damaged_one_keeps_nobody_down(
    bench: Bench, tmp_path: Path, clock: CarClock, times: Times
) -> None:
    bench.drive(1201)
    await bench.checkup.save(tmp_path)
    first = (tmp_path / NAME).read_text()
    noon = {name: hours[12] for name, hours in json.loads(first).items()}
    assert noon == {"front": [60, 0, 1], "rear": [0, 60, 1]}
    again = Bench(tmp_path, clock, times)
    again.checkup.load(tmp_path)
    await again.checkup.save(tmp_path)
    again.drive(1201)
    await again.checkup.save(tmp_path)
    assert "2]" in (tmp_path / NAME).read_text()
    assert "2]" not in first
    (tmp_path / NAME).write_text(first[: len(first) // 2])
    again.checkup.load(tmp_path)


def test_a_daemon_says_which_camera_is_silent_and_why(
    make_daemon: Callable[..., Any], plug: Callable[[str], Any], mosquitto: Broker, tmp_path: Path
) -> None:
    front, gps = plug("front"), plug("gps")
    plug("rear")
    cameras = "".join(
        f'[[cameras]]\nname = "{name}"\ndialect = "axxon"\nport = "{tmp_path / name}"\n' for name in ("front", "rear")
    )
    health = "[health]\nsilent_s = 1.5\nwitness_plates = 2\n"
    daemon = make_daemon(mosquitto.url, f'{cameras}[gps]\nport = "{gps.path}"\n{health}')
    reader = daemon.start()
    reader.until("link", up=True)
    assert daemon.command("status", check=False).returncode == 0
    driving = threading.Event()

    def drive() -> None:
        second = 0
        while not driving.wait(0.2):
            second += 1
            gps.has_place("5133.00000", "00042.50000", at=f"12{second // 60:02d}{second % 60:02d}.000")
            front.read_plate(f"AB12C{second:02d}")

    driver = threading.Thread(target=drive)
    driver.start()
    try:
        line = reader.until("health")
        assert (line["name"], line["ailment"]) == ("rear", "silent")
        assert reader.until("alarm")["name"] == "device-silent"
        asked = daemon.command("status", check=False)
        assert asked.returncode == 1
        assert "SICK" in asked.stdout
        assert "no byte" in asked.stdout
    finally:
        driving.set()
        driver.join()
    assert daemon.stop() == 0
