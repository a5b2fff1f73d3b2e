"""Boxes, what they had, where the car is -> the box that a way of patrolling goes to next. One line below for each."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Final, TypeAlias

from forecast.guidance import COOL_DOWN_S, Dose, Spot, Square, next_box

SPEED_MPS: Final = 8.0  # door to door in a town
JITTER: Final = (0.8, 1.2)

Way: TypeAlias = Callable[[Sequence[Square], Sequence[Dose | None], Spot, Random], int | None]
"""None: stay where you are, every box has had its dose."""


def guided(boxes: Sequence[Square], doses: Sequence[Dose | None], here: Spot, chance: Random) -> int | None:
    """As the car is guided: expected hits x what is left of the dose, for the way's time."""
    return next_box(boxes, doses, here, SPEED_MPS, [chance.uniform(*JITTER) for _ in boxes])


def random(boxes: Sequence[Square], doses: Sequence[Dose | None], here: Spot, chance: Random) -> int | None:  # noqa: ARG001 - a way's words
    """Any box that the car does not stand in."""
    others = [n for n, box in enumerate(boxes) if not box.holds(here.x_m, here.y_m)]
    return chance.choice(others) if others else None


def nearest(boxes: Sequence[Square], doses: Sequence[Dose | None], here: Spot, chance: Random) -> int | None:  # noqa: ARG001 - a way's words
    """The nearest box that nobody was in for two hours."""
    due = [n for n, dose in enumerate(doses) if dose is None or here.at_s - dose.ended_s >= COOL_DOWN_S]
    return min(due, key=lambda n: way_m(here, boxes[n]), default=None)


WAYS: Final[dict[str, Way]] = {"guided": guided, "random": random, "nearest": nearest}


def way_m(here: Spot, box: Square) -> float:
    """To the box's middle, around right-angled corners."""
    return abs(box.x_m + box.side_m / 2 - here.x_m) + abs(box.y_m + box.side_m / 2 - here.y_m)
