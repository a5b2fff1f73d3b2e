"""Columns of events in, one checked, day-sorted table out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.categories import CATEGORIES, TARGETS, VICTIM_REPORTED

Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]
UNKNOWN_MINUTE = -1  # in the packed column only; a day without a clock time


@dataclass(frozen=True, slots=True)
class Events:
    """Events sorted by day (stable). day: proleptic ordinal; minute of day or UNKNOWN_MINUTE; category: code; x_m, y_m: whole metres. All shape (n,)."""

    day: Ints
    minute: NDArray[np.int16]
    category: NDArray[np.int8]
    x_m: Ints
    y_m: Ints

    def __post_init__(self) -> None:
        """ValueError when columns differ in length, days are not sorted or a category code is unknown."""
        if len({len(self.day), len(self.minute), len(self.category), len(self.x_m), len(self.y_m)}) != 1:
            raise ValueError("columns differ in length")
        if len(self.day) and (np.diff(self.day) < 0).any():
            raise ValueError("events are not sorted by day")
        if len(self.day) and not 0 <= int(self.category.min()) <= int(self.category.max()) < len(CATEGORIES):
            raise ValueError("a category code is unknown")

    def __len__(self) -> int:
        """How many events."""
        return len(self.day)

    def take(self, which: slice | Bools | NDArray[np.int64]) -> "Events":
        """The events a slice, mask or index array picks, in order."""
        return Events(self.day[which], self.minute[which], self.category[which], self.x_m[which], self.y_m[which])

    def before(self, day: int) -> "Events":
        """The events of all days before `day` (ordinal)."""
        return self.take(slice(0, int(np.searchsorted(self.day, day))))

    def between(self, first: int, end: int) -> "Events":
        """The events of days first <= day < end (ordinals)."""
        low, high = np.searchsorted(self.day, (first, end))
        return self.take(slice(int(low), int(high)))

    def targets(self) -> "Events":
        """The events that are forecast and scored."""
        return self.take(self.category < len(TARGETS))

    def trainable(self) -> "Events":
        """The events a model may learn from: victim-reported categories only."""
        return self.take(self.category < len(VICTIM_REPORTED))


def sorted_events(day: Ints, minute: NDArray[np.int16], category: NDArray[np.int8], x_m: Ints, y_m: Ints) -> Events:
    """Events from unsorted columns; the order within a day is kept, so a file cut at a day gives a prefix."""
    order = np.argsort(day, kind="stable")
    return Events(day[order], minute[order], category[order], x_m[order], y_m[order])
