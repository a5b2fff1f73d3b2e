"""A seed -> the addresses of a town of quarters, each laid out like the town that the world drives in; arrays, not objects."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, sqrt
from random import Random
from typing import Final

from simulator.town import build, degrees

_QUARTER_EAST_M: Final = 1_800.0
_QUARTER_NORTH_M: Final = 1_400.0
_HOUSES_A_STREET: Final = 26
_HOUSES_A_POSTCODE: Final = 15
_MARKED_SHARE: Final = 0.006
_MARKERS: Final = ("dangerous dog", "weapons", "violent", "vulnerable", "firearms", "drugs")
_QUARTER_BEGINS: Final = ("New", "Old", "Upper", "Nether", "Great", "Little", "Kings", "Abbots", "West", "East")
_QUARTER_ENDS: Final = ("barrow", "mere", "haven", "staithe", "combe", "garth", "wharf", "holm", "cross", "field")
_STREET_BEGINS: Final = (
    *("Alder", "Beacon", "Chandler", "Drover", "Ferry", "Gantry", "Harrow", "Kiln", "Lantern", "Mill", "Orchard"),
    *("Anchor", "Birch", "Cooper", "Dial", "Elder", "Fuller", "Glover", "Heron", "Ivy", "Jackdaw", "Lapwing", "Mason"),
    *("Nailer", "Otter", "Plover", "Quarry", "Rope", "Saddler", "Tanner", "Usher", "Vine", "Weaver", "Yarrow"),
)
_STREET_ENDS: Final = ("Street", "Road", "Lane", "Row", "Hill", "Avenue", "Terrace", "Walk", "Rise", "Close", "Drive")
_TAIL: Final = "ABDEFGHJLNPQRSTUWXYZ"


@dataclass(frozen=True, slots=True)
class Homes:
    """Addresses by number. `street`: of each; `street_of`: (name, town, first postcode) by that number."""

    number: "array[int]"
    street: "array[int]"
    east_m: "array[int]"
    north_m: "array[int]"
    streets: list[tuple[str, str, str]]

    def __len__(self) -> int:
        return len(self.number)

    def neighbour(self, home: int, chance: Random) -> int:
        """Somebody a few doors away: homes of one street stand in a row."""
        return min(max(0, home + chance.randint(-4, 4)), len(self.number) - 1)


def lay_out(seed: int, count: int) -> Homes:
    """`count` homes, in whole streets as far as they go."""
    chance = Random(f"{seed}/homes")
    town = build(seed)
    blocks = [(one, other) for one, exits in enumerate(town.exits) for other in exits if one < other]
    quarters = ceil(count / (len(blocks) * _HOUSES_A_STREET))
    side = ceil(sqrt(quarters))
    homes = Homes(array("i"), array("i"), array("i"), array("i"), [])
    for quarter in range(quarters):
        row, column = divmod(quarter, side)
        corner = (column - side / 2) * _QUARTER_EAST_M, (row - side / 2) * _QUARTER_NORTH_M
        for one, other in blocks:
            if len(homes) >= count:
                return homes
            ends = town.junctions[one], town.junctions[other]
            _street(homes, _named(quarter, len(homes.streets), chance), corner, ends, count)
    return homes


def rows(homes: Homes, seed: int) -> Iterator[str]:
    """The lines of locations.csv."""
    chance = Random(f"{seed}/locations")
    yield "location_id,number,street,town,postcode,lat,lon,markers"
    for home in range(len(homes)):
        name, town, postcode = homes.streets[homes.street[home]]
        number = homes.number[home]
        tail = _TAIL[number // _HOUSES_A_POSTCODE % len(_TAIL)]
        flat = "A" if chance.random() < 0.03 else ""
        marker = chance.choice(_MARKERS) if chance.random() < _MARKED_SHARE else ""
        lat, lon = degrees(homes.east_m[home], homes.north_m[home])
        yield f"L{home},{number}{flat},{name},{town},{postcode}{tail},{lat:.6f},{lon:.6f},{marker}"


def _named(quarter: int, street: int, chance: Random) -> tuple[str, str, str]:
    begin, end = quarter % len(_QUARTER_BEGINS), quarter // len(_QUARTER_BEGINS) % len(_QUARTER_ENDS)
    town = f"{_QUARTER_BEGINS[begin]}{_QUARTER_ENDS[(begin + end) % len(_QUARTER_ENDS)]}"
    name = f"{chance.choice(_STREET_BEGINS)} {chance.choice(_STREET_ENDS)}"
    # ZX is no postcode area of the United Kingdom.
    letter = _TAIL[street // 10 % len(_TAIL)]
    return name, town, f"ZX{quarter % 99 + 1} {street % 10}{letter}"


def _street(
    homes: Homes,
    named: tuple[str, str, str],
    corner: tuple[float, float],
    ends: tuple[tuple[float, float], tuple[float, float]],
    count: int,
) -> None:
    """Houses along a block: odd numbers on one side, even ones on the other."""
    homes.streets.append(named)
    (east, north), (other_east, other_north) = ends
    for house in range(min(_HOUSES_A_STREET, count - len(homes))):
        along = (house + 1) / (_HOUSES_A_STREET + 1)
        aside = 8 if house % 2 else -8
        homes.number.append(house + 1)
        homes.street.append(len(homes.streets) - 1)
        homes.east_m.append(round(corner[0] + east + (other_east - east) * along + aside))
        homes.north_m.append(round(corner[1] + north + (other_north - north) * along + aside))
