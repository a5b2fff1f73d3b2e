"""The town and the drive through it."""

from itertools import pairwise

import pytest

from simulator.route import Route
from simulator.town import METRES_PER_DEGREE, ORIGIN_LAT, ORIGIN_LON, build


@pytest.mark.parametrize("seed", range(8))
def test_every_junction_can_be_reached(seed: int) -> None:
    town = build(seed)
    reached, waiting = {0}, [0]
    while waiting:
        fresh = set(town.exits[waiting.pop()]) - reached
        reached |= fresh
        waiting += fresh
    assert len(reached) == len(town.junctions)


def test_streets_are_driven_both_ways() -> None:
    town = build(1)
    assert all(
        town.exits[end][start] is street for start, exits in enumerate(town.exits) for end, street in exits.items()
    )


def test_the_same_question_has_the_same_answer_in_any_order() -> None:
    town = build(2)
    onwards, backwards = Route(town, 2), Route(town, 2)
    times_s = [second * 1.5 for second in range(400)]
    assert [onwards.at(t) for t in times_s] == [backwards.at(t) for t in reversed(times_s)][::-1]
    assert Route(town, 3).at(100) != onwards.at(100)


def test_the_car_keeps_to_the_limit_and_does_not_jump() -> None:
    route = Route(build(4), 4)
    moments = [route.at(second) for second in range(1_800)]
    assert all(moment.speed_mps <= moment.street.limit_mps for moment in moments)
    for before, after in pairwise(moments):
        north_m = (after.lat - before.lat) * METRES_PER_DEGREE
        east_m = (after.lon - before.lon) * METRES_PER_DEGREE * 0.6  # cos 53.8 degrees is 0.59
        assert (north_m**2 + east_m**2) ** 0.5 <= 18.5  # 40 mph for one second, and the rounding above
    assert any(moment.speed_mps == 0 and moment.heading_deg is None for moment in moments)
    assert all(
        moment.heading_deg is not None and 0 <= moment.heading_deg < 360 for moment in moments if moment.speed_mps
    )


def test_the_town_lies_at_sea() -> None:
    route = Route(build(5), 5)
    moments = [route.at(second * 10) for second in range(500)]
    assert all(abs(moment.lat - ORIGIN_LAT) < 0.01 and abs(moment.lon - ORIGIN_LON) < 0.02 for moment in moments)
