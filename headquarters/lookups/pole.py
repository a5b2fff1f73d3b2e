"""The records beside a store (`patrol-hq records import`) as a source of answers; what is imported meanwhile, the next question sees."""

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

from headquarters.lookups.source import UnavailableError
from headquarters.records.file import open_reader, path_of
from headquarters.store.file import StoreError
from records.answers import Around, Found, Person, Place, Vehicle
from records.search import NoRecordsError, Search


class PoleRecords:
    """One open file; a new Search for each question, for what an import renumbers must not be remembered."""

    def __init__(self, store: Path) -> None:
        self._path = path_of(store)
        self._connection: sqlite3.Connection | None = None

    def as_of_ms(self) -> int | None:
        """Midnight (UTC) of the day that the records are of."""
        try:
            day = self._search().about().as_of
        except NoRecordsError as error:
            raise UnavailableError("there are no records yet") from error
        return None if day is None else int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)

    def vehicle(
        self, query: str, *, make: str | None = None, model: str | None = None, colour: str | None = None
    ) -> Found[Vehicle]:
        """As records.search has it."""
        return self._search().vehicle(query, make=make, model=model, colour=colour)

    def person(self, name: str, *, born: date | None = None, age: int | None = None, as_of: date) -> Found[Person]:
        """As records.search has it."""
        return self._search().person(name, born=born, age=age, as_of=as_of)

    def place(self, address: str) -> Found[Place]:
        """As records.search has it."""
        return self._search().place(address)

    def near(self, lat: float, lon: float, *, metres: int, days: int, as_of: date) -> Around:
        """As records.search has it."""
        return self._search().near(lat, lon, metres=metres, days=days, as_of=as_of)

    def close(self) -> None:
        """The file is closed; the next question would open it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _search(self) -> Search:
        try:
            if self._connection is None:
                self._connection = open_reader(self._path)
            return Search(self._connection)
        except (StoreError, NoRecordsError, sqlite3.Error) as error:
            raise UnavailableError("there are no records to search") from error
