"""Weighted points in, sums over freely placed boxes out: the lattice, its cells and their box sums."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.model.events import Ints

Floats = NDArray[np.float64]
STRIP_COLUMNS = 250  # fine columns held at a time: bounds memory to some 20 MB for a city 40 km high


@dataclass(frozen=True, slots=True)
class Lattice:
    """Cells of box_m / steps; a box is steps x steps cells. Cell (0, 0) has its lower left corner at (i0, j0) * cell_m, a multiple of the box."""

    box_m: float
    steps: int
    i0: int
    j0: int
    columns: int
    rows: int

    @property
    def cell_m(self) -> float:
        """Side of a cell in metres."""
        return self.box_m / self.steps

    def cells(self, x_m: Ints, y_m: Ints) -> NDArray[np.int64]:
        """Flat cell index (column-major by x) of each point; every point must lie on the lattice."""
        i = np.floor(x_m / self.cell_m).astype(np.int64) - self.i0
        j = np.floor(y_m / self.cell_m).astype(np.int64) - self.j0
        return i * self.rows + j

    def finer(self, steps: int) -> "Lattice":
        """The same ground with boxes of `steps` cells; steps must be a multiple of this lattice's."""
        by = steps // self.steps
        return Lattice(self.box_m, steps, self.i0 * by, self.j0 * by, self.columns * by, self.rows * by)


def lattice_over(x_m: Ints, y_m: Ints, box_m: float, steps: int) -> Lattice:
    """The lattice that holds all points with two boxes of margin."""
    low_i, low_j = int(np.floor(x_m.min() / box_m)) - 2, int(np.floor(y_m.min() / box_m)) - 2
    high_i, high_j = int(np.floor(x_m.max() / box_m)) + 3, int(np.floor(y_m.max() / box_m)) + 3
    return Lattice(box_m, steps, low_i * steps, low_j * steps, (high_i - low_i) * steps, (high_j - low_j) * steps)


def field(lattice: Lattice, cells: NDArray[np.int64], weights: Floats | None) -> Floats:
    """Summed weight of each cell, shape (columns, rows)."""
    size = lattice.columns * lattice.rows
    return np.bincount(cells, weights, size).reshape(lattice.columns, lattice.rows).astype(np.float64, copy=False)


def box_sums(values: Floats, steps: int) -> Floats:
    """Sum of each steps x steps block by its lower left cell, shape (columns - steps + 1, rows - steps + 1)."""
    return _windowed(_windowed(values, steps).T, steps).T


def strips(lattice: Lattice) -> Iterator[tuple[int, int]]:
    """(first, end) columns of cells for overlapping strips whose box anchors tile the lattice once."""
    last_anchor = lattice.columns - lattice.steps
    for first in range(0, last_anchor + 1, STRIP_COLUMNS):
        yield first, min(first + STRIP_COLUMNS, last_anchor + 1) + lattice.steps - 1


def _windowed(values: Floats, steps: int) -> Floats:
    sums = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    return np.asarray(sums[:, steps:] - sums[:, :-steps])
