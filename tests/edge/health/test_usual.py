"""Weeks of spans -> what a camera usually reads at an hour, and when it reads far less."""

from itertools import chain
from typing import Final

import pytest

from edge.health.evidence import Look
from edge.health.usual import HOURS, LEAST_SAMPLES, SPAN_S, Usual, load_all

NOON: Final = 12


def span(own: int, others: int, hour: int | None = NOON) -> Look:
    """A whole span of driving in one look."""
    return Look(SPAN_S, SPAN_S, spoke=True, readings=own, others=others, hour=hour)


@pytest.fixture
def usual() -> Usual:
    """Of a camera that reads 200 plates a span at noon, beside one that reads 150."""
    known = Usual()
    for _ in range(LEAST_SAMPLES + 2):
        known.take(span(200, 150))
    return known


def test_a_camera_that_reads_a_tenth_of_its_usual_is_found_and_well_again_with_half(usual: Usual) -> None:
    usual.take(span(20, 150))
    assert usual.holds()
    usual.take(span(50, 150))
    assert usual.holds(), "between the two thresholds nothing changes"
    usual.take(span(100, 150))
    assert usual.is_over()


def test_an_empty_street_empties_all_cameras_and_blames_none(usual: Usual) -> None:
    usual.take(span(20, 15))
    assert not usual.holds()


def test_a_camera_alone_is_blamed_only_for_next_to_nothing() -> None:
    alone = Usual()
    for _ in range(LEAST_SAMPLES):
        alone.take(span(200, 0))
    alone.take(span(30, 0))
    assert not alone.holds()
    alone.take(span(10, 0))
    assert alone.holds()


def test_nights_are_held_against_nights(usual: Usual) -> None:
    for _ in range(10):
        usual.take(span(2, 150, hour=3))
    assert not usual.holds()


def test_where_little_is_usual_nothing_is_no_sign(usual: Usual) -> None:
    for _ in range(10):
        usual.take(span(2, 150, hour=3))
    usual.take(span(0, 150, hour=3))
    assert not usual.holds()


def test_the_first_shifts_only_learn() -> None:
    fresh = Usual()
    for _ in range(LEAST_SAMPLES - 1):
        fresh.take(span(200, 150))
    fresh.take(span(1, 150))
    assert not fresh.holds()


def test_without_the_hour_nothing_is_judged_or_learned(usual: Usual) -> None:
    before = usual.table()
    usual.take(span(0, 150, hour=None))
    assert (usual.holds(), usual.table()) == (False, before)


def test_standing_still_is_no_part_of_a_span(usual: Usual) -> None:
    usual.take(Look(86_400.0, 0.0, others=1000, hour=NOON))
    usual.take(span(30, 20))
    assert not usual.holds(), "the street was empty while the car drove"


def test_a_new_beat_is_the_usual_in_the_end_and_a_dirty_lens_is_not_so_soon(usual: Usual) -> None:
    found = []
    for _ in range(200):
        usual.take(span(20, 150))
        found.append(usual.holds())
    assert all(found[:40])
    assert not found[-1]


def test_what_was_learned_outlives_the_process(usual: Usual) -> None:
    again = Usual()
    load_all({"front": again, "rear": Usual()}, {"front": usual.table()})
    again.take(span(20, 150))
    assert again.holds()


@pytest.mark.parametrize(
    "table",
    [
        [],
        "front",
        {"front": None},
        {"front": [[0, 0, 0]]},
        {"front": [[0, 0]] * HOURS},
        {"front": [[-1, 0, 0]] * HOURS},
        {"front": [[0, 0, 99]] * HOURS},
        {"front": [[float("nan"), 0, 0]] * HOURS},
        {"front": [[0, "0", 0]] * HOURS},
    ],
)
def test_a_damaged_history_is_refused(table: object) -> None:
    with pytest.raises(ValueError, match="histor"):
        load_all({"front": Usual()}, table)


def test_a_history_is_small(usual: Usual) -> None:
    assert len(list(chain(*usual.table()))) == 3 * HOURS
