"""Where events lie -> the study area in squares, and how many boxes a share of it allows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.model.events import Events

Mask = NDArray[np.bool_]
MAX_SPAN_M = 120_000  # the widest cities span 80 km; one mistyped coordinate would cost gigabytes


@dataclass(frozen=True, slots=True)
class StudyArea:
    """Squares of `box_m` with edges at multiples of it; inside[i, j] is the square whose lower left corner is ((i0 + i) * box_m, (j0 + j) * box_m)."""

    box_m: float
    i0: int
    j0: int
    inside: Mask

    @property
    def squares(self) -> int:
        """How many squares belong to the area."""
        return int(self.inside.sum())

    @property
    def km2(self) -> float:
        """The area in square kilometres."""
        return self.squares * self.box_m**2 / 1e6

    def boxes(self, area_share: float) -> int:
        """floor(share x area / box area): how many boxes the share allows."""
        return int(np.floor(area_share * self.squares + 1e-9))


def study_area(events: Events, box_m: float) -> StudyArea:
    """Squares that hold an event of any category, after a 3x3 closing and the filling of holes (forecasting.md, "How it is scored"). ValueError without events."""
    if not len(events):
        raise ValueError("no event before the first day: there is no study area")
    span_m = max(np.ptp(events.x_m.astype(np.int64)), np.ptp(events.y_m.astype(np.int64)))
    if span_m > MAX_SPAN_M:
        raise ValueError(
            f"events lie {span_m / 1000:.0f} km apart; a forecast is for one city, in metres (check coordinates)"
        )
    i = np.floor(events.x_m / box_m).astype(np.int64)
    j = np.floor(events.y_m / box_m).astype(np.int64)
    i0, j0 = int(i.min()) - 2, int(j.min()) - 2
    inside = np.zeros((int(i.max()) - i0 + 3, int(j.max()) - j0 + 3), np.bool_)
    inside[i - i0, j - j0] = True
    closed = ~_dilated(~_dilated(inside))
    return StudyArea(box_m, i0, j0, _filled(closed))


def _dilated(mask: Mask) -> Mask:
    padded = np.pad(mask, 1, mode="edge")
    rows = padded[:-2] | padded[1:-1] | padded[2:]
    return np.asarray(rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:], np.bool_)


def _filled(mask: Mask) -> Mask:
    """Holes filled: whatever the outside cannot reach over an edge (4-connected) is inside."""
    outside = np.zeros_like(mask)
    outside[[0, -1], :] = True
    outside[:, [0, -1]] = True
    outside &= ~mask
    while True:
        grown = outside.copy()
        grown[1:] |= outside[:-1]
        grown[:-1] |= outside[1:]
        grown[:, 1:] |= outside[:, :-1]
        grown[:, :-1] |= outside[:, 1:]
        grown &= ~mask
        if np.array_equal(grown, outside):
            return ~outside
        outside = grown
