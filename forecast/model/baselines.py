"""Events before a day in, the boxes of the methods everyone compares with out."""

from collections.abc import Callable
from typing import Final

import numpy as np

from forecast.model.area import StudyArea
from forecast.model.events import Events
from forecast.model.lattice import Floats, Lattice, box_sums, field, lattice_over
from forecast.model.placing import greedy, ranked
from forecast.model.recipe import blurred

FREE_STEPS = 5  # the 50 m lattice of forecasting.md at 250 m boxes
GRID_ORIGINS = 5  # best fixed grid: five by five origins are compared on the past
PROSPECTIVE_DAYS, PROSPECTIVE_M = 21.0, 250.0  # Bowers, Johnson & Pease 2004, as measured in forecasting.md
KDE_DAYS, KDE_M = 365.0, 100.0  # one plain choice, not searched: forecasting.md has .075 / .215 for the best of 24
ETAS_DECAY_DAYS, ETAS_ROUNDS = 10.0, 30  # Mohler et al. 2015: exponential trigger within a cell
Method = Callable[[Events, StudyArea, int, int], Floats]


def naive_free(events: Events, area: StudyArea, day: int, count: int) -> Floats:
    """Long-run counts, boxes placed freely on the 50 m lattice, greedy, no overlap: the baseline that counts."""
    lattice, values = _counts(events, area.box_m, None, day)
    return _free(lattice, values, count)


def naive_grid(events: Events, area: StudyArea, day: int, count: int) -> Floats:
    """Long-run counts on the fixed grid whose edges are multiples of the box."""
    lattice, values = _counts(events, area.box_m, None, day)
    return _gridded(lattice, box_sums(values, FREE_STEPS), count, (0, 0))


def naive_best_grid(events: Events, area: StudyArea, day: int, count: int) -> Floats:
    """Long-run counts on that fixed grid, of 25 origins, that would have caught most so far."""
    lattice, values = _counts(events, area.box_m, None, day)
    sums = box_sums(values, FREE_STEPS)
    origins = [(i, j) for i in range(GRID_ORIGINS) for j in range(GRID_ORIGINS)]
    caught = [np.sort(sums[i::FREE_STEPS, j::FREE_STEPS].ravel())[-count:].sum() for i, j in origins]
    return _gridded(lattice, sums, count, origins[int(np.argmax(caught))])


def prospective(events: Events, area: StudyArea, day: int, count: int) -> Floats:
    """Prospective hotspot on the fixed grid: the last three weeks, each event spread over 250 m, weight falling as 1 / (1 + weeks)."""
    recent = events.targets().between(day - int(PROSPECTIVE_DAYS), day)
    lattice = lattice_over(events.x_m, events.y_m, area.box_m, FREE_STEPS)
    weights = 1.0 / (1.0 + (day - recent.day) / 7.0)
    values = field(lattice, lattice.cells(recent.x_m, recent.y_m), weights)
    return _gridded(lattice, box_sums(blurred(values, PROSPECTIVE_M / 2 / lattice.cell_m), FREE_STEPS), count, (0, 0))


def kernel_density(events: Events, area: StudyArea, day: int, count: int) -> Floats:
    """Gaussian kernel density with exponential decay on the fixed grid."""
    lattice, values = _counts(events, area.box_m, KDE_DAYS, day)
    return _gridded(lattice, box_sums(blurred(values, KDE_M / lattice.cell_m), FREE_STEPS), count, (0, 0))


def etas(events: Events, area: StudyArea, day: int, count: int) -> Floats:
    """Self-exciting rate of each grid cell: background + triggered, parameters by EM on the last two years (Mohler et al. 2015)."""
    targets = events.targets()
    lattice = lattice_over(events.x_m, events.y_m, area.box_m, 1)
    cells = lattice.cells(targets.x_m, targets.y_m)
    recent = targets.day >= day - 730
    theta = _triggered_share(targets.day[recent], cells[recent])
    span = max(day - int(targets.day[0]), 1)
    background = (1 - theta) * np.bincount(cells, minlength=lattice.columns * lattice.rows) / span
    ages = day - targets.day
    triggered = np.bincount(cells, theta / ETAS_DECAY_DAYS * np.exp(-ages / ETAS_DECAY_DAYS), len(background))
    return _gridded(lattice, (background + triggered).reshape(lattice.columns, lattice.rows), count, (0, 0))


METHODS: Final[dict[str, Method]] = {
    "naive counts, fixed grid": naive_grid,
    "naive counts, best fixed grid": naive_best_grid,
    "naive counts, free boxes": naive_free,
    "prospective hotspot": prospective,
    "kernel density": kernel_density,
    "ETAS": etas,
}


def _triggered_share(
    days: "np.ndarray[tuple[int], np.dtype[np.int32]]", cells: "np.ndarray[tuple[int], np.dtype[np.int64]]"
) -> float:
    """EM for the share of events that earlier ones in the same cell set off; the decay is fixed."""
    if len(days) < 2:
        return 0.0
    order = np.lexsort((days, cells))
    days, cells = days[order].astype(np.int64), cells[order]
    kernel = np.zeros(len(days))
    for lag in range(1, min(40, len(days))):
        same = cells[lag:] == cells[:-lag]
        age = days[lag:] - days[:-lag]
        kernel[lag:] += np.where(same & (age > 0), np.exp(-age / ETAS_DECAY_DAYS) / ETAS_DECAY_DAYS, 0.0)
    rate = np.bincount(cells)[cells] / max(int(days.max() - days.min()), 1)
    theta = 0.1
    for _ in range(ETAS_ROUNDS):
        theta = float((theta * kernel / (theta * kernel + (1 - theta) * rate + 1e-12)).mean())
    return theta


def _counts(events: Events, box_m: float, tau_days: float | None, day: int) -> tuple[Lattice, Floats]:
    targets = events.targets()
    lattice = lattice_over(events.x_m, events.y_m, box_m, FREE_STEPS)
    weights = None if tau_days is None else np.exp((targets.day - day) / tau_days)
    return lattice, field(lattice, lattice.cells(targets.x_m, targets.y_m), weights)


def _free(lattice: Lattice, values: Floats, count: int) -> Floats:
    sums = np.round(box_sums(values, FREE_STEPS), 9)
    i, j = np.nonzero(sums > 0)
    chosen = greedy(ranked(i, j, sums[i, j]), count, FREE_STEPS)
    return _boxes(lattice, chosen.i, chosen.j)


def _gridded(lattice: Lattice, sums: Floats, count: int, origin: tuple[int, int]) -> Floats:
    """The best squares of one grid; `sums` by lower left cell."""
    i0, j0 = origin
    grid = np.round(sums[i0 :: lattice.steps, j0 :: lattice.steps], 9)
    order = np.argsort(-grid.ravel(), kind="stable")[:count]
    i, j = np.divmod(order, grid.shape[1])
    return _boxes(lattice, i * lattice.steps + i0, j * lattice.steps + j0)


def _boxes(
    lattice: Lattice, i: "np.ndarray[tuple[int], np.dtype[np.int64]]", j: "np.ndarray[tuple[int], np.dtype[np.int64]]"
) -> Floats:
    x, y = (lattice.i0 + i) * lattice.cell_m, (lattice.j0 + j) * lattice.cell_m
    return np.stack([x, y, x + lattice.box_m, y + lattice.box_m], axis=1)
