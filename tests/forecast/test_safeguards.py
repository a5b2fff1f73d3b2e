"""Boxes, decisions and category names in, marks, refusals and even shares out."""

import numpy as np
import pytest

from forecast.categories import CATEGORIES, RefusedCategoryError, code_of
from forecast.model.disparity import evenness, gini
from forecast.model.feedback import feedback
from forecast.safeguards import Decision, Marked, audited, capped, decided, patrolled

BOXES = [Marked((x, 0.0, x + 250.0, 250.0), 0.1) for x in range(0, 25_000, 250)]


def test_only_the_contracts_categories_come_in() -> None:
    assert [code_of(name) for name in CATEGORIES] == list(range(len(CATEGORIES)))
    for name in ("drugs", "Weapons", "stop-search", "stop and search", "traffic", "proactive", "drug possession"):
        with pytest.raises(RefusedCategoryError, match="patrols discover"):
            code_of(name)
    with pytest.raises(RefusedCategoryError, match="unknown category"):
        code_of("")


def test_audit_boxes_are_drawn_by_key_and_day_and_never_shown_to_cars() -> None:
    one, again, other = (audited(BOXES, day, b"key") for day in (1, 1, 2))
    assert one == again
    assert one != other
    assert sum(box.audit for box in one) == 7
    assert len(patrolled(one)) == 93
    assert audited(BOXES, 1, b"other key") != one


def test_every_box_is_an_audit_box_about_as_often() -> None:
    drawn = np.zeros(len(BOXES))
    for day in range(1000):
        drawn += [box.audit for box in audited(BOXES, day, b"key")]
    assert drawn.sum() == 7000
    assert 30 < drawn.min() <= drawn.max() < 115


def test_a_decision_needs_a_reason_a_name_and_a_known_word() -> None:
    for action, reason, analyst in (("suppress", " ", "a"), ("suppress", "why", ""), ("promote", "why", "a")):
        with pytest.raises(ValueError, match=r"reason|analyst"):
            Decision(action, 0, 0, reason, analyst)


def test_boxes_are_suppressed_and_added_but_never_overlap() -> None:
    kept, log = decided(
        BOXES[:2],
        [
            Decision("suppress", 10, 10, "school", "a1"),
            Decision("add", 100, 600, "tip", "a2"),
            Decision("add", 300, 100, "x", "a3"),
        ],
        250,
    )
    assert [box.corners for box in kept] == [(250, 0, 500, 250), (-25, 475, 225, 725)]
    assert kept[1].reason == "tip"
    assert log == [
        "suppressed 1 box(es) by a1: school",
        "added 1 box by a2: tip",
        "not added, overlaps a box, by a3: x",
    ]


def test_no_district_gets_more_than_its_cap() -> None:
    assert [box.corners[0] for box in capped(BOXES[:12], 2, 1000.0)] == [0, 250, 1000, 1250, 2000, 2250]


def test_gini_knows_equality_and_its_opposite() -> None:
    assert gini([3, 3, 3]) == 0
    assert gini([0, 0, 0, 9]) == pytest.approx(0.75)
    assert gini([]) == gini([0, 0]) == 0


def test_the_disparity_report_counts_squares_and_minutes() -> None:
    day = np.array([[0, 0, 250, 250], [250, 0, 500, 250], [5000, 5000, 5250, 5250]], np.float64)
    report = evenness([day, day], [(0, 0), (5, 5), (7, 7)], {(0, 0): 10.0, (5, 5): 10.0})
    assert (report["squares_flagged"], report["squares_never_flagged"]) == (2, 1)
    assert (report["places_flagged_every_day"], report["gini_of_minutes"]) == (3, 0.0)
    assert report["gini_of_box_days"] == pytest.approx(gini([4, 2, 0]), abs=1e-4)


def _capture(discovered: float) -> tuple[float, int]:
    runs = []
    for seed in range(2):
        rates = np.random.default_rng(seed).lognormal(np.log(0.01), 1.0, 1000)
        runs.append(feedback(rates, 1500, 27, discovered, 365, 0.04, np.random.default_rng(seed + 10)))
    return float(np.mean([run.capture for run in runs])), max(run.places_chosen for run in runs)


def test_training_on_what_patrols_discover_locks_the_boxes_in_and_loses_crime() -> None:
    honest, roaming = _capture(0.0)
    fooled, locked = _capture(0.3)
    assert honest > 0.85
    assert fooled < honest - 0.08
    assert locked <= 30 < roaming
