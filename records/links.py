"""A node -> what hangs on it, in short: incidents newest first, persons and vehicles with what they are of it. Bounded."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from records.answers import Incident, LinkedPerson, LinkedVehicle
from records.connection import Connection
from records.words import ROLE_CODES, ROLE_WORDS, Kind, bits_of, markers_of

MOST_LINKED: Final = 400  # relationships of one node that are looked at
MOST_INCIDENTS: Final = 10
MOST_PERSONS: Final = 8
MOST_VEHICLES: Final = 8

_WANTED: Final = bits_of(["wanted"])
EVENT_COLUMNS: Final = "event.id, event.day, event.minute, event.category, event.location, event.ref, event.summary"


class Links:
    """What the searches over vehicles, persons and places share."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._words: dict[int, str] = {}

    def word(self, number: int | None) -> str | None:
        """A text that recurs; kept once it was read."""
        if number is None:
            return None
        if number not in self._words:
            row = self._connection.execute("SELECT text FROM word WHERE id = ?", (number,)).fetchone()
            self._words[number] = row[0]
        return self._words[number]

    def around(self, node: int, kind: Kind) -> list[tuple[int, str]]:
        """(number, role) of what is related to a node, of one kind."""
        rows = self._connection.execute(
            "SELECT other / 4, role FROM link WHERE node = ? AND other % 4 = ? LIMIT ?", (node, kind, MOST_LINKED)
        )
        return [(number, ROLE_WORDS[role]) for number, role in rows if role < len(ROLE_WORDS)]

    def incidents(self, node: int) -> tuple[Incident, ...]:
        """The newest events that a person or vehicle was in."""
        roles = dict(self.around(node, Kind.EVENT))
        rows = self._newest(roles)
        return tuple(self.incident(row, role=roles[row[0]]) for row in rows)

    def _newest(self, ids: Iterable[int]) -> list[Any]:
        wanted = list(ids)
        marks = ",".join("?" * len(wanted))
        sql = f"SELECT {EVENT_COLUMNS} FROM event WHERE id IN ({marks}) ORDER BY day DESC, minute DESC LIMIT ?"
        rows: list[Any] = self._connection.execute(sql, [*wanted, MOST_INCIDENTS]).fetchall() if wanted else []
        return rows

    def incident(self, row: Sequence[Any], *, role: str | None = None, metres: int | None = None) -> Incident:
        """An event's row of EVENT_COLUMNS."""
        _, day, minute, category, location, ref, summary = row
        address = None if location is None else self.address(location)
        return Incident(ref, self.word(category) or "", date.fromordinal(day), minute, address, summary, role, metres)

    def persons(self, node: int) -> tuple[LinkedPerson, ...]:
        """Who hangs on a vehicle, place or event: those with markers first."""
        return self.persons_of(self.around(node, Kind.PERSON))

    def persons_of(self, roles: Sequence[tuple[int, str]]) -> tuple[LinkedPerson, ...]:
        """Persons by number, each with a role."""
        wanted = dict(roles)
        marks = ",".join("?" * len(wanted))
        rows = self._connection.execute(
            f"SELECT id, forenames, surname, born, markers, wanted FROM person WHERE id IN ({marks})"
            " ORDER BY wanted IS NULL, markers = 0, id LIMIT ?",
            [*wanted, MOST_PERSONS],
        )
        return tuple(
            LinkedPerson(
                f"{forenames} {surname}".strip(),
                _day(born),
                wanted[id_],
                markers_of(markers),
                reason is not None or bool(markers & _WANTED),
            )
            for id_, forenames, surname, born, markers, reason in rows
        )

    def vehicles(self, node: int) -> tuple[LinkedVehicle, ...]:
        """The vehicles that hang on a person, place or event: those with markers first."""
        return self.vehicles_of(self.around(node, Kind.OBJECT))

    def vehicles_of(self, roles: Sequence[tuple[int, str]]) -> tuple[LinkedVehicle, ...]:
        """Vehicles by number, each with a role."""
        wanted = dict(roles)
        marks = ",".join("?" * len(wanted))
        rows = self._connection.execute(
            f"SELECT id, key, vrm, make, model, colour, markers FROM vehicle WHERE id IN ({marks})"
            " ORDER BY markers = 0, id LIMIT ?",
            [*wanted, MOST_VEHICLES],
        ).fetchall()
        return tuple(
            LinkedVehicle(
                vrm or key, self.word(make), self.word(model), self.word(colour), wanted[id_], markers_of(markers)
            )
            for id_, key, vrm, make, model, colour, markers in rows
        )

    def home(self, person: int) -> str | None:
        """The address of a person's last residence in the file."""
        row = self._connection.execute(
            "SELECT max(other) / 4 FROM link WHERE node = ? AND other % 4 = ? AND role = ?",
            (node_of(person, Kind.PERSON), Kind.LOCATION, ROLE_CODES["resident"]),
        ).fetchone()
        return None if row[0] is None else self.address(row[0])

    def address(self, location: int) -> str:
        """As it is written on an envelope, in one line."""
        number, street, town, postcode = self._connection.execute(
            "SELECT number, street.name, street.town, postcode FROM location JOIN street ON street.id = street"
            " WHERE location.id = ?",
            (location,),
        ).fetchone()
        first = f"{number} {street}" if number else street
        return ", ".join(part for part in (first, self.word(town), self.word(postcode)) if part)


def node_of(number: int, kind: Kind) -> int:
    """What `link` calls a person, object, location or event."""
    return number * 4 + kind


def _day(ordinal: int | None) -> date | None:
    return None if ordinal is None else date.fromordinal(ordinal)
