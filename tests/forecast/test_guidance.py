"""Drives in, visits and choices out: the state machine and the choice of the next box."""

import math
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.guidance import (
    COOL_DOWN_S,
    CREDIT_S,
    Course,
    Dose,
    Spot,
    Square,
    Visit,
    Where,
    bearing,
    dosed,
    finish,
    minutes_useful,
    next_box,
    odds,
    received,
    step,
)  # fmt: skip
from forecast.wire import Anchor, Box, Patrol, encode

BOX = Square(1000, 1000, 250, 0.1)
TOUCHING = Square(1250, 1000, 250, 0.1)
BOXES = (BOX, TOUCHING, Square(5000, 5000, 250, 0.2))


def drive(spots: list[tuple[float, float, float]], accuracy_m: float | None = 5.0) -> tuple[Course, list[Visit]]:
    """The course after fixes (seconds, x, y) and the visits they ended."""
    course, visits = Course(), []
    for at_s, x_m, y_m in spots:
        course, visit = step(course, Spot(at_s, x_m, y_m, accuracy_m), BOXES)
        visits += [visit] if visit else []
    return course, visits


def still(
    first_s: int, end_s: int, x_m: float = 1100, y_m: float = 1100, every_s: int = 5
) -> list[tuple[float, float, float]]:
    """A parked car's fixes."""
    return [(float(t), x_m, y_m) for t in range(first_s, end_s, every_s)]


def test_one_fix_enters_two_dwell_and_a_quarter_of_an_hour_is_done() -> None:
    assert drive(still(0, 1))[0].where is Where.ENTERING
    assert drive(still(0, 6))[0].where is Where.DWELL
    course, _ = drive(still(0, 906))
    assert course.where is Where.DONE
    assert minutes_useful(course) == 0


def test_driving_through_one_fix_is_no_visit() -> None:
    course, visits = drive([(0, 900, 1100), (5, 1010, 1100), (10, 900, 1100)])
    assert course.where is Where.OUTSIDE
    assert visits == []


def test_a_visit_ends_after_two_fixes_beyond_the_margin_and_is_credited_once() -> None:
    course, visits = drive([*still(0, 1201), (1205, 1100, 1320), (1210, 1100, 1380), (1215, 1100, 1500)])
    assert course.where is Where.OUTSIDE
    assert visits == [Visit(0, 0.0, 1200.0, CREDIT_S)]


def test_a_car_parked_on_the_border_is_one_visit() -> None:
    spots = [(float(t), 1008.0 if t % 10 else 980.0, 1100.0) for t in range(0, 600, 5)]
    course, visits = drive(spots[1:])
    assert course.where is Where.DWELL
    assert visits == []
    assert course.dwell_s > 500


def test_two_boxes_that_touch_share_no_second() -> None:
    spots = still(0, 300) + still(300, 600, x_m=1300)
    course, visits = drive(spots)
    assert [visit.box for visit in visits] == [0]
    assert course.box == 1
    assert visits[0].dwell_s + course.dwell_s <= 600


def test_a_car_parked_on_the_line_between_two_boxes_is_one_visit_to_one_of_them() -> None:
    spots = [(float(t), 1254.0 if t % 10 else 1246.0, 1100.0) for t in range(0, 600, 5)]
    course, visits = drive(spots)
    assert (course.where, course.box, visits) == (Where.DWELL, 0, [])
    assert course.dwell_s >= 585


def test_a_car_that_moved_over_the_line_and_stays_there_is_in_the_other_box_before_long() -> None:
    course, visits = drive(still(0, 300, x_m=1240) + still(300, 600, x_m=1262))
    assert [visit.box for visit in visits] == [0]
    assert (course.box, course.where) == (1, Where.DWELL)
    assert course.dwell_s >= 240


def test_a_tunnel_of_a_minute_is_bridged_and_a_longer_gap_ends_the_visit() -> None:
    assert drive(still(0, 100) + still(150, 200))[0].dwell_s == pytest.approx(195)
    course, visits = drive(still(0, 100) + still(200, 230))
    assert visits == [Visit(0, 0.0, 95.0, 95.0)]
    assert course.dwell_s == pytest.approx(25)


def test_a_jump_of_the_receiver_is_passed_over_and_a_move_that_stays_is_believed() -> None:
    course, visits = drive([*still(0, 60), (60, 90_000, 90_000), *still(65, 120)])
    assert (course.dwell_s, visits) == (115.0, [])
    course, visits = drive([*still(0, 60), *still(60, 90, x_m=5100, y_m=5100)])
    assert [visit.box for visit in visits] == [0]
    assert course.box == 2


def test_a_clock_that_jumps_back_or_a_vague_fix_changes_nothing() -> None:
    course, _ = drive(still(0, 60))
    assert step(course, Spot(10.0, 9000, 9000, 5.0), BOXES) == (course, None)
    assert step(course, Spot(65.0, 9000, 9000, 80.0), BOXES) == (course, None)
    assert finish(course) == Visit(0, 0.0, 55.0, 55.0)


