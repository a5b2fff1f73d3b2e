"""A seed -> an invented town: junctions in metres around an origin at sea, joined by named streets with speed limits."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, radians
from random import Random
from typing import Final

# In the open Irish Sea, so that no real address, and nobody's home, ever lies in the simulated town.
ORIGIN_LAT: Final = 53.80
ORIGIN_LON: Final = -5.00
METRES_PER_DEGREE: Final = 111_195.0  # of latitude: pi * 6,371,008.8 m / 180 (IUGG mean radius)

_COLUMNS: Final = 12
_ROWS: Final = 9
_BLOCK_M: Final = 140.0
_GAP_SHARE: Final = 0.2  # of the cross streets are missing
_LIMITS_MPS: Final = (8.94, 13.41, 13.41, 13.41, 17.88)  # 20, 30, 30, 30, 40 mph
_FIRST: Final = (
    "Alder",
    "Beacon",
    "Chandler",
    "Drover",
    "Ferry",
    "Gantry",
    "Harrow",
    "Kiln",
    "Lantern",
    "Mill",
    "Orchard",
)
_LAST: Final = ("Street", "Road", "Lane", "Row", "Hill", "Avenue", "Terrace", "Walk", "Rise")


@dataclass(frozen=True, slots=True)
class Street:
    """One block between two junctions, driven both ways."""

    number: int
    name: str
    limit_mps: float


@dataclass(frozen=True, slots=True)
class Town:
    """Junctions (metres east and north of the origin) and the streets that leave each: neighbour -> street."""

    junctions: tuple[tuple[float, float], ...]
    exits: tuple[dict[int, Street], ...]
    streets: tuple[Street, ...]


def degrees(east_m: float, north_m: float) -> tuple[float, float]:
    """(lat, lon) in degrees WGS 84 of a point in the town; flat within a few kilometres."""
    lat = ORIGIN_LAT + north_m / METRES_PER_DEGREE
    return lat, ORIGIN_LON + east_m / (METRES_PER_DEGREE * cos(radians(ORIGIN_LAT)))


def build(seed: int) -> Town:
    """The town of this seed; every junction has at least one exit, and the streets hang together."""
    chance = Random(f"{seed}/town")
    junctions = tuple(_junction(chance, column, row) for row in range(_ROWS) for column in range(_COLUMNS))
    exits: tuple[dict[int, Street], ...] = tuple({} for _ in junctions)
    streets: list[Street] = []
    for one, other in _blocks(chance):
        street = Street(len(streets), f"{chance.choice(_FIRST)} {chance.choice(_LAST)}", chance.choice(_LIMITS_MPS))
        streets.append(street)
        exits[one][other] = exits[other][one] = street
    return Town(junctions, exits, tuple(streets))


def _junction(chance: Random, column: int, row: int) -> tuple[float, float]:
    """A lattice, shaken by up to a quarter of a block."""
    east, north = column - _COLUMNS / 2, row - _ROWS / 2
    return (east + chance.uniform(-0.25, 0.25)) * _BLOCK_M, (north + chance.uniform(-0.25, 0.25)) * _BLOCK_M


def _blocks(chance: Random) -> Iterator[tuple[int, int]]:
    """Pairs of neighbouring junctions with a street between them. The bottom row and all columns stay whole: one town."""
    for place in range(_COLUMNS * _ROWS):
        row, column = divmod(place, _COLUMNS)
        if column + 1 < _COLUMNS and (row == 0 or chance.random() >= _GAP_SHARE):
            yield place, place + 1
        if row + 1 < _ROWS:
            yield place, place + _COLUMNS
