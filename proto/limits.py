"""Where and when a list holds, as its row of the VRM `*` says in `spare_2` <-> values. [proto-7.8]

    area=51.5007,-0.1246,2000 hours=22:00-06:00

`area`: WGS 84 degrees and metres; `hours`: UTC, from the first minute up to but not including the second, over midnight too.
"""

import re
from dataclasses import dataclass
from typing import Final

_WORD: Final = re.compile(r"(area|hours)=(\S+)")
_AREA: Final = re.compile(r"(-?\d{1,2}(?:\.\d{1,6})?),(-?\d{1,3}(?:\.\d{1,6})?),(\d{1,7})", re.ASCII)
_HOURS: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_DAY_MIN: Final = 1440


@dataclass(frozen=True, slots=True)
class Limits:
    """`area`: (latitude, longitude) in millionths of a degree, and metres; `hours`: minutes of the UTC day. None: no limit."""

    area: tuple[int, int, int] | None = None
    hours: tuple[int, int] | None = None

    def holds_at(self, utc_ms: int) -> bool:
        """Whether this instant lies in its hours."""
        if self.hours is None:
            return True
        first, end = self.hours
        minute = utc_ms // 60_000 % _DAY_MIN
        return first <= minute < end if first < end else minute >= first or minute < end


def parse_limits(text: str) -> Limits:
    """Raises ValueError: it cannot be told what is meant, and a list without its limits is another list."""
    words = text.replace(";", " ").split()
    found = {match[1]: match[2] for match in map(_WORD.fullmatch, words) if match}
    if not found or len(found) != len(words):
        raise ValueError("limits are written area=LAT,LON,METRES hours=HH:MM-HH:MM, or one of them")
    area, hours = found.get("area"), found.get("hours")
    return Limits(None if area is None else _area(area), None if hours is None else _hours(hours))


def _area(text: str) -> tuple[int, int, int]:
    match = _AREA.fullmatch(text)
    if match is None or abs(float(match[1])) > 90 or abs(float(match[2])) > 180 or not int(match[3]):
        raise ValueError("an area is written LAT,LON,METRES")
    return round(float(match[1]) * 1e6), round(float(match[2]) * 1e6), int(match[3])


def _hours(text: str) -> tuple[int, int]:
    match = _HOURS.fullmatch(text)
    if match is None:
        raise ValueError("hours are written HH:MM-HH:MM, in UTC")
    first, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
    if first == end:
        raise ValueError("hours that begin when they end are none")
    return first, end
