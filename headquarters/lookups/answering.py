"""An ask and a source -> the message that answers it, within its bound. Nothing of either is written or logged here. [proto-10]"""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final, TypeAlias

from headquarters.lookups.source import Source, UnavailableError
from proto.asks import FAILED, FOUND, NONE, REFUSED, TOO_MANY, Answer, Ask, encode_answer
from proto.errors import FrameError
from records.answers import Around, Found, Person, Place, QueryError, Vehicle
from records.plain import plain

OPEN: Final = "vehicle"  # a force may let its cars ask for it without a logged-on officer [proto-10.5]

_Known: TypeAlias = Found[Vehicle] | Found[Person] | Found[Place] | Around


def answered(source: Source, ask: Ask, today: date) -> bytes:
    """The message `answer`. What is too long loses its last results, and says that there are more."""
    if ask.what != OPEN and not (ask.officer.strip() and ask.reason.strip()):
        return encode_answer(Answer(ask.id, REFUSED))
    try:
        known = _ASKS[ask.what](source, ask, today)
        as_of_ms = source.as_of_ms()
    except (QueryError, _PartError):
        return encode_answer(Answer(ask.id, REFUSED))
    except (UnavailableError, sqlite3.OperationalError):  # a busy or replaced file: the crew may ask again
        return encode_answer(Answer(ask.id, FAILED))
    return _fitting(Answer(ask.id, FOUND, as_of_ms), known)


class _PartError(ValueError):
    """A part is missing, or not what its name says."""


def _fitting(answer: Answer, known: _Known) -> bytes:
    if _count(known) == 0:
        return encode_answer(replace(answer, outcome=NONE))
    while True:
        try:
            return encode_answer(replace(answer, found=_count(known), result=plain(known)))
        except FrameError:
            if isinstance(known, Around) or len(known.results) <= 1:
                return encode_answer(replace(answer, outcome=TOO_MANY))
            known = _fewer(known)


def _fewer(known: Found[Vehicle] | Found[Person] | Found[Place]) -> Found[Vehicle] | Found[Person] | Found[Place]:
    return replace(known, results=known.results[: len(known.results) * 2 // 3], more=True)  # type: ignore[arg-type]


def _count(known: _Known) -> int:
    """Of a circle: incidents, and addresses to beware of."""
    return known.total + len(known.marked) if isinstance(known, Around) else len(known.results)


def _vehicle(source: Source, ask: Ask, _today: date) -> _Known:
    make, model, colour = (_maybe(ask, name) for name in ("make", "model", "colour"))
    return source.vehicle(_text(ask, "query"), make=make, model=model, colour=colour)


def _person(source: Source, ask: Ask, today: date) -> _Known:
    born, age = _maybe(ask, "born"), ask.part("age")
    try:
        day = None if born is None else date.fromisoformat(born)
    except ValueError as error:
        raise _PartError("born") from error
    years = None if age is None else _number(ask, "age")
    return source.person(_text(ask, "query"), born=day, age=years, as_of=today)


def _place(source: Source, ask: Ask, today: date) -> _Known:
    if ask.part("query") is not None:
        return source.place(_text(ask, "query"))
    lat_e6, lon_e6, metres, days = (_number(ask, name) for name in ("lat_e6", "lon_e6", "metres", "days"))
    return source.near(lat_e6 / 1e6, lon_e6 / 1e6, metres=metres, days=days, as_of=today)


_ASKS: Final[dict[str, Callable[[Source, Ask, date], _Known]]] = {
    "vehicle": _vehicle,
    "person": _person,
    "place": _place,
}


def _text(ask: Ask, name: str) -> str:
    part = ask.part(name)
    if not isinstance(part, str):
        raise _PartError(name)
    return part


def _maybe(ask: Ask, name: str) -> str | None:
    return None if ask.part(name) is None else _text(ask, name)


def _number(ask: Ask, name: str) -> int:
    part = ask.part(name)
    if not isinstance(part, int):
        raise _PartError(name)
    return part
