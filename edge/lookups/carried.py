"""A question -> what the carried packs of records know of it, and how old that is. On a thread of its own: a search is Python."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final, TypeAlias

from edge.data.holdings import FOLDER
from edge.lookups.answer import CARRIED, Known
from edge.lookups.question import Question, RefusedError
from edge.matcher.listfile import PAGE_BYTES
from edge.spool.database import Connection, StoreError, connect
from records.answers import Around, Found, Person, Place, QueryError, Vehicle
from records.plain import plain
from records.search import NoRecordsError, Search

KIND: Final = "records"
CACHE_KB: Final = 2048

_Known: TypeAlias = Found[Vehicle] | Found[Person] | Found[Place] | Around
Stamp = tuple[int, int, int]


@dataclass(slots=True)
class _Open:
    connection: Connection
    search: Search
    stamp: Stamp


class Carried:
    """Every pack in the storage folder; a swapped one is opened anew. One thread at a time."""

    def __init__(self, storage: Path, key: str) -> None:
        self._folder = storage / FOLDER / KIND
        self._key = key
        self._packs: dict[Path, _Open] = {}

    def find(self, question: Question, today: date) -> list[Known]:
        """One answer a pack; none where nothing is carried, or cannot be read. Raises RefusedError: the question is none."""
        self._reopen()
        answers = []
        for path, pack in list(self._packs.items()):
            try:
                answers.append(_known(pack.search, question, today))
            except QueryError as error:
                raise RefusedError(str(error)) from error
            except StoreError:  # a damaged page: the connection reads nothing more
                self._close(path)
        return answers

    def close(self) -> None:
        """No searches any more."""
        for path in list(self._packs):
            self._close(path)

    def _reopen(self) -> None:
        stamps = {path: _stamp(path) for path in sorted(self._folder.glob("*.set"))}
        for path in [path for path, pack in self._packs.items() if stamps.get(path) != pack.stamp]:
            self._close(path)
        for path, stamp in stamps.items():
            if path not in self._packs and (opened := self._opened(path, stamp)) is not None:
                self._packs[path] = opened

    def _opened(self, path: Path, stamp: Stamp) -> _Open | None:
        connection = connect(path, self._key, page_bytes=PAGE_BYTES, cache_kb=CACHE_KB, read_only=True)
        try:
            return _Open(connection, Search(connection), stamp)
        except (StoreError, NoRecordsError):
            connection.close()
            return None

    def _close(self, path: Path) -> None:
        self._packs.pop(path).connection.close()


def _stamp(path: Path) -> Stamp:
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, status.st_size


def _known(search: Search, question: Question, today: date) -> Known:
    said = dict(question.parts)
    known = _SEARCHES[question.what](search, said, today)
    day = search.about().as_of
    as_of_ms = None if day is None else int(datetime.combine(day, time(), UTC).timestamp() * 1000)
    found = known.total + len(known.marked) if isinstance(known, Around) else len(known.results)
    return Known(CARRIED, as_of_ms, found, plain(known) if found else None)


def _vehicle(search: Search, said: dict[str, Any], _today: date) -> _Known:
    return search.vehicle(said["query"], make=said.get("make"), model=said.get("model"), colour=said.get("colour"))


def _person(search: Search, said: dict[str, Any], today: date) -> _Known:
    born = said.get("born")
    day = None if born is None else date.fromisoformat(born)
    return search.person(said["query"], born=day, age=said.get("age"), as_of=today)


def _place(search: Search, said: dict[str, Any], today: date) -> _Known:
    if "query" in said:
        return search.place(said["query"])
    lat, lon = said["lat_e6"] / 1e6, said["lon_e6"] / 1e6
    return search.near(lat, lon, metres=said["metres"], days=said["days"], as_of=today)


_SEARCHES: Final[dict[str, Callable[[Search, dict[str, Any], date], _Known]]] = {
    "vehicle": _vehicle,
    "person": _person,
    "place": _place,
}
