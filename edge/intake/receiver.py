"""The receiver's port -> where the car is, what time it is, and a position event when it has moved. No fix, no position."""

import math
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from drivers.gps import DIALECTS
from drivers.readings import Fix, Junk
from drivers.streams import open_serial
from edge.clock import CarClock
from edge.config import Gps
from edge.intake.camera import line_of
from edge.intake.whereabouts import Whereabouts
from edge.spool.inbox import Inbox
from proto.events import Moment, Place, Position

NAME: Final = "gps"
MOVED_M: Final = 10  # below it a parked receiver's wander would fill the lane
AT_LEAST_MS: Final = 60_000  # a parked car says once a minute that it is still there
AT_MOST_MS: Final = 1_000
_M_PER_E6: Final = 0.111_32  # metres in a millionth of a degree of latitude


class ReceiverIntake:
    """Reads the receiver for as long as its port is there."""

    def __init__(self, gps: Gps, clock: CarClock, whereabouts: Whereabouts, inbox: Inbox[Any]) -> None:
        self.name = NAME
        self.port = gps.port
        self.fixes = 0
        self.unbelieved = 0
        """Fixes whose date cannot be true: their position is used, their time is not."""
        self.junk: Counter[str] = Counter()
        self.heard_ns: int | None = None
        self._gps = gps
        self._clock = clock
        self._whereabouts = whereabouts
        self._inbox = inbox
        self._said: Position | None = None

    async def run(self, is_up: Callable[[], None]) -> None:
        """Ends with OSError when the port cannot be opened or is gone."""
        dialect = DIALECTS[self._gps.dialect]()
        async with open_serial(self._gps.port, line_of(dialect.line, self._gps.baud)) as stream:
            is_up()
            try:
                while True:
                    data = await stream.read()
                    self.heard_ns = stream.read_ns
                    self._take(dialect.feed(data))
            finally:
                self._take(dialect.close())

    def _take(self, items: list[Fix | Junk]) -> None:
        for item in items:
            if isinstance(item, Junk):
                self.junk[item.reason] += 1
            else:
                self._moved(item)

    def _moved(self, fix: Fix) -> None:
        self.fixes += 1
        believed = fix.at is not None and self._clock.heard_gnss(fix.at)
        self.unbelieved += fix.at is not None and not believed
        moment = self._clock.now()
        place = self._whereabouts.moved(fix, moment.uptime_ms)
        if self._is_news(moment, place):
            gnss_ms = int(fix.at.timestamp() * 1000) if fix.at is not None and believed else None
            self._said = Position(moment, place, _scaled(fix.speed_mps), _scaled(fix.heading_deg), gnss_ms)
            self._inbox.offer(self._said, "position")

    def _is_news(self, moment: Moment, place: Place) -> bool:
        if self._said is None:
            return True
        since_ms = moment.uptime_ms - self._said.moment.uptime_ms
        if since_ms < AT_MOST_MS:
            return False
        return since_ms >= AT_LEAST_MS or metres_between(self._said.place, place) >= MOVED_M


def metres_between(a: Place, b: Place) -> float:
    """Distance in metres, good to 1 % below 10 km (equirectangular)."""
    north = (b.lat_e6 - a.lat_e6) * _M_PER_E6
    east = (b.lon_e6 - a.lon_e6) * _M_PER_E6 * math.cos(math.radians(a.lat_e6 / 1e6))
    return math.hypot(north, east)


def _scaled(value: float | None) -> int | None:
    return None if value is None else round(value * 100)
