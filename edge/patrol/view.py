"""A guide -> what a screen needs: state, minutes still useful, the next box with its honest odds, all boxes; JSON-ready. [proto-12]"""

from collections.abc import Sequence
from typing import Any, Final

from edge.patrol.carried import Carried, Today
from edge.patrol.guide import Guide
from forecast.guidance import COOL_DOWN_S, NO_GROUND, Dose, Spot, Where, bearing, minutes_useful, odds

STEPS_M: Final = (
    (300, 10),
    (1000, 50),
    (10**9, 100),
)  # up to so far, distance is said in such steps: a line a second at most
BEARING_STEP_DEG: Final = 10
NOTHING: Final = {"box": None, "dwell_min": None, "minutes_useful": None, "next": None}


def view(guide: Guide | None, today: Today | None) -> dict[str, Any]:
    """The whole view but for the list of boxes. `state`: no forecast, withdrawn, too old, no fix, or the guidance's own word."""
    if guide is None:
        return {"state": "no forecast", **NOTHING, "forecast": None, "notice": NO_GROUND}
    head = {"forecast": _forecast(guide.carried, today), "notice": NO_GROUND}
    why_not = idle(guide.carried, today)
    if why_not is None and guide.course.last is None:
        why_not = "no fix"
    if why_not is not None:
        return {"state": why_not, **NOTHING, **head}
    return {**_situation(guide), **head}


def idle(carried: Carried, today: Today | None) -> str | None:
    """Why this forecast sends nobody anywhere; None: it does."""
    if carried.is_withdrawn:
        return "withdrawn"
    if carried.is_too_old(today):
        return "too old"
    return None if carried.orders.anchor is not None else "not placed"


def boxes(guide: Guide | None, now_s: float) -> list[dict[str, Any]]:
    """All boxes: middle, odds, and the minutes that count for each within the cool-down."""
    if guide is None or guide.carried.orders.anchor is None:
        return []
    doses: Sequence[Dose | None] = guide.doses.now()
    told = []
    for number, (box, dose) in enumerate(zip(guide.carried.orders.boxes, doses, strict=True)):
        lat, lon = guide.carried.orders.middle(number)
        lately = dose is not None and now_s - dose.ended_s < COOL_DOWN_S
        minutes = round(dose.credit_s / 60) if dose is not None and lately else 0
        place = {"lat": round(lat, 5), "lon": round(lon, 5)}
        told.append({"box": number, **place, "odds": odds(box.expected), "dose_min": minutes})
    return told


def _situation(guide: Guide) -> dict[str, Any]:
    course, spot = guide.course, guide.course.last
    assert spot is not None
    inside = course.where in {Where.DWELL, Where.DONE}
    return {
        "state": course.where.value,
        "box": course.box if inside else None,
        "dwell_min": int(course.dwell_s // 60) if inside else None,
        "minutes_useful": round(minutes_useful(course)) if inside else None,
        "next": None if guide.next is None else _next(guide.carried, guide.next, spot),
    }


def _next(carried: Carried, box: int, spot: Spot) -> dict[str, Any]:
    orders = carried.orders
    distance_m, grid_deg = bearing(spot, orders.boxes[box])
    step_m = next(step for most, step in STEPS_M if distance_m < most)
    true_deg = grid_deg + (orders.anchor.convergence_deg if orders.anchor else 0.0)
    return {
        "box": box,
        "distance_m": round(distance_m / step_m) * step_m,
        "bearing_deg": round(true_deg / BEARING_STEP_DEG) * BEARING_STEP_DEG % 360,
        "odds": odds(orders.boxes[box].expected),
    }


def _forecast(carried: Carried, today: Today | None) -> dict[str, Any]:
    orders = carried.orders
    return {
        "set": carried.name,
        "version": carried.version,
        "model": orders.model.hex(),
        "day": orders.day,
        "shift": orders.shift,
        "boxes": len(orders.boxes),
        "side_m": orders.boxes[0].side_m if orders.boxes else None,
        "turn_deg": round(orders.anchor.convergence_deg, 4) if orders.anchor else None,
        "stale": carried.is_stale(today),
        "overdue": carried.is_overdue(today),
    }
