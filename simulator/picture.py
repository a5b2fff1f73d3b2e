"""A world's drive and its truth -> an SVG map of it: streets, route, reads, hits. Everything on it is invented."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

from simulator.route import Route
from simulator.town import METRES_PER_DEGREE, Town, degrees

_MARGIN_M: Final = 90.0
_GRID_M: Final = 4.0  # reads that are closer are one dot: a million reads make no million dots
_MOST_S: Final = 3600  # of the route that is drawn; after an hour the town is full
_STYLE: Final = (
    ".ground{fill:#14171c}text{font:22px sans-serif}.street{stroke:#39414d;stroke-width:9}"
    ".route{stroke:#5aa9e6;stroke-width:14;fill:none;stroke-linejoin:round}"
    ".read{fill:#c9d1d9}.spoilt{fill:#e69f00}.hit{fill:none;stroke:#ff5050;stroke-width:5}text{fill:#c9d1d9}"
)
_KINDS: Final = {"read": 2, "spoilt": 4, "hit": 16}  # the radius of each in metres, in the order of drawing


@dataclass(frozen=True, slots=True)
class Sight:
    """One read: when, and whether it was heard, warned of, or spoilt by a fault."""

    at_s: float
    kind: str


def sights(lines: Iterable[str], start_ns: int) -> Iterator[Sight]:
    """Lines of truth.jsonl -> what was seen; a read whose last byte was never said has the time of the one before."""
    at_s = 0.0
    for line in lines:
        said = json.loads(line)
        if said["last_byte_mono_ns"] is not None:
            at_s = max(0.0, (said["last_byte_mono_ns"] - start_ns) / 1e9)
        yield Sight(at_s, "hit" if said["hit_expected"] else "read" if said["fault"] is None else "spoilt")


def draw(route: Route, seen: Iterable[Sight], played_s: float) -> str:
    """The map, north up; one unit is a metre."""
    plan = _Plan(route.town)
    dots: dict[str, set[tuple[int, int]]] = {kind: set() for kind in _KINDS}
    counts = dict.fromkeys(_KINDS, 0)
    for sight in seen:
        moment = route.at(sight.at_s)
        counts[sight.kind] += 1
        dots[sight.kind].add(plan.place(moment.lat, moment.lon))
    way = (route.at(second) for second in range(min(ceil(played_s), _MOST_S) + 1))
    points = " ".join(f"{x},{y}" for x, y in (plan.place(moment.lat, moment.lon) for moment in way))
    words = f"{played_s:.0f} s driven; reads {sum(counts.values())}, hits {counts['hit']}, spoilt {counts['spoilt']}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {plan.wide} {plan.tall}" role="img">',
            f"<title>{words}</title><style>{_STYLE}</style>",
            f'<rect class="ground" width="{plan.wide}" height="{plan.tall}"/>',
            *plan.streets(route.town),
            f'<polyline class="route" points="{points}"/>',
            *_circles(dots),
            f'<text x="30" y="{plan.tall - 30}">{words}</text>',
            "</svg>\n",
        ]
    )


class _Plan:
    """Degrees -> whole metres from the map's upper left corner."""

    def __init__(self, town: Town) -> None:
        self._west = min(east for east, _ in town.junctions) - _MARGIN_M
        self._north = max(north for _, north in town.junctions) + _MARGIN_M
        self.wide = round(max(east for east, _ in town.junctions) + _MARGIN_M - self._west)
        self.tall = round(self._north - min(north for _, north in town.junctions) + _MARGIN_M)
        self._lat, self._lon = degrees(0, 0)
        self._metres_per_lon = 1000 / (degrees(1000, 0)[1] - self._lon)

    def place(self, lat: float, lon: float) -> tuple[int, int]:
        east, north = (lon - self._lon) * self._metres_per_lon, (lat - self._lat) * METRES_PER_DEGREE
        return self._flat(east, north)

    def streets(self, town: Town) -> Iterator[str]:
        for start, exits in enumerate(town.exits):
            for end in (end for end in exits if end > start):
                (x, y), (x_to, y_to) = self._flat(*town.junctions[start]), self._flat(*town.junctions[end])
                yield f'<line class="street" x1="{x}" y1="{y}" x2="{x_to}" y2="{y_to}"/>'

    def _flat(self, east: float, north: float) -> tuple[int, int]:
        return round(east - self._west), round(self._north - north)


def _circles(dots: dict[str, set[tuple[int, int]]]) -> Iterator[str]:
    for kind, radius in _KINDS.items():
        fewer = {(round(x / _GRID_M), round(y / _GRID_M)): (x, y) for x, y in sorted(dots[kind])}
        yield from (f'<circle class="{kind}" cx="{x}" cy="{y}" r="{radius}"/>' for x, y in fewer.values())
