"""Places one after the other -> which of them no car can have driven to, and when it was the one before that lied."""

import pytest

from edge.intake.jumps import BORNE_OUT, FASTEST_MPS, Jumps, metres_between
from proto.events import Place

HERE_E6 = (51_550_000, -708_333)
M_E6 = 1 / 0.11132


def place(north_m: float, at_s: float) -> Place:
    return Place(HERE_E6[0] + round(north_m * M_E6), HERE_E6[1], round(at_s * 1000))


def test_a_drive_at_any_speed_that_cars_have_is_no_jump() -> None:
    jumps = Jumps()
    assert not any(jumps.is_one(place(80.0 * second, second), 80.0) for second in range(60))


def test_one_place_far_away_is_a_jump_and_the_next_one_at_home_is_not() -> None:
    jumps = Jumps()
    assert [jumps.is_one(place(north_m, at_s), None) for at_s, north_m in enumerate([0, 10, 5_000, 30, 40])] == [
        *(False, False, True, False, False)
    ]


def test_a_speed_that_no_car_has_is_a_jump_wherever_it_is() -> None:
    assert Jumps().is_one(place(0, 0), FASTEST_MPS + 1)
    assert not Jumps().is_one(place(0, 0), FASTEST_MPS)


def test_places_that_agree_with_each_other_bear_a_jump_out() -> None:
    """The first fix after a cold start may be the one that lied; a car may have been on a train."""
    jumps = Jumps()
    jumps.is_one(place(0, 0), None)
    elsewhere = [jumps.is_one(place(50_000 + 10 * n, 1 + n), 10.0) for n in range(BORNE_OUT + 1)]
    assert elsewhere == [True] * (BORNE_OUT - 1) + [False, False]


def test_jumps_that_do_not_agree_bear_nothing_out() -> None:
    jumps = Jumps()
    jumps.is_one(place(0, 0), None)
    assert all(jumps.is_one(place(10_000 * (1 + n % 3), 1 + n), None) for n in range(50))
    assert not jumps.is_one(place(0, 51), None)


def test_after_a_long_silence_the_car_may_be_anywhere_it_could_have_driven_to() -> None:
    jumps = Jumps()
    jumps.is_one(place(0, 0), None)
    assert not jumps.is_one(place(100_000, 3600), None)


def test_fixes_that_a_stalled_line_hands_over_together_are_no_jumps() -> None:
    jumps = Jumps()
    assert not any(jumps.is_one(place(30.0 * second, 0), 30.0) for second in range(20))


@pytest.mark.parametrize(
    ("a", "b", "metres"),
    [
        ((51_550_000, -708_333), (51_559_000, -708_333), 1001.9),
        ((51_550_000, -708_333), (51_550_000, -694_000), 992.2),
        ((0, 0), (0, 9_000), 1001.9),
        ((0, 179_996_000), (0, -179_995_000), 1001.9),
    ],
)
def test_metres_are_good_to_one_in_a_hundred(a: tuple[int, int], b: tuple[int, int], metres: float) -> None:
    assert metres_between(Place(*a, 0), Place(*b, 0)) == pytest.approx(metres, rel=0.01)
