"""A town and a seed -> where the police car is at any time since the start: it drives the streets, and stops at corners."""

from bisect import bisect_right
from dataclasses import dataclass, field
from math import atan2, hypot
from math import degrees as in_degrees
from random import Random
from typing import Final

from simulator.town import Street, Town, degrees

_STOP_SHARE: Final = 0.35  # of the junctions: a light, a queue, somebody to talk to
_LONGEST_STOP_S: Final = 12.0


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the car is at one time; the heading is None while it stands."""

    lat: float
    lon: float
    speed_mps: float
    heading_deg: float | None
    street: Street


@dataclass(frozen=True, slots=True)
class _Leg:
    """One block driven at one speed, then a stop at its end."""

    start: int
    end: int
    street: Street
    start_s: float
    drive_s: float
    stop_s: float


@dataclass(slots=True)
class Route:
    """The drive, made leg by leg as far as it is asked for; the same question always has the same answer."""

    town: Town
    seed: int
    _chance: Random = field(init=False, repr=False)
    _legs: list[_Leg] = field(init=False, default_factory=list, repr=False)
    _starts_s: list[float] = field(init=False, default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self._chance = Random(f"{self.seed}/route")
        self._drive(self._chance.randrange(len(self.town.junctions)), None, 0.0)

    def at(self, time_s: float) -> Moment:
        """The car at `time_s` >= 0 seconds after the start."""
        while (last := self._legs[-1]).start_s + last.drive_s + last.stop_s <= time_s:
            self._drive(last.end, last.start, last.start_s + last.drive_s + last.stop_s)
        leg = self._legs[bisect_right(self._starts_s, time_s) - 1]
        (east, north), (east_to, north_to) = self.town.junctions[leg.start], self.town.junctions[leg.end]
        share = min((time_s - leg.start_s) / leg.drive_s, 1.0)
        lat, lon = degrees(east + (east_to - east) * share, north + (north_to - north) * share)
        if share == 1.0:
            return Moment(lat, lon, 0.0, None, leg.street)
        heading_deg = in_degrees(atan2(east_to - east, north_to - north)) % 360
        return Moment(lat, lon, hypot(east_to - east, north_to - north) / leg.drive_s, heading_deg, leg.street)

    def _drive(self, start: int, came_from: int | None, start_s: float) -> None:
        """One more leg; back the way it came only from a dead end."""
        exits = self.town.exits[start]
        end = self._chance.choice([exit_ for exit_ in exits if exit_ != came_from] or list(exits))
        (east, north), (east_to, north_to) = self.town.junctions[start], self.town.junctions[end]
        speed_mps = exits[end].limit_mps * self._chance.uniform(0.6, 1.0)
        stop_s = self._chance.uniform(1.0, _LONGEST_STOP_S) if self._chance.random() < _STOP_SHARE else 0.0
        drive_s = hypot(east_to - east, north_to - north) / speed_mps
        self._legs.append(_Leg(start, end, exits[end], start_s, drive_s, stop_s))
        self._starts_s.append(start_s)
