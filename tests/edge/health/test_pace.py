"""Minutes of storing -> the hours that a lane's place on the card lasts."""

import pytest

from edge.health.pace import EVERY_S, SPAN_S, Pace
from proto.lanes import Lane


def stored(pace: Pace, minutes: int, read: int, position: int, from_s: float = 0.0) -> None:
    """So many bytes a minute of two lanes, looked at every second."""
    for second in range(minutes * 60 + 1):
        pace.look(from_s + second, {Lane.READ: read * second // 60, Lane.POSITION: position * second // 60})


def test_a_lane_lasts_as_long_as_its_quota_at_the_latest_pace() -> None:
    pace = Pace()
    stored(pace, 20, read=6000, position=60)
    assert pace.hours_left(Lane.READ, 360_000, 1e12) == pytest.approx(1.0, rel=0.01)
    assert pace.hours_left(Lane.POSITION, 360_000, 1e12) == pytest.approx(100.0, rel=0.01)


def test_a_disk_that_is_fuller_than_the_quota_ends_all_lanes_together() -> None:
    pace = Pace()
    stored(pace, 20, read=6000, position=6000)
    assert pace.hours_left(Lane.READ, 1e12, 720_000) == pytest.approx(1.0, rel=0.01)
    assert pace.hours_left(Lane.READ, -5, 720_000) == 0


def test_a_lane_that_stores_nothing_and_a_process_that_is_young_say_nothing() -> None:
    pace = Pace()
    assert pace.hours_left(Lane.READ, 1, 1) is None
    pace.look(0.0, {Lane.READ: 0})
    pace.look(59.0, {Lane.READ: 6000})
    assert pace.hours_left(Lane.READ, 1, 1) is None
    pace = Pace()
    stored(pace, 2, read=6000, position=0)
    assert pace.hours_left(Lane.READ, 1, 1) is not None
    assert pace.hours_left(Lane.AUDIT, 1, 1) is None


def test_what_is_remembered_is_bounded() -> None:
    pace = Pace()
    stored(pace, 60, read=6000, position=60)
    assert len(pace._marks) <= SPAN_S / EVERY_S + 1


def test_what_lies_longer_back_than_the_span_is_forgotten() -> None:
    pace = Pace()
    pace.look(0.0, {Lane.READ: 0})
    pace.look(30.0, {Lane.READ: 1_000_000_000})
    for minute in range(1, 40):
        pace.look(30.0 + minute * 60, {Lane.READ: 1_000_000_000 + minute * 6000})
    assert SPAN_S < 39 * 60
    assert pace.bytes_per_s(Lane.READ) == pytest.approx(100.0)
