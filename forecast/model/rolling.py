"""Events and a test period in, one scored day after another out: each day forecast from the days before it only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.model.area import study_area
from forecast.model.baselines import METHODS
from forecast.model.events import Events
from forecast.model.forecaster import Forecast, Prepared, forecast, month_start, prepared
from forecast.model.lattice import Floats
from forecast.model.scoring import hits_per_box
from forecast.model.volume import Volume, Weather, volume

OURS, NAIVE_FREE = "this forecast", "naive counts, free boxes"


@dataclass(frozen=True, slots=True)
class Trial:
    """What to evaluate: target days first <= day < end, share of the area, box side in metres, methods to compare with."""

    first: int
    end: int
    area_share: float
    box_m: float
    methods: tuple[str, ...] = tuple(METHODS)


@dataclass(frozen=True, slots=True)
class ScoredDay:
    """One day: the forecast, target events, hits in each of our boxes, hits of every method, and the day's volume forecasts."""

    forecast: Forecast
    ready: Prepared
    events: int
    box_hits: NDArray[np.int64]
    naive_hits: NDArray[np.int64]
    hits: Mapping[str, int]
    volume: float
    volume_without_weather: float


def scored_days(
    events: Events, test: Trial, weather: Mapping[int, Weather], history: Events | None = None
) -> Iterator[ScoredDay]:
    """Plays the test period in order; `history` (default: events) is learned from instead, for controls. HistoryError or ValueError when the time before it does not suffice."""
    area = study_area(events.before(test.first), test.box_m)
    count = area.boxes(test.area_share)
    if not count:
        raise ValueError(f"{test.area_share:g} of {area.km2:.2f} km2 is less than one box of {test.box_m:g} m")
    known = events if history is None else history
    ready: Prepared | None = None
    plain: Volume | None = None
    for day in range(test.first, test.end):
        if ready is None or plain is None or ready.day != month_start(day):
            ready = prepared(known, day, test.box_m, count, weather)
            plain = volume(known.before(ready.day).trainable(), ready.day, {})
        made = forecast(known, ready, day, test.box_m, count, weather.get(day))
        today = events.between(day, day + 1).targets()
        others = {name: METHODS[name](known.before(day), area, day, count) for name in test.methods}
        yield _scored(
            made, ready, today, others, ready.volume.expected(day, weather.get(day)), plain.expected(day, None)
        )


def _scored(
    made: Forecast, ready: Prepared, today: Events, boxes: Mapping[str, Floats], told: float, plain: float
) -> ScoredDay:
    own = _hits(made.boxes, today)
    others = {name: _hits(chosen, today) for name, chosen in boxes.items()}
    total = {OURS: int(own.sum())} | {name: int(hit.sum()) for name, hit in others.items()}
    return ScoredDay(made, ready, len(today), own, others.get(NAIVE_FREE, own * 0), total, told, plain)


def _hits(boxes: Floats, today: Events) -> NDArray[np.int64]:
    return hits_per_box(boxes, today.x_m, today.y_m)
