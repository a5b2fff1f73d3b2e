"""Daily counts, calendar and weather in, expected target events of a day or shift out. Weather moves the volume, never the map."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.guidance import SHIFT_MINUTES
from forecast.model.events import UNKNOWN_MINUTE, Events
from forecast.model.lattice import Floats

SPAN_DAYS = 3 * 365  # enough for seasons and weekdays, short enough to forget another regime
MIN_DAYS = 56  # eight weeks before weekdays are believed
LEVEL_DAYS = 90  # the level follows the last quarter of a year ...
LEVEL_EVENTS = 200.0  # ... against a prior of "as fitted" worth so many events
SNOW_MM = 25.4  # an inch: the step that was measured (forecasting.md, 4)
RIDGE = 1.0  # pulls effects that few days speak for to nil


@dataclass(frozen=True, slots=True)
class Weather:
    """One day's weather; None is unknown."""

    rain_mm: float | None
    snow_mm: float | None
    mean_c: float | None = None


@dataclass(frozen=True, slots=True)
class Volume:
    """Log-linear model of target events a day; `level` corrects for the last weeks."""

    effects: Floats
    level: float
    usual: float
    with_weather: bool

    def expected(self, day: int, weather: Weather | None) -> float:
        """Expected target events on a day."""
        if not len(self.effects):
            return self.usual
        row = _row(day, weather, self.with_weather)
        return float(np.exp(np.clip(row @ self.effects, -10, 15))) * self.level


def volume(events: Events, day: int, weather: Mapping[int, Weather]) -> Volume:
    """Fitted on target events before `day`. weather: by ordinal; empty when none is given."""
    targets = events.targets().before(day)
    first = max(int(events.day[0]) if len(events) else day, day - SPAN_DAYS)
    days = np.arange(first, day)
    counts = np.bincount(targets.day[targets.day >= first] - first, minlength=len(days)).astype(np.float64)
    usual = float(counts[-365:].mean()) if len(counts) else 0.0
    if len(days) < MIN_DAYS or counts.sum() < MIN_DAYS:
        return Volume(np.zeros(0), 1.0, usual, False)
    with_weather = sum(1 for d in days if int(d) in weather) >= MIN_DAYS
    rows = np.stack([_row(int(d), weather.get(int(d)), with_weather) for d in days])
    effects = _poisson(rows, counts)
    fitted = np.exp(rows @ effects)
    seen, meant = counts[-LEVEL_DAYS:].sum(), fitted[-LEVEL_DAYS:].sum()
    return Volume(effects, float((seen + LEVEL_EVENTS) / (meant + LEVEL_EVENTS)), usual, with_weather)


def shift_of(minute: int) -> str:
    """The shift of a minute of the day."""
    for name, (start, end) in SHIFT_MINUTES.items():
        if start <= minute < end:
            return name
    return "night"


def in_shift(events: Events, shift: str) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Which events lie in the shift; those without a clock time in none."""
    start, end = SHIFT_MINUTES[shift]
    known = events.minute != UNKNOWN_MINUTE
    if start < end:
        return np.asarray(known & (events.minute >= start) & (events.minute < end))
    return np.asarray(known & ((events.minute >= start) | (events.minute < end)))


def _row(day: int, weather: Weather | None, with_weather: bool) -> Floats:
    date = dt.date.fromordinal(day)
    turn = 2 * np.pi * date.timetuple().tm_yday / 365.25
    row = [1.0, *(1.0 if date.weekday() == k else 0.0 for k in range(6))]
    row += [np.sin(turn), np.cos(turn), np.sin(2 * turn), np.cos(2 * turn)]
    row += [float((date.month, date.day) in {(12, 24), (12, 25)}), float((date.month, date.day) == (1, 1))]
    if with_weather:
        rain, snow, mean_c = (weather.rain_mm, weather.snow_mm, weather.mean_c) if weather else (None, None, None)
        row += [
            min(rain or 0.0, 50.0) / 25.4,
            float((snow or 0.0) >= SNOW_MM),
            (mean_c - 12.0) / 10.0 if mean_c is not None else 0.0,
        ]
    return np.array(row)


def _poisson(rows: Floats, counts: Floats) -> Floats:
    """Ridge Poisson regression by iteratively re-weighted least squares; the intercept is not shrunk."""
    effects = np.zeros(rows.shape[1])
    effects[0] = np.log(counts.mean() + 1e-9)
    ridge = np.eye(rows.shape[1]) * RIDGE
    ridge[0, 0] = 1e-9
    for _ in range(12):
        expected = np.exp(np.clip(rows @ effects, -10, 15))
        slope = rows.T @ (counts - expected) - ridge @ effects
        effects = effects + np.linalg.solve((rows * expected[:, None]).T @ rows + ridge, slope)
    return np.round(effects, 12)
