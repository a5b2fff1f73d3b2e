"""WGS 84 points -> cells of some 220 by 200 metres, by which locations and events are numbered; and metres between points."""

from collections.abc import Iterator
from math import asin, ceil, cos, hypot, radians, sin, sqrt
from typing import Final

CELL_LAT_E6: Final = 2_000
CELL_LON_E6: Final = 3_000
_COLUMNS: Final = 360_000_000 // CELL_LON_E6 + 1
_LAT_0_E6: Final = 90_000_000
_LON_0_E6: Final = 180_000_000
_RADIUS_M: Final = 6_371_008.8  # mean radius (IUGG)
_METRES_PER_E6: Final = _RADIUS_M * radians(1e-6)
CELL_SQL: Final = f"((l.lat_e6 + {_LAT_0_E6}) / {CELL_LAT_E6} * {_COLUMNS} + (l.lon_e6 + {_LON_0_E6}) / {CELL_LON_E6})"
"""`cell_of` as an expression over a row `l`, whose coordinates are whole numbers."""
SPOT_SQL: Final = (
    f"((l.lat_e6 + {_LAT_0_E6}) % {CELL_LAT_E6} * {CELL_LON_E6} + (l.lon_e6 + {_LON_0_E6}) % {CELL_LON_E6})"
)
"""`spot_of`, likewise."""


def cell_of(lat_e6: int, lon_e6: int) -> int:
    """The cell of a point; cells of one row are numbered eastwards, rows northwards."""
    return (lat_e6 + _LAT_0_E6) // CELL_LAT_E6 * _COLUMNS + (lon_e6 + _LON_0_E6) // CELL_LON_E6


def spot_of(lat_e6: int, lon_e6: int) -> int:
    """Where in its cell a point is."""
    return (lat_e6 + _LAT_0_E6) % CELL_LAT_E6 * CELL_LON_E6 + (lon_e6 + _LON_0_E6) % CELL_LON_E6


def point_of(cell: int, spot: int) -> tuple[int, int]:
    """(lat, lon) in millionths of a degree."""
    row, column = divmod(cell, _COLUMNS)
    north, east = divmod(spot, CELL_LON_E6)
    return row * CELL_LAT_E6 + north - _LAT_0_E6, column * CELL_LON_E6 + east - _LON_0_E6


def cells_within(lat_e6: int, lon_e6: int, metres: float) -> Iterator[tuple[int, int]]:
    """The cells that a circle may touch, row by row: (first, last) of each row."""
    north = ceil(metres / _METRES_PER_E6)
    east = ceil(metres / (_METRES_PER_E6 * max(0.01, cos(radians(lat_e6 / 1e6)))))
    low, high = max(-_LAT_0_E6, lat_e6 - north), min(_LAT_0_E6, lat_e6 + north)
    west, far = max(-_LON_0_E6, lon_e6 - east), min(_LON_0_E6, lon_e6 + east)
    first, last = cell_of(low, west), cell_of(low, far)
    for step in range(high // CELL_LAT_E6 - low // CELL_LAT_E6 + 1):
        yield first + step * _COLUMNS, last + step * _COLUMNS


def metres_between(lat_e6: int, lon_e6: int, other_lat_e6: int, other_lon_e6: int) -> float:
    """Great-circle distance of two points in millionths of a degree."""
    one, other = radians(lat_e6 / 1e6), radians(other_lat_e6 / 1e6)
    half = sin((other - one) / 2) ** 2
    half += cos(one) * cos(other) * sin(radians((other_lon_e6 - lon_e6) / 2e6)) ** 2
    return 2 * _RADIUS_M * asin(min(1.0, sqrt(half)))


class Plane:
    """Metres from one point, as on a flat map: within 2 km that is a per mille wrong at most, within 5 km three, below 70 degrees.

    `north_m` and `east_m`: metres of a millionth of a degree.
    """

    def __init__(self, lat_e6: int, lon_e6: int) -> None:
        self._lat_e6 = lat_e6
        self._lon_e6 = lon_e6
        self.north_m = _METRES_PER_E6
        self.east_m = _METRES_PER_E6 * cos(radians(lat_e6 / 1e6))

    def metres(self, lat_e6: int, lon_e6: int) -> float:
        """To another point."""
        return hypot((lat_e6 - self._lat_e6) * self.north_m, (lon_e6 - self._lon_e6) * self.east_m)

    def corner(self, cell: int) -> tuple[int, int]:
        """How far a cell's spot 0 lies north and east, in millionths of a degree."""
        lat_e6, lon_e6 = point_of(cell, 0)
        return lat_e6 - self._lat_e6, lon_e6 - self._lon_e6
