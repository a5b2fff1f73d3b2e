"""A forecast of three boxes, a car that drives over its ground, and what it says: for the tests of the patrol."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from drivers.readings import Fix
from edge.clock import CarClock
from edge.data.holdings import Holding
from edge.data.kinds import put_forecast
from edge.data.orders import Place
from edge.intake.whereabouts import Whereabouts
from edge.patrol.carried import Today
from edge.patrol.patrol import Patrol
from forecast.frame import degrees
from forecast.wire import Anchor, Box, encode
from forecast.wire import Patrol as Forecast
from proto.events import Dwell
from proto.manifest import Manifest, hashes_of

if TYPE_CHECKING:
    from tests.edge.conftest import TimeSources

KEY: Final = "5a" * 32
BOOT: Final = b"boot---1"
ANCHOR: Final = Anchor(53.8, -5.0, 100_000, 100_000, 0.0)
DAY: Final = 20_782  # 2026-11-25
NOON: Final = 12 * 60
BOXES: Final = (Box(100_000, 100_000, 0.10), Box(100_250, 100_000, 0.08), Box(102_000, 100_000, 0.09))
"""0 and 1 touch; 2 is a drive away."""


class Car:
    """A patrol, its world and its sayings. Places are metres east and north of box 0's corner."""

    def __init__(self, storage: Path, times: "TimeSources", clock: CarClock) -> None:
        self.storage = storage
        self.times = times
        self.clock = clock
        self.whereabouts = Whereabouts()
        self.held: dict[str, Holding] = {}
        self.said: list[dict[str, Any]] = []
        self.dwells: list[Dwell] = []
        self.alarms: list[tuple[str, str]] = []
        self.today: Today | None = Today(DAY, NOON, times.utc_ms)
        self.patrol = self.born()

    def born(self, boot: bytes = BOOT) -> Patrol:
        """Another process of the same car."""
        self.patrol = Patrol(
            Place(self.storage, KEY), boot, self.clock, self.whereabouts, lambda: self.held, lambda: self.today,
            lambda: 0.5, self._say, self.dwells.append, lambda name, detail: self.alarms.append((name, detail)),
        )  # fmt: skip
        return self.patrol

    def _say(self, kind: str, **fields: Any) -> None:  # noqa: ANN401 - JSON
        self.said.append({"kind": kind, **fields})

    async def holds(
        self,
        name: str = "central",
        version: int = 1,
        boxes: tuple[Box, ...] = BOXES,
        day: int = DAY,
        shift: str = "all",
    ) -> None:
        """A forecast is put in place, as the data sets' child does it, and taken up."""
        content = encode(Forecast(day, shift, 250.0, 10.0, bytes(range(8)), ANCHOR, boxes))
        expires_ms = self.times.utc_ms + 3_600_000
        manifest = Manifest(
            name, "forecast", version, 0, expires_ms, len(boxes), len(content), len(content), hashes_of(content, len(content))
        )  # fmt: skip
        put_forecast(self.storage, KEY, manifest, [content])
        self.held[name] = Holding(name, "forecast", version, 0, expires_ms, len(boxes))
        await self.patrol.reload()
        self.patrol.look()

    def at(self, east_m: float, north_m: float, hdop: float | None = 1.0) -> None:
        """The receiver says so, and the patrol looks, a second later."""
        self.pass_s(1.0)
        lat, lon = degrees(ANCHOR, 100_000 + east_m, 100_000 + north_m)
        self.whereabouts.moved(Fix(lat, lon, hdop=hdop), self.clock.now().uptime_ms)
        self.patrol.look()

    def stays(self, east_m: float, north_m: float, seconds: int) -> None:
        for _ in range(seconds):
            self.at(east_m, north_m)

    def pass_s(self, seconds: float) -> None:
        self.times.pass_ms(round(seconds * 1000))

    def silence(self, seconds: int) -> None:
        """No fix; the patrol looks all the same."""
        for _ in range(seconds):
            self.pass_s(1)
            self.patrol.look()

    async def saved(self) -> None:
        """What the visits that are over left behind is on the card."""
        await self.patrol.save()

    @property
    def line(self) -> dict[str, Any]:
        """The latest on the socket."""
        return self.said[-1]


@pytest.fixture
def car(tmp_path: Path, times: "TimeSources", clock: CarClock) -> Car:
    return Car(tmp_path, times, clock)
