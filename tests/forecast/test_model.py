"""Invented cities in, areas, scores, packings and forecasts out."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast.model.area import study_area
from forecast.model.baselines import naive_free, naive_grid
from forecast.model.control import shuffled
from forecast.model.events import Events, sorted_events
from forecast.model.fit import OWN_ONLY, fitted
from forecast.model.forecaster import HistoryError, forecast, prepared
from forecast.model.lattice import box_sums, lattice_over
from forecast.model.packing import packed
from forecast.model.placing import Candidates, greedy, ranked
from forecast.model.rolling import NAIVE_FREE, OURS, Trial, scored_days
from forecast.model.scoring import hits, hits_per_box
from forecast.model.volume import Weather, in_shift, shift_of, volume
from headquarters.forecast.reading import read_events

ST_LOUIS = Path(__file__).parents[3] / "shared" / "data" / "crime" / "stl_events_2012_2019.csv.gz"


def placed(points: list[tuple[int, int]], day: int = 737_000) -> Events:
    """Burglaries at points, all on one day."""
    n = len(points)
    x_m, y_m = (np.array(column, np.int32) for column in zip(*points, strict=True))
    return sorted_events(np.full(n, day, np.int32), np.full(n, -1, np.int16), np.zeros(n, np.int8), x_m, y_m)


def test_the_study_area_closes_gaps_fills_holes_and_keeps_edges_at_multiples() -> None:
    ring = [(i * 250, j * 250) for i in range(7) for j in range(7) if i in {0, 6} or j in {0, 6}]
    assert study_area(placed(ring), 250).squares == 49
    assert study_area(placed([(0, 0), (500, 0)]), 250).squares == 3
    assert study_area(placed([(0, 0), (5000, 0)]), 250).squares == 2
    assert study_area(placed([(-1, -1), (0, 0)]), 250).squares == 2
    assert study_area(placed([(249, 249), (0, 0)]), 250).squares == 1


def test_left_and_lower_edges_count_right_and_upper_do_not() -> None:
    boxes = np.array([[0.0, 0.0, 250.0, 250.0]])
    events = placed([(0, 0), (249, 249), (250, 0), (0, 250), (-1, 0)])
    assert hits(boxes, events) == 2


def test_box_sums_are_sums_over_boxes() -> None:
    values = np.random.default_rng(0).random((9, 12))
    sums = box_sums(values, 3)
    assert sums.shape == (7, 10)
    assert sums[4, 6] == pytest.approx(values[4:7, 6:9].sum())


def _candidates(seed: int) -> Candidates:
    rng = np.random.default_rng(seed)
    i, j = (part.ravel() for part in np.meshgrid(np.arange(40), np.arange(40), indexing="ij"))
    return ranked(i, j, np.round(box_sums(rng.pareto(1.5, (45, 45)), 6).ravel(), 9))


def _apart(boxes: Candidates, steps: int) -> bool:
    near = (np.abs(boxes.i[:, None] - boxes.i) < steps) & (np.abs(boxes.j[:, None] - boxes.j) < steps)
    return int(near.sum()) == len(boxes)


@pytest.mark.parametrize("seed", range(5))
def test_packing_never_overlaps_never_loses_and_often_wins(seed: int) -> None:
    candidates = _candidates(seed)
    plain, better = greedy(candidates, 20, 6), packed(candidates, 20, 6)
    assert len(plain) == len(better) == 20
    assert _apart(plain, 6)
    assert _apart(better, 6)
    assert better.score.sum() >= plain.score.sum()
    assert (np.diff(better.score) <= 0).all()
    assert seed or better.score.sum() > plain.score.sum() * 1.001


def test_two_neighbours_replace_one_better_box() -> None:
    # The greedy box at 5 blocks both 0 and 9, which are worth more together.
    candidates = ranked(np.array([0, 5, 9, 40]), np.zeros(4, np.int64), np.array([9.0, 10.0, 9.0, 1.0]))
    assert greedy(candidates, 2, 6).i.tolist() == [5, 40]
    assert sorted(packed(candidates, 2, 6).i.tolist()) == [0, 9]


def test_greedy_is_the_plain_rule() -> None:
    candidates = _candidates(9)
    chosen: list[tuple[int, int]] = []
    for i, j in zip(candidates.i.tolist(), candidates.j.tolist(), strict=True):
        if len(chosen) < 15 and all(abs(i - a) >= 6 or abs(j - b) >= 6 for a, b in chosen):
            chosen.append((i, j))
    quick = greedy(candidates, 15, 6)
    assert list(zip(quick.i.tolist(), quick.j.tolist(), strict=True)) == chosen


def test_nothing_of_the_day_or_later_moves_a_box(city: Events) -> None:
    day = dt.date(2022, 3, 10).toordinal()
    for events in (city, city.before(day)):
        ready = prepared(events, day, 250.0, 12, {})
        made = forecast(events, ready, day, 250.0, 12, None)
        if events is city:
            first = made
    assert np.array_equal(first.boxes, made.boxes)
    assert np.array_equal(first.expected, made.expected)


def test_the_frame_and_its_origin_do_not_matter(city: Events) -> None:
    day = dt.date(2022, 3, 10).toordinal()
    moved = Events(city.day, city.minute, city.category, city.x_m - 250_000, city.y_m - 250_000)
    ours, theirs = (forecast(e, prepared(e, day, 250.0, 12, {}), day, 250.0, 12, None) for e in (city, moved))
    assert np.array_equal(ours.boxes - 250_000, theirs.boxes)


def _rates(city: Events, history: Events | None) -> dict[str, float]:
    test = Trial(dt.date(2022, 3, 1).toordinal(), dt.date(2022, 4, 1).toordinal(), 0.05, 250.0, (NAIVE_FREE,))
    days = list(scored_days(city, test, {}, history))
    events = sum(day.events for day in days)
    expected = float(sum(day.forecast.expected.sum() for day in days))
    return {name: sum(day.hits[name] for day in days) / events for name in (OURS, NAIVE_FREE)} | {
        "expected": expected / events
    }


def test_it_finds_hot_addresses_and_expects_what_comes(city: Events) -> None:
    rates = _rates(city, None)
    assert rates[OURS] > 0.3
    assert rates[OURS] >= 0.98 * rates[NAIVE_FREE]
    assert rates["expected"] == pytest.approx(rates[OURS], rel=0.15)


def test_learned_from_shuffled_places_it_shows_no_skill(city: Events) -> None:
    area = study_area(city, 250.0)
    moved = shuffled(city, 250.0, np.random.default_rng(5))
    assert len(moved) == len(city)
    assert study_area(moved, 250.0).squares <= area.squares
    draws = [_rates(city, shuffled(city, 250.0, np.random.default_rng(seed)))[OURS] for seed in (5, 6, 7)]
    # 5 % of the area: chance. A few addresses hold half of the events, so one lucky box weighs much.
    assert np.median(draws) < 0.12


def test_too_little_history_is_said_not_guessed(city: Events) -> None:
    day = int(city.day[0]) + 20
    with pytest.raises(HistoryError, match="only 20 days"):
        prepared(city, day, 250.0, 5, {})
    with pytest.raises(HistoryError, match="no burglary"):
        prepared(city, int(city.day[0]), 250.0, 5, {})


def test_a_short_history_uses_the_prior_and_says_so(city: Events) -> None:
    day = int(city.day[0]) + 60
    ready = prepared(city, day, 250.0, 5, {})
    assert ready.fitted.recipe == "prior"
    assert ready.calibration.hits == 0
    assert len(forecast(city, ready, day, 250.0, 5, None).boxes) == 5


def test_weights_are_those_of_a_city_that_remembers(city: Events) -> None:
    day = dt.date(2022, 3, 1).toordinal()
    learned = fitted(city.before(day).trainable(), day, 250.0)
    assert (learned.weights >= 0).all()
    assert 0.5 < learned.weights[OWN_ONLY].sum() < 1.5
    assert (learned.recipe == "targets") == (learned.held_out_gain <= 0)


def test_snow_moves_the_volume_and_only_that(city: Events) -> None:
    day = dt.date(2022, 3, 10).toordinal()
    keep = np.ones(len(city), np.bool_)
    white = {d: Weather(0.0, 30.0 if d % 7 == 0 else 0.0) for d in range(int(city.day[0]), day + 1)}
    keep[(city.day % 7 == 0) & (np.arange(len(city)) % 2 == 0)] = False
    thinner = city.take(keep)
    told = volume(thinner, day, white)
    snowy, clear = (told.expected(day, Weather(0.0, depth)) for depth in (30.0, 0.0))
    assert snowy < 0.9 * clear
    ready = prepared(thinner, day, 250.0, 8, white)
    cold, mild = (forecast(thinner, ready, day, 250.0, 8, Weather(0.0, depth)) for depth in (30.0, 0.0))
    assert np.array_equal(cold.boxes, mild.boxes)
    assert cold.expected.sum() < mild.expected.sum()


def test_shifts_share_the_day(city: Events) -> None:
    assert [shift_of(minute) for minute in (0, 419, 420, 899, 900, 1379, 1380)] == [
        "night", "night", "day", "day", "evening", "evening", "night",
    ]  # fmt: skip
    assert sum(in_shift(city, shift).sum() for shift in ("day", "evening", "night")) == len(city)


def _mean_rate(events: Events, days: NDArray[np.int64]) -> tuple[float, float]:
    area = study_area(events.before(int(days[0])), 250.0)
    caught = np.zeros(2)
    total = 0
    for day in days.tolist():
        today = events.between(day, day + 1).targets()
        past = events.before(day)
        for column, method in enumerate((naive_grid, naive_free)):
            caught[column] += hits_per_box(method(past, area, day, area.boxes(0.05)), today.x_m, today.y_m).sum()
        total += len(today)
    return float(caught[0] / total), float(caught[1] / total)


@pytest.mark.skipif(not ST_LOUIS.exists(), reason="the development data lies beside the project, not in it")
def test_the_first_citys_baselines_are_the_published_ones() -> None:
    # forecasting.md: 170.0 km2, 27 and 136 boxes, .2127 on the grid and .2357 free; every eighth day here.
    events = read_events(ST_LOUIS)
    first = dt.date(2019, 1, 1).toordinal()
    area = study_area(events.before(first), 250.0)
    assert (area.km2, area.boxes(0.01), area.boxes(0.05)) == (170.0, 27, 136)
    assert len(events.between(first, first + 365).targets()) == 14_266
    grid, free = _mean_rate(events, np.arange(first, first + 365, 8))
    assert grid == pytest.approx(0.2127, abs=0.012)
    assert free == pytest.approx(0.2357, abs=0.012)


def test_a_lattice_holds_all_points_with_room(city: Events) -> None:
    lattice = lattice_over(city.x_m, city.y_m, 250.0, 25)
    cells = lattice.cells(city.x_m, city.y_m)
    assert 0 < cells.min() <= cells.max() < lattice.columns * lattice.rows
    assert lattice.cell_m == 10.0
