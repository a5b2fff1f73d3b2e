"""Events in, the same events with their squares shuffled out: a model that still shows skill on true days has seen what it should not."""

import numpy as np

from forecast.model.area import study_area
from forecast.model.events import Events


def shuffled(events: Events, box_m: float, rng: np.random.Generator) -> Events:
    """Every square of the study area trades places with another; events keep day, category and place within their square."""
    area = study_area(events, box_m)
    squares = np.argwhere(area.inside)
    swap = np.zeros((*area.inside.shape, 2), np.int64)
    swap[tuple(squares.T)] = squares[rng.permutation(len(squares))]
    i = np.floor(events.x_m / box_m).astype(np.int64) - area.i0
    j = np.floor(events.y_m / box_m).astype(np.int64) - area.j0
    moved = swap[i, j]
    return Events(
        events.day,
        events.minute,
        events.category,
        (events.x_m + np.round((moved[:, 0] - i) * box_m)).astype(np.int32),
        (events.y_m + np.round((moved[:, 1] - j) * box_m)).astype(np.int32),
    )
