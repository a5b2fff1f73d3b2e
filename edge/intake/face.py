"""What a camera's clock showed when a reading came, and the car's clock -> how far it is off. A zone is no fault."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from proto.events import Clock, Moment

RIGHT_S: Final = 60  # whole seconds, a slow link and a camera that speaks when the car has passed stay below it
_QUARTER_S: Final = 15 * 60  # every zone of the world is a multiple of it
_ZONES_S: Final = 14 * 3600  # UTC-12 to UTC+14
_TRUSTED: Final = (Clock.NTP, Clock.GNSS)


@dataclass(frozen=True, slots=True)
class Face:
    """The clock face of one reading, and CLOCK_MONOTONIC when it came."""

    showed: datetime
    read_ns: int

    def off_s(self, now: Moment) -> int | None:
        """Seconds that it showed more than UTC; None while the car does not know the time itself."""
        if now.utc_ms is None or now.clock not in _TRUSTED:
            return None
        ago = timedelta(microseconds=(time.monotonic_ns() - self.read_ns) // 1000)
        came = datetime.fromtimestamp(now.utc_ms / 1000, UTC) - ago
        return round((self.showed.replace(tzinfo=UTC) - came).total_seconds())

    def complaint(self, now: Moment) -> str | None:
        """`camera clock 62 min off`; None when it is right in UTC or in some zone, or cannot be judged."""
        off_s = self.off_s(now)
        if off_s is None:
            return None
        beside_a_zone_s = abs((off_s + _QUARTER_S // 2) % _QUARTER_S - _QUARTER_S // 2)
        if beside_a_zone_s <= RIGHT_S and abs(off_s) <= _ZONES_S + RIGHT_S:
            return None
        return f"camera clock {_said(abs(off_s))} off"


def _said(seconds: int) -> str:
    if seconds < 2 * 3600:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h" if seconds < 2 * 86_400 else f"{round(seconds / 86_400)} days"
