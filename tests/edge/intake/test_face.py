"""What a camera's clock showed -> how far it is off, if the car knows the time, and in words; a zone is no fault."""

import time
from datetime import datetime, timedelta

import pytest

from edge.intake.face import Face
from proto.events import Clock, Moment

NOON = datetime.fromisoformat("2026-11-25T12:00:00")
NOON_MS = 1_795_608_000_000


def moment(clock: Clock = Clock.NTP) -> Moment:
    return Moment(60_000, None if clock is Clock.UNSET else NOON_MS - 60_000, clock)


def showed(off: timedelta, ago_s: float = 0) -> Face:
    return Face(NOON + off - timedelta(seconds=ago_s), time.monotonic_ns() - round(ago_s * 1e9))


@pytest.mark.parametrize(
    ("off", "says"),
    [
        (timedelta(0), None),
        (timedelta(seconds=-5), None),  # it came late
        (timedelta(hours=1), None),  # summer time
        (timedelta(hours=5, minutes=45, seconds=50), None),  # Nepal
        (timedelta(hours=-12), None),
        (timedelta(minutes=62), "camera clock 62 min off"),
        (timedelta(minutes=-7), "camera clock 7 min off"),
        (timedelta(minutes=-3), "camera clock 3 min off"),
        (timedelta(hours=7, minutes=5), "camera clock 7 h off"),
        (timedelta(hours=15), "camera clock 15 h off"),
        (timedelta(days=-9999), "camera clock 9999 days off"),
    ],
)
def test_a_clock_that_is_wrong_in_every_zone_is_said_to_be(off: timedelta, says: str | None) -> None:
    assert showed(off).complaint(moment()) == says


def test_a_reading_of_an_hour_ago_is_compared_with_the_time_of_then() -> None:
    assert showed(timedelta(minutes=62), ago_s=3600).off_s(moment()) == pytest.approx(62 * 60, abs=2)


@pytest.mark.parametrize("clock", [Clock.UNSET, Clock.KEPT])
def test_a_car_that_does_not_know_the_time_blames_no_camera(clock: Clock) -> None:
    face = showed(timedelta(minutes=62))
    assert face.off_s(moment(clock)) is None
    assert face.complaint(moment(clock)) is None
