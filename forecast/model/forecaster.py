"""Events before a day in, that day's boxes with expected hits out. One function serves `make` and `evaluate`, so they cannot differ."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecast.model.calibration import Calibration, calibrated
from forecast.model.events import Events
from forecast.model.fit import Fitted, fitted
from forecast.model.lattice import Floats
from forecast.model.packing import packed
from forecast.model.placing import Candidates
from forecast.model.surface import FINE_STEPS, fine_candidates, surface
from forecast.model.volume import Volume, Weather, volume

MIN_HISTORY_DAYS: Final = 28  # with less than four weeks nothing can be said that the next week would not overturn


class HistoryError(ValueError):
    """Too little history for a forecast; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is learned once a month, from events before the first of it."""

    day: int
    fitted: Fitted
    calibration: Calibration
    volume: Volume


@dataclass(frozen=True, slots=True)
class Forecast:
    """boxes: (n, 4) x_min, y_min, x_max, y_max in metres, best first; expected: target events in each on `day`, (n,)."""

    day: int
    boxes: Floats
    expected: Floats


def month_start(day: int) -> int:
    """The first of the day's month (ordinals): when the model is learned anew."""
    return dt.date.fromordinal(day).replace(day=1).toordinal()


def prepared(events: Events, day: int, box_m: float, count: int, weather: Mapping[int, Weather]) -> Prepared:
    """Learned from events before the first of `day`'s month. HistoryError when there is too little before `day`."""
    _enough(events, day)
    start = month_start(day)
    past = events.before(start).trainable()
    learned = fitted(past, start, box_m)
    known = {d: w for d, w in weather.items() if d < start}
    return Prepared(start, learned, calibrated(past, learned.weights, start, box_m, count), volume(past, start, known))


def forecast(events: Events, ready: Prepared, day: int, box_m: float, count: int, weather: Weather | None) -> Forecast:
    """The boxes for `day` from events before it. `ready` must come from the same month."""
    past = events.before(day).trainable()
    chosen, cell_m, corner = placed(past, ready.fitted.weights, day, box_m, count)
    x, y = (corner[0] + chosen.i) * cell_m, (corner[1] + chosen.j) * cell_m
    boxes = np.stack([x, y, x + box_m, y + box_m], axis=1)
    usual = max(ready.volume.usual, 1e-9)
    today = ready.volume.expected(day, weather) / usual
    return Forecast(day, boxes, ready.calibration.expected(chosen.score) * today)


def placed(
    past: Events, weights: Floats, day: int, box_m: float, count: int
) -> tuple[Candidates, float, tuple[int, int]]:
    """The chosen anchors with raw scores, the cell's side in metres and the lattice's corner (cells)."""
    lattice, candidates = fine_candidates(surface(past, weights, day, box_m), count)
    return packed(candidates, count, FINE_STEPS), lattice.cell_m, (lattice.i0, lattice.j0)


def _enough(events: Events, day: int) -> None:
    past = events.before(day).trainable()
    if not len(past.targets()):
        raise HistoryError("no burglary, vehicle theft, theft from vehicle or robbery before the day of the forecast")
    span = day - int(past.day[0])
    if span < MIN_HISTORY_DAYS:
        raise HistoryError(f"only {span} days of history; at least {MIN_HISTORY_DAYS} are needed")
