"""Events and mixture weights in, scored box anchors out: coarse everywhere, fine where a box could be chosen."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecast.categories import CATEGORIES
from forecast.model.events import Events
from forecast.model.lattice import Floats, Lattice, box_sums, field, lattice_over, strips
from forecast.model.placing import Anchors, Candidates, greedy, ranked
from forecast.model.recipe import TERMS, term_field, weight_table

COARSE_STEPS: Final = 5  # 50 m at 250 m boxes: the lattice of the baseline
FINE_STEPS: Final = 25  # 10 m at 250 m boxes: a box may be fitted to single addresses
BY: Final = FINE_STEPS // COARSE_STEPS
BLOCK_ROWS = 200  # fine rows summed at a time: fits a cache, and blocks without hope are left out
SLACK = 0.8  # a fine box below this share of the last coarse one is never needed, as a rule
DIGITS = 9  # scores are rounded to 1e-9 events a day, so that equal boxes tie whatever the order of sums


@dataclass(frozen=True, slots=True)
class Surface:
    """Expected target events a day: `spread` on coarse cells (Gaussian terms), `points` as a weight for each event."""

    coarse: Lattice
    spread: Floats
    events: Events
    weights: Floats


def surface(events: Events, weights: Floats, day: int, box_m: float) -> Surface:
    """The mixture at `day` from trainable events before it. weights: one for each of recipe.TERMS."""
    coarse = lattice_over(events.x_m, events.y_m, box_m, COARSE_STEPS)
    at = coarse.cells(events.x_m, events.y_m)
    spread = np.zeros((coarse.columns, coarse.rows))
    for term, weight in zip(TERMS, weights, strict=True):
        if term.sigma_m is not None and weight > 0:
            spread += weight * term_field(term, events, coarse, at, day)
    table = weight_table(weights, day - int(events.day[0]), len(CATEGORIES))
    return Surface(coarse, spread, events, table[events.category, day - events.day])


def coarse_candidates(shape: Surface) -> Candidates:
    """Every anchor of the coarse lattice with a positive score."""
    at = shape.coarse.cells(shape.events.x_m, shape.events.y_m)
    sums = np.round(box_sums(field(shape.coarse, at, shape.weights) + shape.spread, COARSE_STEPS), DIGITS)
    i, j = np.nonzero(sums > 0)
    return ranked(i, j, sums[i, j])


def fine_candidates(shape: Surface, count: int) -> tuple[Lattice, Candidates]:
    """Fine anchors that may be among the best `count` boxes, and their lattice."""
    fine = shape.coarse.finer(FINE_STEPS)
    rough = greedy(coarse_candidates(shape), count, COARSE_STEPS)
    if not len(rough):
        return fine, rough
    return fine, above(shape, fine, SLACK * float(rough.score[-1]))


def above(shape: Surface, fine: Lattice, threshold: float) -> Candidates:
    """Fine anchors whose box scores at least `threshold`."""
    column = np.floor(shape.events.x_m / fine.cell_m).astype(np.int64) - fine.i0
    row = np.floor(shape.events.y_m / fine.cell_m).astype(np.int64) - fine.j0
    hopeful = _hopeful(shape, threshold)
    parts: list[tuple[Anchors, Anchors, Floats]] = []
    for first, end in strips(fine):
        inside = (column >= first) & (column < end)
        flat = (column[inside] - first) * fine.rows + row[inside]
        summed = np.bincount(flat, shape.weights[inside], (end - first) * fine.rows).astype(np.float64, copy=False)
        values: Floats = summed.reshape(end - first, fine.rows) + _refined(shape.spread, first, end)
        for low in range(0, fine.rows - FINE_STEPS + 1, BLOCK_ROWS):
            if not hopeful[first // BY : end // BY + 1, low // BY : (low + BLOCK_ROWS) // BY + 1].any():
                continue
            sums = box_sums(values[:, low : low + BLOCK_ROWS + FINE_STEPS - 1], FINE_STEPS)
            i, j = np.nonzero(sums >= threshold)
            parts.append((i + first, j + low, np.round(sums[i, j], DIGITS)))
    return ranked(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _hopeful(shape: Surface, threshold: float) -> NDArray[np.bool_]:
    """Coarse cells from which some fine box may reach the threshold: it lies within six by six coarse cells."""
    at = shape.coarse.cells(shape.events.x_m, shape.events.y_m)
    values = np.pad(field(shape.coarse, at, shape.weights) + shape.spread, ((0, COARSE_STEPS), (0, COARSE_STEPS)))
    return np.asarray(box_sums(values, COARSE_STEPS + 1) >= threshold * (1 - 1e-9))


def _refined(spread: Floats, first: int, end: int) -> NDArray[np.float64]:
    """Fine columns first..end of a coarse field: each coarse cell's amount spread evenly."""
    low, high = first // BY, -(-end // BY)
    repeated = np.repeat(np.repeat(spread[low:high] / BY**2, BY, axis=0), BY, axis=1)
    return repeated[first - low * BY : end - low * BY]
