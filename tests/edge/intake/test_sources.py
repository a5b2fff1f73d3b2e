"""Two receivers -> one place: the better one's while it speaks, the other's after three seconds, the last known with its age."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from drivers.gps.nmea import Nmea
from drivers.readings import Fix
from edge.clock import CarClock
from edge.config.car import Gps
from edge.intake.receiver import ReceiverIntake, receivers
from edge.intake.sources import LATE_MS, SourceOrder
from edge.intake.whereabouts import STALE_MS, Whereabouts
from edge.spool.inbox import Inbox

NORTH = Fix(51.55, -0.708333, datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC), 6.33, 10.0)
SOUTH = Fix(51.5501, -0.708333, datetime(2026, 11, 25, 12, 0, 1, tzinfo=UTC), 6.33, 10.0)


def test_a_worse_receiver_is_not_asked_while_a_better_one_speaks() -> None:
    order = SourceOrder()
    better, worse = order.join("gps"), order.join("gps-fallback")
    assert order.in_use(0) is None
    assert order.takes(worse, 0)
    assert order.in_use(0) == "gps-fallback"
    assert order.takes(better, 1_000)
    assert not order.takes(worse, 1_000 + LATE_MS)
    assert order.takes(worse, 1_001 + LATE_MS)
    assert order.in_use(1_001 + LATE_MS) == "gps-fallback"
    assert order.takes(better, 2_000 + LATE_MS)
    assert order.in_use(2_000 + LATE_MS) == "gps"


def test_when_none_speaks_the_age_of_the_last_place_is_known() -> None:
    order = SourceOrder()
    rank = order.join("gps")
    assert order.age_s(rank, 0) is None
    order.takes(rank, 1_000)
    assert order.age_s(rank, 61_500) == 60.5
    assert order.in_use(61_500) is None


class Pair:
    """Two receivers, fed by hand under the test's own time."""

    def __init__(self, times: Any) -> None:  # noqa: ANN401 - the fixture's own class
        self.times = times
        self.clock = CarClock(times.sources(), times.utc_ms - 86_400_000)
        self.whereabouts = Whereabouts()
        self.inbox: Inbox[Any] = Inbox(64, 3600)
        gps = Gps(Path("gps"), fallback=Gps(Path("gps-2")))
        self.better, self.worse = receivers(gps, self.clock, self.whereabouts, self.inbox)

    def says(self, intake: ReceiverIntake, fix: Fix) -> None:
        intake._take(Nmea().feed(Nmea().encode(fix)))

    def lat_e6(self) -> int | None:
        place = self.whereabouts.at(self.times.uptime_ms)
        return None if place is None else place.lat_e6


@pytest.fixture
async def pair(times: Any) -> Pair:  # noqa: ANN401 - the fixture's own class
    return Pair(times)


async def test_the_car_is_where_the_best_receiver_says(pair: Pair) -> None:
    assert (pair.better.name, pair.worse.name) == ("gps", "gps-fallback")
    pair.says(pair.better, NORTH)
    pair.says(pair.worse, SOUTH)
    assert pair.lat_e6() == 51_550_000
    pair.times.pass_ms(LATE_MS + 1)
    pair.says(pair.worse, SOUTH)
    assert pair.lat_e6() == 51_550_100
    assert pair.worse.told(pair.clock.now()) == {"in_use": True, "place_age_s": 0.0, "jumps": 0, "unbelieved": 0}
    assert pair.better.told(pair.clock.now())["in_use"] is False
    pair.times.pass_ms(STALE_MS + 1)
    assert pair.lat_e6() is None
    assert pair.worse.told(pair.clock.now())["place_age_s"] == pytest.approx(STALE_MS / 1000, abs=0.01)


async def test_a_receiver_that_jumps_is_counted_and_the_other_one_is_believed(pair: Pair) -> None:
    pair.says(pair.better, NORTH)
    pair.times.pass_ms(LATE_MS + 1)
    pair.says(pair.better, Fix(52.9, -0.7, NORTH.at))
    pair.says(pair.worse, SOUTH)
    assert (pair.better.fixes, pair.better.jumps) == (2, 1)
    assert pair.lat_e6() == 51_550_100


async def test_both_receivers_together_say_no_more_positions_than_one(pair: Pair) -> None:
    for _ in range(10):
        pair.says(pair.better, NORTH)
        pair.says(pair.worse, SOUTH)
        pair.times.pass_ms(1_000)
    pair.times.pass_ms(LATE_MS)
    pair.says(pair.worse, SOUTH)
    assert len(pair.inbox) == 1
