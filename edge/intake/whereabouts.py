"""The latest believable fix: where the car is, for every sighting, until it is too old to say."""

from typing import Final

from drivers.readings import Fix
from proto.events import Place

STALE_MS: Final = 10_000  # at 30 m/s, 300 m: further than a place is worth

RANGE_ERROR_M: Final = (
    5.0  # of one satellite's range, civil signal (GPS SPS performance standard: 4 m rms and what houses add)
)


class Whereabouts:
    """Where the car is. One writer (the receiver's intake), many readers, all on one event loop."""

    def __init__(self) -> None:
        self._place: Place | None = None
        self.speed_mps: float | None = None
        self.accuracy_m: float | None = None
        """How far the latest fix may be off, by its dilution of precision; None where the receiver says nothing of it."""

    def moved(self, fix: Fix, uptime_ms: int) -> Place:
        """A fix arrived."""
        self._place = Place(round(fix.lat * 1e6), round(fix.lon * 1e6), uptime_ms)
        self.speed_mps = fix.speed_mps
        self.accuracy_m = None if fix.hdop is None else fix.hdop * RANGE_ERROR_M
        return self._place

    def at(self, uptime_ms: int) -> Place | None:
        """Where the car was then, or None when nobody has said for STALE_MS."""
        place = self._place
        return place if place is not None and uptime_ms - place.placed_ms <= STALE_MS else None
