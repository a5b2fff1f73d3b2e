"""Raw box scores and what followed in the past year in, honest expected hits out."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from forecast.model.events import Events
from forecast.model.lattice import Floats
from forecast.model.placing import greedy
from forecast.model.scoring import hits_per_box
from forecast.model.surface import FINE_STEPS, fine_candidates, surface

SPAN_DAYS = 360
EVERY_DAYS = 30  # boxes kept two weeks still catch 98 % (forecasting.md, 5)
MIN_HISTORY_DAYS = 120
UNKNOWN_SLOPE: Final = 0.85  # a cautious guess until a year can be played: the best of many look better than they are
PRIOR_HITS = 30.0
ROUNDS = 300


@dataclass(frozen=True, slots=True)
class Calibration:
    """expected = slope x score + floor, both in target events a day; `hits` seen in the past boxes stand behind it."""

    slope: float
    floor: float
    hits: int

    def expected(self, score: Floats) -> Floats:
        """Calibrated hits a day of boxes with these raw scores, on a usual day."""
        return self.slope * score + self.floor


def calibrated(events: Events, weights: Floats, day: int, box_m: float, count: int) -> Calibration:
    """Plays the past year month by month: boxes from before, hits from after."""
    first = int(events.day[0]) if len(events) else day
    starts = [d for d in range(day - SPAN_DAYS, day - EVERY_DAYS + 1, EVERY_DAYS) if d - first >= MIN_HISTORY_DAYS]
    if not starts or not count:
        return Calibration(UNKNOWN_SLOPE, 0.0, 0)
    parts = [_played(events, weights, start, box_m, count) for start in starts]
    score, seen = (np.concatenate(column) for column in zip(*parts, strict=True))
    return _line(score, seen)


def _played(events: Events, weights: Floats, day: int, box_m: float, count: int) -> tuple[Floats, Floats]:
    lattice, candidates = fine_candidates(surface(events.before(day), weights, day, box_m), count)
    chosen = greedy(candidates, count, FINE_STEPS)
    x, y = (lattice.i0 + chosen.i) * lattice.cell_m, (lattice.j0 + chosen.j) * lattice.cell_m
    later = events.between(day, day + EVERY_DAYS).targets()
    seen = hits_per_box(np.stack([x, y, x + box_m, y + box_m], axis=1), later.x_m, later.y_m)
    return chosen.score, seen / EVERY_DAYS


def _line(score: Floats, seen: Floats) -> Calibration:
    """Poisson fit of slope and floor, both >= 0, with UNKNOWN_SLOPE as a prior worth PRIOR_HITS."""
    columns = np.stack([score, np.full(len(score), float(score.mean()))], axis=1)
    totals = columns.sum(axis=0)
    prior = np.array([UNKNOWN_SLOPE - 0.05, 0.05]) * PRIOR_HITS / EVERY_DAYS
    scale = prior.sum() / (UNKNOWN_SLOPE * totals[0])
    weights = np.array([UNKNOWN_SLOPE - 0.05, 0.05])
    for _ in range(ROUNDS):
        expected = columns @ weights + 1e-12
        weights = (weights * (columns.T @ (seen / expected)) + prior) / (totals * (1 + scale))
    return Calibration(float(weights[0]), float(weights[1] * score.mean()), round(float(seen.sum()) * EVERY_DAYS))
