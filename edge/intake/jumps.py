"""A receiver's places, one after the other -> which of them no car can have driven to."""

import math
from typing import Final

from proto.events import Place

FASTEST_MPS: Final = 120.0  # 432 km/h: no car; a receiver under a bridge says more
SLACK_M: Final = 50.0  # what a fix may be off among houses
BORNE_OUT: Final = 5  # places in a row that agree with each other: then it was the one before them that lied
_M_PER_E6: Final = 0.111_32  # metres in a millionth of a degree of latitude
_ROUND_E6: Final = 360_000_000


class Jumps:
    """One receiver's."""

    def __init__(self) -> None:
        self._good: Place | None = None
        self._elsewhere: Place | None = None
        self._agreeing = 0

    def is_one(self, place: Place, speed_mps: float | None) -> bool:
        """A place that is too far from the one before it, or said with a speed that no car has: not to be used."""
        if speed_mps is not None and speed_mps > FASTEST_MPS:
            return True
        if self._good is None or _is_near(self._good, place):
            self._good, self._elsewhere = place, None
            return False
        agrees = self._elsewhere is not None and _is_near(self._elsewhere, place)
        self._agreeing = self._agreeing + 1 if agrees else 1
        self._elsewhere = place
        if self._agreeing < BORNE_OUT:
            return True
        self._good, self._elsewhere = place, None
        return False


def metres_between(a: Place, b: Place) -> float:
    """Distance in metres, good to 1 % below 10 km (equirectangular), the short way round the Earth."""
    north = (b.lat_e6 - a.lat_e6) * _M_PER_E6
    east_e6 = (b.lon_e6 - a.lon_e6 + _ROUND_E6 // 2) % _ROUND_E6 - _ROUND_E6 // 2
    return math.hypot(north, east_e6 * _M_PER_E6 * math.cos(math.radians(a.lat_e6 / 1e6)))


def _is_near(a: Place, b: Place) -> bool:
    """Fixes that a stalled line hands over together have one time: each is taken as a second's drive at least."""
    return metres_between(a, b) <= SLACK_M + FASTEST_MPS * max((b.placed_ms - a.placed_ms) / 1000, 1.0)