wild = st.lists(
    st.tuples(st.floats(-50, 200), st.floats(800, 1700), st.floats(800, 1400), st.one_of(st.none(), st.floats(0, 90))),
    max_size=80,
)


@given(wild)
@settings(max_examples=150)
def test_no_drive_credits_more_than_the_time_that_passed(moves: list[tuple[float, float, float, float | None]]) -> None:
    course, visits, at_s = Course(), [], 0.0
    times = [0.0]
    for wait_s, x_m, y_m, accuracy_m in moves:
        at_s += wait_s
        times.append(at_s)
        course, visit = step(course, Spot(at_s, x_m, y_m, accuracy_m), BOXES)
        visits += [visit] if visit else []
    last = finish(course)
    visits += [last] if last else []
    assert sum(visit.dwell_s for visit in visits) <= max(times) - min(times) + 1e-6
    assert all(0 <= visit.credit_s <= CREDIT_S for visit in visits)
    assert (course.box is None) == (course.where is Where.OUTSIDE)


def test_the_next_box_weighs_hits_against_the_way_and_forgets_no_visit() -> None:
    here, calm = Spot(0.0, 1000, 1000, 5.0), [1.0, 1.0, 1.0]
    assert next_box(BOXES, [None] * 3, here, 8.0, calm) == 0
    assert next_box((BOX, Square(5000, 5000, 250, 0.9)), [None] * 2, here, 8.0, [1.0] * 2) == 1
    seen = dosed(None, Visit(0, 0.0, 900.0, 900.0), 900.0)
    assert next_box(BOXES, [seen, None, None], Spot(1000.0, 1000, 1000, 5.0), 8.0, calm) == 1
    assert next_box(BOXES, [seen] * 3, Spot(1000.0, 1000, 1000, 5.0), 8.0, calm) is None
    assert next_box(BOXES, [seen] * 3, Spot(900.0 + COOL_DOWN_S, 1000, 1000, 5.0), 8.0, calm) == 0
    assert next_box((), [], here, 8.0, []) is None
    assert next_box(BOXES, [None] * 3, here, 8.0, [0.8, 1.2, 1.0]) == 1


def test_a_box_that_was_driven_through_is_worth_hardly_less_and_one_that_was_dosed_nothing() -> None:
    here, calm = Spot(1000.0, 1100, 1100, 5.0), [1.0, 1.0]
    through, dosed_, other = Dose(20.0, 1000.0), Dose(CREDIT_S, 1000.0), replace(TOUCHING, expected=0.08)
    assert next_box((BOX, other), [through, None], here, 8.0, calm) == 0
    assert next_box((BOX, other), [dosed_, None], here, 8.0, calm) == 1
    assert next_box((BOX,), [dosed_], replace(here, at_s=999.0 + COOL_DOWN_S), 8.0, [1.0]) is None


def test_doses_add_up_to_a_quarter_of_an_hour_and_fade_after_the_cool_down() -> None:
    once = dosed(None, Visit(0, 0, 400, 400), 400)
    twice = dosed(once, Visit(0, 500, 700, 700), 1200)
    assert twice == Dose(CREDIT_S, 1200)
    assert dosed(twice, Visit(0, 9000, 60, 60), 9060) == Dose(60, 9060)


@pytest.mark.parametrize(
    ("expected", "words"), [(1 / 30, "1 in 31 shifts"), (0.0, "less than 1 in 10000 shifts"), (5.0, "1 in 1 shifts")]
)
def test_odds_are_honest(expected: float, words: str) -> None:
    assert odds(expected) == words


def test_orders_put_a_fix_on_the_boxes_and_other_bytes_are_refused() -> None:
    anchor = Anchor(52.0, 5.0, 1000, 1000, 0.0)
    orders = received(encode(Patrol(20_000, "night", 250.0, 10.0, bytes(8), anchor, (Box(1000, 1000, 0.1),))))
    spot = orders.spot(1.0, 52.001, 5.001, 4.0)
    assert spot is not None
    assert orders.boxes[0].holds(spot.x_m, spot.y_m)
    assert received(encode(Patrol(20_000, "night", 250.0, 10.0, bytes(8), None, ()))).spot(1.0, 52, 5, None) is None
    with pytest.raises(ValueError, match="no forecast"):
        received(b"{}")


def test_bearing_counts_clockwise_from_north() -> None:
    distance_m, degrees = bearing(Spot(0, 1125, 1125, None), Square(2000, 1000, 250, 0.1))
    assert (distance_m, degrees) == (1000.0, 90.0)
    assert math.isclose(bearing(Spot(0, 1125, 2125, None), BOX)[1], 180.0)


def test_the_car_imports_guidance_without_numpy() -> None:
    code = "import sys, forecast.guidance, forecast.wire, forecast.safeguards; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
