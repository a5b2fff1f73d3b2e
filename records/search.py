"""A file of records and a question -> typed answers. The same in the car (SQLCipher) and at headquarters (SQLite)."""

from dataclasses import dataclass
from datetime import date

from records.answers import Around, Found, Person, Place, Vehicle
from records.connection import Connection
from records.links import Links
from records.persons import Age, Persons
from records.places import Places, circle
from records.schema import APPLICATION_ID, VERSION
from records.vehicles import Look, Vehicles


class NoRecordsError(ValueError):
    """What the connection reads is not a file of records that this version can search."""


@dataclass(frozen=True, slots=True)
class About:
    """What a file holds. `as_of`: the day the records are of."""

    as_of: date | None
    persons: int
    objects: int
    locations: int
    events: int
    links: int


class Search:
    """The searches over one file; from one thread at a time. Errors of the database pass through as they are."""

    def __init__(self, connection: Connection) -> None:
        """Raises NoRecordsError."""
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if (application, version) != (APPLICATION_ID, VERSION):
            raise NoRecordsError("not a file of records of this version")
        self._connection = connection
        links = Links(connection)
        self._vehicles = Vehicles(connection, links)
        self._persons = Persons(connection, links)
        self._places = Places(connection, links)

    def about(self) -> About:
        """What the file says of itself. Raises NoRecordsError: nothing was put into it yet."""
        row = self._connection.execute("SELECT as_of, persons, objects, locations, events, links FROM about").fetchone()
        if row is None:
            raise NoRecordsError("no records yet")
        as_of, *counts = row
        return About(None if as_of is None else date.fromordinal(as_of), *counts)

    def vehicle(
        self, query: str, *, make: str | None = None, model: str | None = None, colour: str | None = None
    ) -> Found[Vehicle]:
        """A VRM whole or in part: `*` any characters, `?` one. At most 20, those with markers first. Raises QueryError.

        Without wildcards: the VRM itself; else one that looks alike; else all that hold it. Persons and incidents come
        with at most five results.
        """
        return self._vehicles.find(query, Look(make, model, colour))

    def person(self, name: str, *, born: date | None = None, age: int | None = None, as_of: date) -> Found[Person]:
        """Words of a name in any order, misspelt or as they sound; `age` in years on the day `as_of`. At most 10, the likeliest first.

        Raises QueryError.
        """
        return self._persons.find(name, Age(born, age, as_of))

    def place(self, address: str) -> Found[Place]:
        """House number, street, town or postcode, in any order, misspelt. At most 10. Raises QueryError."""
        return self._places.find(address)

    def near(self, lat: float, lon: float, *, metres: int, days: int, as_of: date) -> Around:
        """Around a point (degrees WGS 84), in the last so many days up to `as_of`. Raises QueryError."""
        return self._places.near(circle(lat, lon, metres, days, as_of))
