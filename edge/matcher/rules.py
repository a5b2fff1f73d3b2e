"""Entries that a key matches, when and where -> those that hold now; what cannot be judged holds, and says so. [proto-7.8] [proto-7.9]"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from edge.intake.jumps import metres_between
from edge.matcher.entry import Entry
from proto.events import Place
from proto.limits import Limits

_DAY_MS: Final = 86_400_000
_FIRST_DAY: Final = date(1970, 1, 1).toordinal()

LimitsOf = Callable[[str], tuple[Limits, ...]]


def holding(entries: Iterable[Entry], limits_of: LimitsOf, utc_ms: int | None, place: Place | None) -> list[Entry]:
    """Most urgent first; those that are silent come last, for the first one is what the crew is shown."""
    found = [entry for one in entries if (entry := _held(one, limits_of(one.list), utc_ms, place)) is not None]
    if len(found) > 1:
        found.sort(key=lambda entry: (entry.is_silent, -(entry.priority or 0)))
    return found


def _held(entry: Entry, limits: tuple[Limits, ...], utc_ms: int | None, place: Place | None) -> Entry | None:
    unsure: tuple[str, ...] = ()
    if entry.weed_day is not None:
        if utc_ms is None:
            unsure = ("weed date",)
        elif _FIRST_DAY + utc_ms // _DAY_MS > entry.weed_day:
            return None
    if limits:
        judged = [_unknown(limit, utc_ms, place) for limit in limits]
        sure = [words for words in judged if words is not None]
        if not sure:
            return None
        unsure += min(sure, key=len)
    return replace(entry, unsure=unsure) if unsure else entry


def _unknown(limits: Limits, utc_ms: int | None, place: Place | None) -> tuple[str, ...] | None:
    """What of its limits cannot be judged; None: it does not hold."""
    unknown: list[str] = []
    if limits.hours is not None:
        if utc_ms is None:
            unknown.append("hours")
        elif not limits.holds_at(utc_ms):
            return None
    if limits.area is not None:
        lat_e6, lon_e6, metres = limits.area
        if place is None:
            unknown.append("area")
        elif metres_between(Place(lat_e6, lon_e6, 0), place) > metres:
            return None
    return tuple(unknown)
