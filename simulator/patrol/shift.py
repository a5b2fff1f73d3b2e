"""A ground, a way of patrolling, calls for service -> one shift of some cars: their visits, metres and minutes. Fixes every ten seconds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from forecast.guidance import Course, Dose, Spot, Visit, dosed, finish, step
from simulator.patrol.ground import Ground
from simulator.patrol.ways import SPEED_MPS, Way

TICK_S: Final = 10.0
STAY_S: Final = (600.0, 960.0)  # Koper: 10 to 16 minutes, at random
SCENE_S: Final = 1_200.0  # mean time at a call


@dataclass(frozen=True, slots=True)
class Call:
    """For service: when it comes, where, and how long the crew is there."""

    at_s: float
    x_m: float
    y_m: float
    scene_s: float


@dataclass(slots=True)
class Log:
    """What one car did in the shift."""

    visits: list[Visit] = field(default_factory=list)
    driven_m: float = 0.0
    on_calls_s: float = 0.0


def calls_of(ground: Ground, chance: Random, hours: float, calls_per_hour: float) -> list[Call]:
    """A Poisson stream of calls from places where things happened before."""
    calls: list[Call] = []
    at_s = 0.0
    while calls_per_hour > 0:
        at_s += chance.expovariate(calls_per_hour / 3600)
        if at_s >= hours * 3600:
            break
        calls.append(Call(at_s, *chance.choice(ground.calls), chance.expovariate(1 / SCENE_S)))
    return calls


def drive(
    ground: Ground, way: Way, calls: Sequence[Sequence[Call]], hours: float, chance: Random, *, shared: bool = True
) -> list[Log]:
    """A car for each list of calls. `shared`: cars know of each other's visits, as headquarters tells them."""
    common: list[Dose | None] = [None] * len(ground.boxes)
    cars = [_Car(ground, way, list(own), chance, common if shared else [None] * len(ground.boxes)) for own in calls]
    for tick in range(round(hours * 3600 / TICK_S)):
        for car in cars:
            car.tick(tick * TICK_S)
    return [car.ended() for car in cars]


class _Car:
    """Drives to its goal at one speed, stays, chooses again; a call comes before anything else."""

    def __init__(self, ground: Ground, way: Way, calls: list[Call], chance: Random, doses: list[Dose | None]) -> None:
        self._ground, self._way, self._calls, self._chance, self._doses = ground, way, calls, chance, doses
        middle = ground.boxes[chance.randrange(len(ground.boxes))]
        self._x_m, self._y_m = middle.x_m - 500.0, middle.y_m - 500.0
        self._goal: tuple[float, float] | None = None
        self._call: Call | None = None
        self._until_s = 0.0
        """Until then it stays where it is, once it has come there."""
        self._stay_s = 0.0
        self._course = Course()
        self._log = Log()

    def tick(self, now_s: float) -> None:
        if self._call is None and self._calls and self._calls[0].at_s <= now_s:
            self._call = self._calls.pop(0)
            self._goal, self._stay_s = (self._call.x_m, self._call.y_m), self._call.scene_s
        self._log.on_calls_s += TICK_S if self._call is not None else 0.0
        if self._goal is not None:
            self._drive(self._goal, now_s)
        elif now_s >= self._until_s:
            self._call = None
            self._choose(now_s)
        self._course, visit = step(self._course, Spot(now_s, self._x_m, self._y_m, 5.0), self._ground.boxes)
        self._note(visit)

    def ended(self) -> Log:
        self._note(finish(self._course))
        return self._log

    def _choose(self, now_s: float) -> None:
        box = self._way(
            self._ground.boxes, self._doses_now(now_s), Spot(now_s, self._x_m, self._y_m, 5.0), self._chance
        )
        if box is None:
            return
        square = self._ground.boxes[box]
        inside = [self._chance.uniform(0.2, 0.8) * square.side_m for _ in range(2)]
        self._goal, self._stay_s = (square.x_m + inside[0], square.y_m + inside[1]), self._chance.uniform(*STAY_S)

    def _doses_now(self, now_s: float) -> list[Dose | None]:
        """With the visit under way, so that the box the car stands in is not chosen again."""
        doses, visit = list(self._doses), finish(self._course)
        if visit is not None:
            doses[visit.box] = dosed(doses[visit.box], visit, now_s)
        return doses

    def _drive(self, goal: tuple[float, float], now_s: float) -> None:
        """Around right-angled corners: first east or west, then north or south."""
        left_m = SPEED_MPS * TICK_S
        for axis, at_m in (("_x_m", goal[0]), ("_y_m", goal[1])):
            here_m: float = getattr(self, axis)
            moved_m = max(-left_m, min(left_m, at_m - here_m))
            setattr(self, axis, here_m + moved_m)
            left_m -= abs(moved_m)
            self._log.driven_m += abs(moved_m)
        if (self._x_m, self._y_m) == goal:
            self._goal, self._until_s = None, now_s + self._stay_s

    def _note(self, visit: Visit | None) -> None:
        if visit is None:
            return
        self._log.visits.append(visit)
        self._doses[visit.box] = dosed(self._doses[visit.box], visit, visit.from_s + visit.dwell_s)
