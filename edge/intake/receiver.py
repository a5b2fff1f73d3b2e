"""A receiver's port -> where the car is, what time it is, and a position event when it has moved. No fix, no position."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from drivers.gps import DIALECTS
from drivers.readings import Fix, Junk
from drivers.streams import OpenPort, open_port
from edge.clock import CarClock
from edge.config.car import Gps
from edge.intake.camera import line_of
from edge.intake.jumps import Jumps
from edge.intake.news import is_news
from edge.intake.sources import SourceOrder
from edge.intake.whereabouts import Whereabouts
from edge.spool.inbox import Inbox
from proto.events import Moment, Place, Position

NAMES: Final = ("gps", "gps-fallback")


class ReceiverIntake:
    """Reads one receiver for as long as its port is there."""

    def __init__(
        self,
        gps: Gps,
        clock: CarClock,
        whereabouts: Whereabouts,
        inbox: Inbox[Any],
        order: SourceOrder | None = None,
        open_: OpenPort = open_port,
    ) -> None:
        self._order = SourceOrder() if order is None else order
        self._rank = self._order.join(NAMES[len(self._order)])
        self.name = NAMES[self._rank]
        self.port = gps.port
        self.fixes = 0
        self.unbelieved = 0
        """Fixes whose date cannot be true: their position is used, their time is not."""
        self.jumps = 0
        """Fixes at a place, or of a speed, that no car has: neither position nor time is used."""
        self.junk: Counter[str] = Counter()
        self.heard_ns: int | None = None
        self._gps = gps
        self._open = open_
        self._clock = clock
        self._whereabouts = whereabouts
        self._inbox = inbox
        self._jumps = Jumps()

    async def run(self, is_up: Callable[[], None]) -> None:
        """Ends with OSError when the port cannot be opened or is gone."""
        dialect = DIALECTS[self._gps.dialect]()
        async with self._open(self.port, line_of(dialect.line, self._gps.baud), dialect.greeting) as stream:
            is_up()
            try:
                while True:
                    if data := await stream.read():
                        self.heard_ns = stream.read_ns
                        self._take(dialect.feed(data))
                    else:
                        self._take(dialect.close())
            finally:
                self._take(dialect.close())

    def told(self, moment: Moment) -> dict[str, Any]:
        """For the status: whether this receiver says where the car is, and how old what it last said is."""
        return {
            "in_use": self._order.in_use(moment.uptime_ms) == self.name,
            "place_age_s": self._order.age_s(self._rank, moment.uptime_ms),
            "jumps": self.jumps,
            "unbelieved": self.unbelieved,
        }

    def _take(self, items: list[Fix | Junk]) -> None:
        for item in items:
            if isinstance(item, Junk):
                self.junk[item.reason] += 1
            else:
                self._moved(item)

    def _moved(self, fix: Fix) -> None:
        self.fixes += 1
        uptime_ms = self._clock.now().uptime_ms
        if self._jumps.is_one(Place(round(fix.lat * 1e6), round(fix.lon * 1e6), uptime_ms), fix.speed_mps):
            self.jumps += 1
        elif self._order.takes(self._rank, uptime_ms):
            self._use(fix)

    def _use(self, fix: Fix) -> None:
        believed = fix.at is not None and self._clock.heard_gnss(fix.at)
        self.unbelieved += fix.at is not None and not believed
        moment = self._clock.now()
        place = self._whereabouts.moved(fix, moment.uptime_ms)
        gnss_ms = int(fix.at.timestamp() * 1000) if fix.at is not None and believed else None
        position = Position(moment, place, _scaled(fix.speed_mps), _scaled(fix.heading_deg), gnss_ms)
        if is_news(self._order.said, position):
            self._order.said = position
            self._inbox.offer(position, "position")


def receivers(gps: Gps, clock: CarClock, whereabouts: Whereabouts, inbox: Inbox[Any]) -> Iterator[ReceiverIntake]:
    """The configured receiver, and the one to fall back on."""
    order = SourceOrder()
    for source in gps.sources:
        yield ReceiverIntake(source, clock, whereabouts, inbox, order)


def _scaled(value: float | None) -> int | None:
    return None if value is None else round(value * 100)
