"""Fixes, one after the other -> visits to boxes and where to go next, by one forecast. Nothing here waits, and no fix can raise."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from edge.patrol.carried import Carried
from edge.patrol.doses import Doses
from forecast.guidance import MAX_GAP_S, Course, Spot, Visit, Where, finish, next_box, step

SPEED_MPS: Final = 8.0  # door to door in a town, lights included
SAID_EVERY_S: Final = 300.0  # of a visit under way: a power cut costs its last minutes only
JITTER: Final = (0.8, 1.2)


@dataclass(frozen=True, slots=True)
class Stay:
    """A visit as it is reported. `is_over`: the car has left."""

    visit: Visit
    is_over: bool


class Guide:
    """`chance()`: an even draw from 0 to 1, so that nobody can learn the order in which boxes are visited."""

    def __init__(self, carried: Carried, doses: Doses, chance: Callable[[], float]) -> None:
        self.carried = carried
        self.doses = doses
        self.course = Course()
        self.next: int | None = None
        """The box to go to after the one the car is in; None: all have had their dose, or nobody knows where the car is."""
        self._chance = chance
        self._jitter = self._drawn()
        self._said_s: float | None = None
        """Of the visit under way: the dwell that was last reported."""

    def moved(self, spot: Spot) -> Iterator[Stay]:
        """A new fix; what is to be reported of visits."""
        self.course, ended = step(self.course, spot, self.carried.orders.boxes)
        if ended is not None:
            yield self._over(ended)
        yield from self._under_way()
        self._choose(spot)

    def looked(self, now_s: float) -> Iterator[Stay]:
        """Time has passed: a visit without fixes for too long is over, and where to go is not known."""
        if self.course.last is not None and now_s - self.course.last.at_s > MAX_GAP_S:
            yield from self.closed()

    def closed(self) -> Iterator[Stay]:
        """The patrol ends here."""
        ended, self.course, self.next = finish(self.course), Course(), None
        if ended is not None:
            yield self._over(ended)

    def _over(self, visit: Visit) -> Stay:
        self.doses.visited(visit, visit.from_s + visit.dwell_s)
        self._said_s = None
        self._jitter = self._drawn()
        return Stay(visit, is_over=True)

    def _under_way(self) -> Iterator[Stay]:
        visit = finish(self.course)
        if visit is None:
            self._said_s = None
        elif self._said_s is None or visit.dwell_s - self._said_s >= SAID_EVERY_S:
            self._said_s = visit.dwell_s
            yield Stay(visit, is_over=False)

    def _choose(self, spot: Spot) -> None:
        """The box that the car dwells in is none to go to."""
        jitter = list(self._jitter)
        if self.course.box is not None and self.course.where in {Where.DWELL, Where.DONE}:
            jitter[self.course.box] = 0.0
        kept = self.next if self.next is not None and jitter[self.next] else None
        self.next = next_box(self.carried.orders.boxes, self.doses.now(), spot, SPEED_MPS, jitter, kept)

    def _drawn(self) -> list[float]:
        low, high = JITTER
        return [low + (high - low) * self._chance() for _ in self.carried.orders.boxes]
