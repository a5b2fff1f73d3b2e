"""Entries at their borders: the last day, the first minute, the last metre; and what is not known."""

import math
from datetime import UTC, datetime

import pytest

from edge.matcher.entry import Entry
from edge.matcher.rules import holding
from proto.events import Place
from proto.limits import Limits, parse_limits

LAST = datetime(2026, 11, 25, tzinfo=UTC)
LAST_MS = int(LAST.timestamp() * 1000)
DAY_MS = 86_400_000
ENTRY = Entry("wanted", "AB12CDE")
BIG_BEN = Place(51_500_700, -124_600, 0)


def at_metres_north(metres: float) -> Place:
    return Place(BIG_BEN.lat_e6 + round(metres / 0.111_32), BIG_BEN.lon_e6, 0)


def at_metres_east(metres: float) -> Place:
    east = metres / 0.111_32 / math.cos(math.radians(BIG_BEN.lat_e6 / 1e6))
    return Place(BIG_BEN.lat_e6, BIG_BEN.lon_e6 + round(east), 0)


def held(
    *limits: str, utc_ms: int | None = LAST_MS, place: Place | None = BIG_BEN, entry: Entry = ENTRY
) -> list[Entry]:
    of: tuple[Limits, ...] = tuple(map(parse_limits, limits))
    return holding([entry], lambda _: of, utc_ms, place)


@pytest.mark.parametrize(
    ("utc_ms", "holds"), [(LAST_MS - 1, True), (LAST_MS, True), (LAST_MS + DAY_MS - 1, True), (LAST_MS + DAY_MS, False)]
)
def test_an_entry_holds_through_its_last_day(utc_ms: int, holds: bool) -> None:  # [proto-7.9]
    entry = Entry("wanted", "AB12CDE", weed_day=LAST.toordinal())
    assert held(utc_ms=utc_ms, entry=entry) == ([entry] if holds else [])


def test_without_a_clock_a_weed_date_is_not_judged_and_that_is_said() -> None:  # [proto-7.9]
    (found,) = held(utc_ms=None, entry=Entry("wanted", "AB12CDE", weed_day=1))
    assert found.unsure == ("weed date",)
    assert held(utc_ms=None) == [ENTRY]


@pytest.mark.parametrize("place_at", [at_metres_north, at_metres_east])
def test_an_area_ends_at_its_border(place_at: "object") -> None:  # [proto-7.8]
    area = "area=51.5007,-0.1246,2000"
    assert callable(place_at)
    assert held(area, place=place_at(1999.5)) == [ENTRY]
    assert held(area, place=place_at(2000.5)) == []
    assert held(area, place=place_at(-1999.5)) == [ENTRY]


def test_hours_end_at_their_minute() -> None:  # [proto-7.8]
    assert held("hours=00:00-01:00", utc_ms=LAST_MS) == [ENTRY]
    assert held("hours=00:00-01:00", utc_ms=LAST_MS - 1) == []
    assert held("hours=23:00-00:00", utc_ms=LAST_MS - 1) == [ENTRY]


def test_what_is_not_known_does_not_silence_a_list_and_is_said() -> None:  # [proto-7.8]
    both = "area=51.5007,-0.1246,2000 hours=00:00-01:00"
    assert [entry.unsure for entry in held(both, utc_ms=None, place=None)] == [("hours", "area")]
    assert held(both, utc_ms=LAST_MS - 1, place=None) == []
    assert held(both, utc_ms=None, place=at_metres_north(2100)) == []


def test_of_several_limits_one_is_enough_and_the_surest_is_said() -> None:
    assert held("hours=00:00-01:00", "area=10,10,5") == [ENTRY]
    assert held("hours=00:00-01:00", "area=51.5007,-0.1246,2000", place=None) == [ENTRY]
    assert held("hours=02:00-03:00", "area=10,10,5") == []


def test_a_silent_entry_does_not_stand_before_one_that_is_shown() -> None:
    silent = Entry("covert", "AB12CDE", "SILENT", priority=100)
    shown = Entry("wanted", "AB12CDE", "STOP", priority=5)
    assert holding([silent, shown, ENTRY], lambda _: (), None, None) == [shown, ENTRY, silent]
