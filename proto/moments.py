"""When and where an event was, and how good the clock was that says so. [proto-3.4] [proto-3.5] [proto-3.7]"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

MAX_LAT_E6: Final = 90_000_000
MAX_LON_E6: Final = 180_000_000
MAX_MS: Final = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z: what a body says when has a date, and sums fit 64 bits


class Clock(IntEnum):
    """How good the car's wall clock was: never set / carried over from before / set by NTP / confirmed by GNSS."""

    UNSET = 0
    KEPT = 1
    NTP = 2
    GNSS = 3


@dataclass(frozen=True, slots=True)
class Moment:
    """When it was: milliseconds since the machine's boot (suspend included), and UTC at that boot when it is known."""

    uptime_ms: int
    utc_offset_ms: int | None
    clock: Clock

    @property
    def utc_ms(self) -> int | None:
        """Milliseconds since 1970-01-01 UTC, or None while the car did not know the time."""
        return None if self.utc_offset_ms is None else self.uptime_ms + self.utc_offset_ms


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """Where it was: WGS 84 in millionths of a degree, and the uptime of the receiver. No repr: it could reach a log."""

    lat_e6: int
    lon_e6: int
    placed_ms: int
