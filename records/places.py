"""An address, or a point with so many metres and days -> what happened there, who and what belongs there, what to beware of."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nsmallest
from math import sqrt
from re import compile as compiled
from typing import Any, Final, TypeAlias

from records import grid
from records.answers import Around, Found, Incident, MarkedPlace, Place, QueryError
from records.connection import Connection
from records.lexicon import EXACT, UNKNOWN, Lexicon, Meant
from records.links import EVENT_COLUMNS, Links, node_of
from records.names import words
from records.words import Kind, markers_of

MOST_PLACES: Final = 10
MOST_DETAILED: Final = 3
MOST_STREETS: Final = 12
MOST_AROUND: Final = 20  # incidents of an answer
MOST_LOOKED_AT: Final = 2_000  # events: the nearest; each costs two microseconds
MOST_LOCATIONS: Final = 4_000
MOST_MARKED: Final = 10
MOST_METRES: Final = 5_000
MOST_DAYS: Final = 36_600
MAX_QUERY_CHARACTERS: Final = 128
_LINKED_OF: Final = 8  # the newest incidents, whose persons and vehicles are shown

_Event: TypeAlias = tuple[int, float, int, int]

_NUMBER: Final = compiled(r"\d{1,5}[a-z]?")
_POSTCODE: Final = compiled(r"([a-z]{1,2}\d[a-z\d]?)\s*(\d[a-z]{2})")


@dataclass(frozen=True, slots=True, repr=False)
class Circle:
    """Where: millionths of a degree and metres. Since when: an ordinal day."""

    lat_e6: int
    lon_e6: int
    metres: int
    since: int
    until: int

    def __repr__(self) -> str:
        return "Circle(...)"


class Places:
    """Searches for places in one file."""

    def __init__(self, connection: Connection, links: Links) -> None:
        self._connection = connection
        self._links = links
        self._terms = Lexicon(connection, "term")

    def find(self, address: str) -> Found[Place]:
        """House number, street, town, postcode, in any order and with typing errors in the words."""
        if len(address) > MAX_QUERY_CHARACTERS:
            raise QueryError("an address has at most 128 characters")
        folded = " ".join(words(address))
        postcode = _POSTCODE.search(folded)
        rest = folded if postcode is None else folded.replace(postcode[0], " ")
        numbers = [word for word in rest.split() if _NUMBER.fullmatch(word)]
        named = [word for word in rest.split() if not _NUMBER.fullmatch(word)]
        if not named and postcode is None:
            raise QueryError("an address has a street or a postcode")
        if postcode is not None:
            rows = self._with_postcode(f"{postcode[1]} {postcode[2]}".upper(), numbers)
            if rows or not named:
                return self._found(rows, "exact")
        streets = self._streets(named)
        match = "exact" if streets and streets[0][0] == EXACT else "similar"
        return self._found(self._on_streets(streets, numbers), match)

    def near(self, circle: Circle) -> Around:
        """Incidents in a circle since a day, markers, and who and what is linked with the newest of them."""
        cells = self._cells(circle)
        events, cut = self._events(cells, circle)
        newest = nsmallest(MOST_AROUND, events)
        categories = Counter(category for *_, category in events)
        nodes = [node_of(id_, Kind.EVENT) for _, _, id_, _ in newest[:_LINKED_OF]]
        return Around(
            len(events),
            tuple((self._links.word(category) or "", count) for category, count in categories.most_common(10)),
            tuple(self._links.incident(self._event(id_), metres=round(sqrt(square))) for _, square, id_, _ in newest),
            self._marked(cells, circle),
            self._links.persons_of(self._linked(nodes, Kind.PERSON)),
            self._links.vehicles_of(self._linked(nodes, Kind.OBJECT)),
            cut,
        )

    def _event(self, id_: int) -> Sequence[Any]:
        row: Sequence[Any] = self._connection.execute(
            f"SELECT {EVENT_COLUMNS} FROM event WHERE id = ?", (id_,)
        ).fetchone()
        return row

    def _linked(self, nodes: Iterable[int], kind: Kind) -> list[tuple[int, str]]:
        return [one for node in nodes for one in self._links.around(node, kind)]

    def _cells(self, circle: Circle) -> list[Any]:
        """The rows of the cells that the circle touches, the nearest first."""
        rows: list[Any] = []
        for first, last in grid.cells_within(circle.lat_e6, circle.lon_e6, circle.metres):
            rows += self._connection.execute("SELECT * FROM cell WHERE id BETWEEN ? AND ?", (first, last))

        def far(row: Sequence[Any]) -> float:
            return _metres(circle, *grid.point_of(row[0], grid.spot_of(1_000, 1_500)))

        return sorted(rows, key=far)

    def _events(self, cells: Iterable[Any], circle: Circle) -> tuple[list[_Event], bool]:
        """(-day, square metres, number, category) of what is in the circle, and whether the bound cut it off."""
        found: list[_Event] = []
        looked = 0
        sql = "SELECT id, day, spot / ?, spot % ?, category FROM event WHERE id BETWEEN ? AND ? ORDER BY id DESC"
        plane = grid.Plane(circle.lat_e6, circle.lon_e6)
        north_m, east_m, most = plane.north_m, plane.east_m, circle.metres**2
        for cell, _, _, first, last in cells:
            if first is None:
                continue
            north, east = plane.corner(cell)
            values = (grid.CELL_LON_E6, grid.CELL_LON_E6, first, last)
            for id_, day, up, right, category in self._connection.execute(sql, values):
                if day < circle.since:
                    break  # in a cell the numbers follow the days
                looked += 1
                square = ((north + up) * north_m) ** 2 + ((east + right) * east_m) ** 2
                if square <= most and day <= circle.until:
                    found.append((-day, square, id_, category))
            if looked >= MOST_LOOKED_AT:
                return found, True
        return found, False

    def _marked(self, cells: Iterable[Any], circle: Circle) -> tuple[MarkedPlace, ...]:
        found: list[tuple[float, int, int]] = []
        looked = 0
        sql = "SELECT id, lat_e6, lon_e6, markers FROM location WHERE id BETWEEN ? AND ? AND markers != 0"
        for _, first, last, _, _ in cells:
            if first is None or looked > MOST_LOCATIONS:
                continue
            looked += last - first + 1
            for id_, lat_e6, lon_e6, markers in self._connection.execute(sql, (first, last)):
                metres = _metres(circle, lat_e6, lon_e6)
                if metres <= circle.metres:
                    found.append((metres, id_, markers))
        return tuple(
            MarkedPlace(self._links.address(id_), round(metres), markers_of(markers))
            for metres, id_, markers in sorted(found)[:MOST_MARKED]
        )

    def _with_postcode(self, postcode: str, numbers: list[str]) -> list[Any]:
        row = self._connection.execute("SELECT id FROM word WHERE text = ?", (postcode,)).fetchone()
        if row is None:
            return []
        return self._locations("postcode = ?", [row[0]], numbers)

    def _streets(self, named: list[str]) -> list[tuple[float, int]]:
        """(cost, street): the streets that most words may mean, best first."""
        meant = [self._terms.meant(word) for word in named]
        costs: dict[int, list[float]] = {}
        for at, ones in enumerate(meant):
            for street, cost in self._streets_of(ones).items():
                costs.setdefault(street, [UNKNOWN] * len(meant))[at] = cost
        best = sorted((sum(parts), street) for street, parts in costs.items())[:MOST_STREETS]
        return [one for one in best if one[0] <= best[0][0] + 0.5]

    def _streets_of(self, meant: list[Meant]) -> dict[int, float]:
        found: dict[int, float] = {}
        for one in meant[:MOST_STREETS]:
            rows = self._connection.execute("SELECT street FROM on_street WHERE term = ? LIMIT 5000", (one.id,))
            for (street,) in rows:
                found[street] = min(one.cost, found.get(street, UNKNOWN))
        return found

    def _on_streets(self, streets: list[tuple[float, int]], numbers: list[str]) -> list[Any]:
        rows: list[Any] = []
        for _, street in streets:
            rows += self._locations("street = ?", [street], numbers)
        return rows

    def _locations(self, condition: str, values: list[int], numbers: list[str]) -> list[Any]:
        sql = f"SELECT id, lat_e6, lon_e6, markers FROM location WHERE {condition}"
        if numbers:
            sql += f" AND number IN ({','.join('?' * len(numbers))})"
        rows: list[Any] = self._connection.execute(
            f"{sql} LIMIT ?", [*values, *(number.upper() for number in numbers), MOST_LOCATIONS // MOST_STREETS]
        ).fetchall()
        return rows

    def _found(self, rows: list[Any], match: str) -> Found[Place]:
        best = sorted(rows, key=lambda row: row[3] == 0)[:MOST_PLACES]
        detailed = len(best) <= MOST_DETAILED
        return Found(tuple(self._place(row, match, detailed=detailed) for row in best), len(rows) > MOST_PLACES)

    def _place(self, row: Sequence[Any], match: str, *, detailed: bool) -> Place:
        id_, lat_e6, lon_e6, markers = row
        node = node_of(id_, Kind.LOCATION)
        total, incidents = self._happened(id_)
        return Place(
            self._links.address(id_),
            match,
            lat_e6 / 1e6,
            lon_e6 / 1e6,
            markers_of(markers),
            total,
            incidents,
            self._links.persons(node) if detailed else (),
            self._links.vehicles(node) if detailed else (),
        )

    def _happened(self, location: int) -> tuple[int, tuple[Incident, ...]]:
        sql = f"SELECT {EVENT_COLUMNS} FROM event WHERE location = ? ORDER BY id DESC LIMIT {MOST_LOOKED_AT}"
        rows = self._connection.execute(sql, (location,)).fetchall()
        newest = sorted(rows, key=lambda row: -row[1])[:MOST_PLACES]
        return len(rows), tuple(self._links.incident(row) for row in newest)


def circle(lat: float, lon: float, metres: int, days: int, as_of: date) -> Circle:
    """Degrees WGS 84; the last so many days up to `as_of`. Raises QueryError."""
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise QueryError("a point is a latitude and a longitude in degrees")
    if not (1 <= metres <= MOST_METRES and 1 <= days <= MOST_DAYS):
        raise QueryError("near is at most 5000 metres and 36600 days")
    until = as_of.toordinal()
    return Circle(round(lat * 1e6), round(lon * 1e6), metres, until - days, until)


def _metres(circle_: Circle, lat_e6: int, lon_e6: int) -> float:
    return grid.metres_between(circle_.lat_e6, circle_.lon_e6, lat_e6, lon_e6)
