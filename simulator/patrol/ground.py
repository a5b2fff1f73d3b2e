"""A forecast's file and an events file -> the boxes of a shift, and the places that calls come from. Metres of one frame."""

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from forecast.guidance import Square, received

EPOCH: Final = dt.date(1970, 1, 1)
MOST_CALL_PLACES: Final = 20_000  # of the newest events; more of them say nothing new


class GroundError(ValueError):
    """A file that no shift can be driven on; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Boxes with their expected hits in the shift (or day), and where calls come from."""

    boxes: tuple[Square, ...]
    calls: tuple[tuple[float, float], ...]


def ground(forecast: Path, events: Path) -> Ground:
    """`forecast`: what `patrol-hq forecast make` wrote, JSON or .pf. Raises GroundError, OSError."""
    day, boxes = _boxes(forecast)
    if not boxes:
        raise GroundError(f"{forecast.name} has no boxes: there is nowhere to patrol")
    calls = _calls(events, day)
    if not calls:
        raise GroundError(f"{events.name} holds no event before {day}: nobody calls")
    return Ground(boxes, calls)


def _boxes(path: Path) -> tuple[dt.date, tuple[Square, ...]]:
    content = path.read_bytes()
    try:
        if path.suffix == ".pf":
            orders = received(content)
            return EPOCH + dt.timedelta(orders.day), orders.boxes
        made = json.loads(content)
        pairs = zip(made["boxes"], made["box_expected"], strict=True)
        boxes = tuple(Square(x0, y0, x1 - x0, float(expected)) for (x0, y0, x1, _), expected in pairs)
        return dt.date.fromisoformat(made["date"]), boxes
    except (ValueError, TypeError, KeyError) as error:
        raise GroundError(f"{path.name} is no forecast as `patrol-hq forecast make` writes it") from error


def _calls(path: Path, day: dt.date) -> tuple[tuple[float, float], ...]:
    from headquarters.forecast.reading import InputError, read_events  # here: numpy takes 0.1 s to load

    try:
        past = read_events(path, before=day.toordinal())
    except InputError as error:
        raise GroundError(str(error)) from error
    places = zip(past.x_m[-MOST_CALL_PLACES:].tolist(), past.y_m[-MOST_CALL_PLACES:].tolist(), strict=True)
    return tuple((float(x_m), float(y_m)) for x_m, y_m in places)
