"""Boxes and a day's events in, hits out; hits of many days in, rates with day-bootstrap intervals out (forecasting.md, "How it is scored")."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.model.events import Events, Ints
from forecast.model.lattice import Floats

BOOTSTRAPS = 1000


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float


def hits_per_box(boxes: Floats, x_m: Ints, y_m: Ints) -> NDArray[np.int64]:
    """Events inside each box (x_min, y_min, x_max, y_max; left and lower edge included), shape (boxes,)."""
    if not len(x_m) or not len(boxes):
        return np.zeros(len(boxes), np.int64)
    x, y = x_m[None, :], y_m[None, :]
    inside = (x >= boxes[:, 0:1]) & (x < boxes[:, 2:3]) & (y >= boxes[:, 1:2]) & (y < boxes[:, 3:4])
    return np.asarray(inside.sum(axis=1), np.int64)


def hits(boxes: Floats, events: Events) -> int:
    """Target events inside the boxes; no event counts twice since boxes do not overlap."""
    targets = events.targets()
    return int(hits_per_box(boxes, targets.x_m, targets.y_m).sum())


def hit_rate(hit: NDArray[np.int64], events: NDArray[np.int64], draws: NDArray[np.int64]) -> Interval:
    """Hits / events over days, with an interval from resampled days (`draws`: (BOOTSTRAPS, days) indices)."""
    rates = hit[draws].sum(axis=1) / np.maximum(events[draws].sum(axis=1), 1)
    return _interval(hit.sum() / max(int(events.sum()), 1), rates)


def gain(hit: NDArray[np.int64], base: NDArray[np.int64], draws: NDArray[np.int64]) -> Interval:
    """Relative gain in hits over a base method, days paired."""
    ratios = hit[draws].sum(axis=1) / np.maximum(base[draws].sum(axis=1), 1) - 1
    return _interval(hit.sum() / max(int(base.sum()), 1) - 1, ratios)


def _interval(value: float, resampled: Floats) -> Interval:
    low, high = np.percentile(resampled, (2.5, 97.5))
    return Interval(float(value), float(low), float(high))
