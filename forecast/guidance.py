"""Fixes in metres and seconds in; dwell in boxes, the next box and honest odds out. Pure Python: the car imports it."""

import enum
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from forecast.frame import degrees
from forecast.frame import metres as metres
from forecast.wire import Anchor as Anchor
from forecast.wire import Box, Patrol, decode, encode

MARGIN_M = 30.0  # a car parked on the border stays in
AWAY_FIXES: Final = 2  # beyond the margin, one fix may be a wander
BORDER_FIXES: Final = (
    10  # within the margin but in a box that touches: a car parked on the line between two is in one of them
)
MAX_ACCURACY_M = 50.0  # worse fixes say nothing about a 250 m box
MAX_GAP_S = 60.0  # a tunnel is bridged, a lost evening is not
MAX_SPEED_MPS = 70.0  # faster is a jump of the receiver, not a car
CREDIT_S = 15 * 60.0  # Koper: the effect levels off after a quarter of an hour
COOL_DOWN_S = 2 * 3600.0  # Koper: come back within two hours
STAY_S = 12 * 60.0  # what a visit costs besides the way: the middle of 10-16 minutes
KEPT: Final = 1.3  # another box must be so much better before the car is sent elsewhere halfway
SHIFT_MINUTES: Final[Mapping[str, tuple[int, int]]] = {
    "day": (7 * 60, 15 * 60), "evening": (15 * 60, 23 * 60), "night": (23 * 60, 7 * 60),
}  # fmt: skip
NO_GROUND: Final = "A box gives no ground for a stop."


class Where(enum.Enum):
    """Where the car is with regard to a box."""

    OUTSIDE = "outside"
    ENTERING = "entering"
    DWELL = "dwell"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Square:
    """A box on the ground: lower left corner, side, expected target events in the shift."""

    x_m: float
    y_m: float
    side_m: float
    expected: float

    def holds(self, x_m: float, y_m: float, margin_m: float = 0.0) -> bool:
        """Whether a point lies inside, widened by a margin; left and lower edge included."""
        low, high = -margin_m, self.side_m + margin_m
        return low <= x_m - self.x_m < high and low <= y_m - self.y_m < high


@dataclass(frozen=True, slots=True)
class Spot:
    """One fix: running seconds (never the wall clock), metres in the boxes' frame, accuracy or None when unknown."""

    at_s: float
    x_m: float
    y_m: float
    accuracy_m: float | None


@dataclass(frozen=True, slots=True)
class Visit:
    """A finished dwell: which box, from when, how long, and the seconds credited."""

    box: int
    from_s: float
    dwell_s: float
    credit_s: float


@dataclass(frozen=True, slots=True)
class Orders:
    """A forecast as the car holds it. day: days since 1970-01-01; shift: all, day, evening or night; no boxes: patrol as you see fit."""

    day: int
    shift: str
    model: bytes
    anchor: Anchor | None
    boxes: tuple[Square, ...]

    def spot(self, at_s: float, lat_deg: float, lon_deg: float, accuracy_m: float | None) -> Spot | None:
        """A WGS 84 fix in the boxes' frame; None when the forecast does not say where its frame lies."""
        if self.anchor is None:
            return None
        return Spot(at_s, *metres(self.anchor, lat_deg, lon_deg), accuracy_m)

    def middle(self, box: int) -> tuple[float, float]:
        """Latitude and longitude of a box's middle. ValueError when the forecast does not say where its frame lies."""
        if self.anchor is None:
            raise ValueError("the forecast has no anchor")
        square = self.boxes[box]
        return degrees(self.anchor, square.x_m + square.side_m / 2, square.y_m + square.side_m / 2)

    def is_for(self, day: int, minute: int) -> bool:
        """Whether it was made for this local day (since 1970-01-01) and minute of it. A night is of the day on which it begins or ends."""
        start, end = SHIFT_MINUTES.get(self.shift, (0, 24 * 60))
        if start < end:
            return day == self.day and start <= minute < end
        return (day == self.day and minute >= start) or (minute < end and day in {self.day, self.day + 1})


