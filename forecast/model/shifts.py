"""A day's forecast and a shift in, the expected hits of that shift by box out."""

from typing import Final

import numpy as np

from forecast.guidance import SHIFT_MINUTES
from forecast.model.events import Events
from forecast.model.forecaster import Forecast
from forecast.model.lattice import Floats
from forecast.model.scoring import hits_per_box
from forecast.model.volume import in_shift

PRIOR_EVENTS: Final = 20.0  # the city's share of the shift weighs as much as so many events of the box
SPAN_DAYS = 3 * 365


def shift_expected(events: Events, made: Forecast, shift: str) -> Floats:
    """Expected hits of each box in the shift: its own history's share, drawn to the city's. Without clock times: shares of length."""
    recent = events.targets().between(made.day - SPAN_DAYS, made.day)
    timed = recent.take(recent.minute >= 0)
    there = timed.take(in_shift(timed, shift))
    city = (len(there) + 1) / (len(timed) + len(SHIFT_MINUTES))
    own = hits_per_box(made.boxes, there.x_m, there.y_m)
    all_day = hits_per_box(made.boxes, timed.x_m, timed.y_m)
    return np.asarray(made.expected * (own + PRIOR_EVENTS * city) / (all_day + PRIOR_EVENTS))
