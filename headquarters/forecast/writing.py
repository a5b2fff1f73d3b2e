"""A made forecast -> JSON, GeoJSON and the compact wire form."""

import datetime as dt
import math
from typing import Final

from forecast.frame import degrees
from forecast.guidance import NO_GROUND, odds
from forecast.model.surface import FINE_STEPS
from forecast.safeguards import Marked, patrolled
from forecast.wire import Anchor, Box, Patrol, encode
from headquarters.forecast.making import Made

EPOCH = dt.date(1970, 1, 1).toordinal()
FARTHEST_M: Final = 60_000  # beyond it the frame about the anchor is off by more than a receiver's fix
Json = dict[str, object]


def as_json(made: Made) -> Json:
    """The whole forecast; `date`, `boxes` and `expected` as in `evaluate --boxes-out`."""
    order, ready = made.order, made.ready
    return {
        "date": dt.date.fromordinal(order.day).isoformat(),
        "boxes": [[_short(v) for v in box.corners] for box in made.boxes],
        "expected": round(made.expected, 4),
        "shift": order.shift or "all",
        "box_expected": [round(box.expected, 6) for box in made.boxes],
        "odds": [odds(box.expected) for box in made.boxes],
        "audit": [box.audit for box in made.boxes],
        "area_share": order.area_share, "box_m": order.box_m, "area_km2": round(made.area_km2, 4),
        "events": made.events, "last_event": dt.date.fromordinal(made.last_event_day).isoformat(),
        "learned_before": dt.date.fromordinal(ready.day).isoformat(), "recipe": ready.fitted.recipe,
        "calibration": {"slope": round(ready.calibration.slope, 6), "floor": round(ready.calibration.floor, 8), "hits": ready.calibration.hits},
        "model_hash": made.model_hash, "decisions": list(made.log), "notice": NO_GROUND,
    }  # fmt: skip


def as_geojson(made: Made, anchor: Anchor | None) -> Json:
    """One polygon a box: in degrees when an anchor ties the frame to WGS 84 (RFC 7946), else in the file's metres, and it says so."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [_ring(box, anchor)]},
            "properties": {
                "rank": rank,
                "expected": round(box.expected, 6),
                "odds": odds(box.expected),
                "audit": box.audit,
            },
        }
        for rank, box in enumerate(made.boxes, start=1)
    ]
    return {
        "type": "FeatureCollection", "features": features, "frame": "WGS 84" if anchor else "metres of the events file",
        "date": dt.date.fromordinal(made.order.day).isoformat(), "shift": made.order.shift or "all", "notice": NO_GROUND,
    }  # fmt: skip


def check_anchor(anchor: Anchor, made: Made) -> None:
    """Raises ValueError when the anchor lies so far from the boxes that it must be a mistake, or the frame no longer fits."""
    far_m = max((math.hypot(b.corners[0] - anchor.x_m, b.corners[1] - anchor.y_m) for b in made.boxes), default=0.0)
    if far_m > FARTHEST_M:
        raise ValueError(
            f"--anchor: its X,Y lie {far_m / 1000:.0f} km from a box; give a point in the city, in metres of the events' frame"
        )


def as_wire(made: Made, anchor: Anchor | None) -> bytes:
    """What travels to cars: patrolled boxes only. ValueError when an analyst's box is off the lattice of whole decimetres."""
    order = made.order
    cell_m = order.box_m / FINE_STEPS
    # Analysts' boxes and uneven cells fall back to decimetres.
    on_lattice = math.isclose(cell_m * 10, round(cell_m * 10)) and all(
        _even(v, cell_m) for b in made.boxes for v in b.corners[:2]
    )
    unit = cell_m if on_lattice else 0.1
    boxes = tuple(Box(_to(b.corners[0], unit), _to(b.corners[1], unit), b.expected) for b in patrolled(made.boxes))
    return encode(
        Patrol(
            order.day - EPOCH,
            order.shift or "all",
            order.box_m,
            unit,
            bytes.fromhex(made.model_hash)[:8],
            anchor,
            boxes,
        )
    )


def _ring(box: Marked, anchor: Anchor | None) -> list[list[float]]:
    x0, y0, x1, y1 = box.corners
    ring = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
    return [_lon_lat(anchor, x, y) if anchor else [_short(x), _short(y)] for x, y in ring]


def _lon_lat(anchor: Anchor, x_m: float, y_m: float) -> list[float]:
    lat_deg, lon_deg = degrees(anchor, x_m, y_m)
    return [round(lon_deg, 7), round(lat_deg, 7)]


def _even(value: float, unit: float) -> bool:
    return abs(value / unit - round(value / unit)) < 1e-9


def _to(value: float, unit: float) -> float:
    return round(value / unit) * unit


def _short(value: float) -> float:
    return int(value) if float(value).is_integer() else round(float(value), 3)