@dataclass(frozen=True, slots=True)
class Course:
    """State between fixes. `box` is meant by every state but OUTSIDE; `odd`: a jump not yet believed.

    `seen_s`: the latest fix that spoke for the box; `away`: how many in a row have not since.
    """

    where: Where = Where.OUTSIDE
    box: int | None = None
    since_s: float = 0.0
    seen_s: float = 0.0
    dwell_s: float = 0.0
    away: int = 0
    last: Spot | None = None
    odd: Spot | None = None


def received(packed: bytes) -> Orders:
    """The orders in a forecast's compact wire form; ValueError for any other bytes."""
    patrol = decode(packed)
    boxes = tuple(Square(box.x_m, box.y_m, patrol.side_m, box.expected) for box in patrol.boxes)
    return Orders(patrol.day, patrol.shift, patrol.model, patrol.anchor, boxes)


def packed(orders: Orders, cell_m: float) -> bytes:
    """The compact wire form of orders whose corners lie on multiples of cell_m; ValueError otherwise, or for boxes of several sides."""
    sides = {box.side_m for box in orders.boxes}
    if len(sides) > 1:
        raise ValueError("boxes of one forecast have one side")
    boxes = tuple(Box(box.x_m, box.y_m, box.expected) for box in orders.boxes)
    return encode(
        Patrol(orders.day, orders.shift, max(sides, default=cell_m), cell_m, orders.model, orders.anchor, boxes)
    )


def step(course: Course, spot: Spot, boxes: Sequence[Square]) -> tuple[Course, Visit | None]:
    """The state after one fix, and the visit that it ended, if any. Fixes that are too vague, go back in time or jump once are passed over."""
    if spot.accuracy_m is not None and spot.accuracy_m > MAX_ACCURACY_M:
        return course, None
    last = course.last
    if last is not None:
        if spot.at_s <= last.at_s:
            return course, None
        if _jumps(last, spot) and (course.odd is None or _jumps(course.odd, spot) or spot.at_s <= course.odd.at_s):
            return replace(course, odd=spot), None
        if spot.at_s - last.at_s > MAX_GAP_S or _jumps(last, spot):
            ended = finish(course)
            return _outside(Course(last=spot), spot, boxes), ended
    course = replace(course, last=spot, odd=None)
    if course.where is Where.OUTSIDE or course.box is None:
        return _outside(course, spot, boxes), None
    if course.where is Where.ENTERING:
        return _entering(course, course.box, spot, boxes), None
    return _dwelling(course, course.box, spot, boxes)


def finish(course: Course) -> Visit | None:
    """The visit that ends when the patrol ends here, or None."""
    if course.box is None or course.where not in {Where.DWELL, Where.DONE}:
        return None
    return Visit(course.box, course.since_s, course.dwell_s, min(course.dwell_s, CREDIT_S))


def minutes_useful(course: Course) -> float:
    """Minutes until more time in this box adds nothing; 0 outside a box."""
    if course.where is Where.OUTSIDE:
        return 0.0
    return max(0.0, CREDIT_S - course.dwell_s) / 60.0


def _outside(course: Course, spot: Spot, boxes: Sequence[Square]) -> Course:
    inside = _containing(spot, boxes)
    if inside is None:
        return replace(course, where=Where.OUTSIDE, box=None, away=0)
    return replace(course, where=Where.ENTERING, box=inside, since_s=spot.at_s, seen_s=spot.at_s, dwell_s=0.0, away=0)


def _entering(course: Course, box: int, spot: Spot, boxes: Sequence[Square]) -> Course:
    if _speaks_for(box, spot, boxes):
        return replace(course, where=Where.DWELL, seen_s=spot.at_s, dwell_s=spot.at_s - course.since_s, away=0)
    if boxes[box].holds(spot.x_m, spot.y_m, MARGIN_M) and course.away + 1 < BORDER_FIXES:
        return replace(course, away=course.away + 1)
    return _outside(course, spot, boxes)


