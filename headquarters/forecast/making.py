"""Events, a day and a shift in, one forecast with its marks, decisions and hashes out."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.model.area import study_area
from forecast.model.events import Events
from forecast.model.forecaster import Forecast, Prepared, forecast, prepared
from forecast.model.shifts import shift_expected
from forecast.model.volume import Weather
from forecast.safeguards import Decision, Marked, audited, capped, decided
from headquarters.forecast.reading import InputError

MODEL_VERSION = "1"  # raised whenever the same input would give other boxes


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for. study_before: the first day whose events no longer shape the study area; cap: most boxes a square of cap_m."""

    day: int
    shift: str | None
    area_share: float
    box_m: float
    study_before: int | None = None
    audit_share: float = 0.0
    cap: int | None = None
    cap_m: float = 2000.0


@dataclass(frozen=True, slots=True)
class Made:
    """One forecast, ready to be written: boxes best first, and everything that tells where it came from."""

    order: Order
    boxes: tuple[Marked, ...]
    ready: Prepared
    area_km2: float
    events: int
    last_event_day: int
    model_hash: str
    log: tuple[str, ...]

    @property
    def expected(self) -> float:
        """Expected target events in all boxes in the shift."""
        return sum(box.expected for box in self.boxes)


def made(events: Events, order: Order, weather: Mapping[int, Weather], decisions: Sequence[Decision]) -> Made:
    """The forecast for a day from events before it. InputError when there is nothing to forecast from."""
    past = events.before(order.day)
    if not len(past):
        raise InputError(f"there is no event before {dt.date.fromordinal(order.day)}")
    area = study_area(past.before(order.study_before or order.day), order.box_m)
    count = area.boxes(order.area_share)
    if not count:
        raise InputError(f"{order.area_share:g} of {area.km2:.2f} km2 is less than one box of {order.box_m:g} m")
    ready = prepared(past, order.day, order.box_m, count, weather)
    day = forecast(past, ready, order.day, order.box_m, count, weather.get(order.day))
    expected = day.expected if order.shift is None else shift_expected(past, day, order.shift)
    digest = model_hash(past, ready)
    boxes, log = _guarded(_marked(day, expected), order, decisions, digest)
    return Made(order, tuple(boxes), ready, area.km2, len(past), int(past.day[-1]), digest, tuple(log))


def model_hash(events: Events, ready: Prepared) -> str:
    """SHA-256 over model version, weights, calibration and every event used: the same forecast, the same hash."""
    digest = hashlib.sha256(MODEL_VERSION.encode())
    digest.update(repr((ready.fitted.recipe, ready.calibration)).encode())
    for column in (ready.fitted.weights, events.day, events.minute, events.category, events.x_m, events.y_m):
        digest.update(np.ascontiguousarray(column).data)
    return digest.hexdigest()


def _marked(day: Forecast, expected: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> list[Marked]:
    return [
        Marked((float(x0), float(y0), float(x1), float(y1)), float(value))
        for (x0, y0, x1, y1), value in zip(day.boxes, expected, strict=True)
    ]


def _guarded(
    boxes: list[Marked], order: Order, decisions: Sequence[Decision], digest: str
) -> tuple[list[Marked], list[str]]:
    kept, log = decided(boxes, decisions, order.box_m)
    if order.cap is not None:
        before = len(kept)
        kept = capped(kept, order.cap, order.cap_m)
        log.append(f"left out {before - len(kept)} box(es) over the cap of {order.cap} a district")
    if order.audit_share > 0:
        kept = audited(kept, order.day, bytes.fromhex(digest), order.audit_share)
    return kept, log