def _dwelling(course: Course, box: int, spot: Spot, boxes: Sequence[Square]) -> tuple[Course, Visit | None]:
    if _speaks_for(box, spot, boxes):
        dwell_s = course.dwell_s + spot.at_s - course.seen_s
        where = Where.DONE if dwell_s >= CREDIT_S else Where.DWELL
        return replace(course, where=where, seen_s=spot.at_s, dwell_s=dwell_s, away=0), None
    most = BORDER_FIXES if boxes[box].holds(spot.x_m, spot.y_m, MARGIN_M) else AWAY_FIXES
    if course.away + 1 < most:
        return replace(course, away=course.away + 1), None
    return _outside(Course(last=spot), spot, boxes), finish(course)


def _speaks_for(box: int, spot: Spot, boxes: Sequence[Square]) -> bool:
    """Within the box or its margin, and in no other."""
    return boxes[box].holds(spot.x_m, spot.y_m, MARGIN_M) and _containing(spot, boxes) in {None, box}


def _containing(spot: Spot, boxes: Sequence[Square]) -> int | None:
    return next((index for index, box in enumerate(boxes) if box.holds(spot.x_m, spot.y_m)), None)


def _jumps(a: Spot, b: Spot) -> bool:
    return math.hypot(b.x_m - a.x_m, b.y_m - a.y_m) > MAX_SPEED_MPS * max(b.at_s - a.at_s, 1.0)


@dataclass(frozen=True, slots=True)
class Dose:
    """What a box has had lately, from all cars that share: credited seconds and when the last visit ended."""

    credit_s: float
    ended_s: float


def dosed(dose: Dose | None, visit: Visit, ended_s: float) -> Dose:
    """The dose after a visit; what is older than the cool-down no longer counts."""
    kept_s = dose.credit_s if dose is not None and ended_s - dose.ended_s < COOL_DOWN_S else 0.0
    return Dose(min(CREDIT_S, kept_s + visit.credit_s), ended_s)


def next_box(
    boxes: Sequence[Square],
    doses: Sequence[Dose | None],
    here: Spot,
    speed_mps: float,
    jitter: Sequence[float],
    kept: int | None = None,
) -> int | None:
    """The box most worth driving to: expected x remaining dosage x time since the last visit / (travel + 12 min).

    Travel is Manhattan distance / speed. jitter: a factor a box (about 0.8-1.2, drawn by the caller) so that the order cannot
    be learned. kept: where the car was sent before; it stays so unless another is clearly better. None when every box has
    had its dose.
    """
    worth = [
        _worth(box, dose, here.at_s) * shake / (_manhattan_m(here, box) / speed_mps + STAY_S)
        for box, dose, shake in zip(boxes, doses, jitter, strict=True)
    ]
    if kept is not None:
        worth[kept] *= KEPT
    best = max(range(len(worth)), key=worth.__getitem__, default=None)
    return best if best is not None and worth[best] > 0 else None


def odds(expected: float) -> str:
    """How rarely a box is right, in words: "1 in 30 shifts"."""
    chance = 1.0 - math.exp(-expected)
    if chance < 1e-4:
        return "less than 1 in 10000 shifts"
    return f"1 in {max(1, round(1 / chance))} shifts"


def bearing(here: Spot, box: Square) -> tuple[float, float]:
    """Straight distance in metres to the box's middle and its bearing in degrees clockwise from grid north."""
    dx, dy = box.x_m + box.side_m / 2 - here.x_m, box.y_m + box.side_m / 2 - here.y_m
    return math.hypot(dx, dy), math.degrees(math.atan2(dx, dy)) % 360.0


def _worth(box: Square, dose: Dose | None, now_s: float) -> float:
    """What is left of the dose, less as the visit was long and is fresh: a box that was only driven through is worth what it was."""
    if dose is None or now_s - dose.ended_s >= COOL_DOWN_S:
        return box.expected
    had, fresh = dose.credit_s / CREDIT_S, 1.0 - max(0.0, now_s - dose.ended_s) / COOL_DOWN_S
    return box.expected * (1.0 - had) * (1.0 - had * fresh)


def _manhattan_m(here: Spot, box: Square) -> float:
    return abs(box.x_m + box.side_m / 2 - here.x_m) + abs(box.y_m + box.side_m / 2 - here.y_m)
