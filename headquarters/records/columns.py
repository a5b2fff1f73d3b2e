"""The columns of the five kinds of CSV files -> how a row of each becomes a row of records. The whole contract of the files."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from proto.plates import MAX_KEY_CHARACTERS, canonical
from records import rows
from records.rows import Row
from records.words import ROLE_CODES, bits_of

MAX_REF: Final = 64
MAX_NAME: Final = 100
MAX_TEXT: Final = 300
_OLDEST: Final = 1850
_AT: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d)(?::\d\d)?)?", re.ASCII)
_DAY_FIRST: Final = re.compile(r"(\d\d)/(\d\d)/(\d{4})", re.ASCII)


class RowError(ValueError):
    """Why a row is none, in a few words that show nothing of it."""


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of file. `make` takes the fields in the order needed + perhaps; an empty one is None."""

    name: str
    needed: tuple[str, ...]
    perhaps: tuple[str, ...]
    make: Callable[..., Row]

    @property
    def columns(self) -> tuple[str, ...]:
        """All of them."""
        return self.needed + self.perhaps


def _person(
    ref: str | None,
    surname: str | None,
    forenames: str | None,
    born: str | None,
    sex: str | None,
    markers: str | None,
    wanted: str | None,
    conditions: str | None,
) -> Row:
    if not (forenames or surname):
        raise RowError("no name")
    return rows.Person(
        _needed(ref, "person_id"),
        _text(forenames, "forenames", MAX_NAME) or "",
        _text(surname, "surname", MAX_NAME) or "",
        None if born is None else _day(born, "born"),
        _text(sex, "sex", 16),
        _markers(markers),
        _text(wanted, "wanted", MAX_TEXT),
        _text(conditions, "conditions", MAX_TEXT),
    )


def _object(
    ref: str | None,
    vrm: str | None,
    make: str | None,
    model: str | None,
    colour: str | None,
    area: str | None,
    markers: str | None,
) -> Row:
    vrm = _needed(vrm, "vrm")
    key = canonical(vrm)
    if key is None or len(key) > MAX_KEY_CHARACTERS:
        raise RowError("vrm without a key" if key is None else "vrm too long")
    return rows.Vehicle(
        _needed(ref, "object_id"),
        key,
        vrm,
        _text(make, "make", MAX_NAME),
        _text(model, "model", MAX_NAME),
        _text(colour, "colour", MAX_NAME),
        _text(area, "keeper_area", MAX_NAME),
        _markers(markers),
    )


def _location(
    ref: str | None,
    street: str | None,
    lat: str | None,
    lon: str | None,
    number: str | None,
    town: str | None,
    postcode: str | None,
    markers: str | None,
) -> Row:
    return rows.Location(
        _needed(ref, "location_id"),
        None if number is None else (_text(number, "number", 16) or "").upper(),
        _needed(street, "street", MAX_NAME),
        _text(town, "town", MAX_NAME),
        None if postcode is None else _postcode(postcode),
        _degrees(lat, 90, "lat"),
        _degrees(lon, 180, "lon"),
        _markers(markers),
    )


def _event(ref: str | None, category: str | None, at: str | None, location: str | None, summary: str | None) -> Row:
    found = _AT.fullmatch(at or "")
    if found is None:
        raise RowError("occurred_at not YYYY-MM-DD or YYYY-MM-DDTHH:MM")
    day, hour, minute = found.groups()
    if hour is not None and not (int(hour) < 24 and int(minute) < 60):
        raise RowError("occurred_at has no such time")
    return rows.Event(
        _needed(ref, "event_id"),
        _needed(category, "category"),
        _day(day, "occurred_at"),
        None if hour is None else int(hour) * 60 + int(minute),
        _text(location, "location_id", MAX_REF),
        _text(summary, "summary", MAX_TEXT),
    )


def _relationship(role: str | None, one: str | None, other: str | None) -> Row:
    code = ROLE_CODES.get((role or "").lower())
    if code is None:
        raise RowError("role unknown")
    return rows.Relationship(code, _needed(one, "from_id"), _needed(other, "to_id"))


FORMS: Final = (
    Form("persons", ("person_id", "surname"), ("forenames", "born", "sex", "markers", "wanted", "conditions"), _person),
    Form("objects", ("object_id", "vrm"), ("make", "model", "colour", "keeper_area", "markers"), _object),
    Form("locations", ("location_id", "street", "lat", "lon"), ("number", "town", "postcode", "markers"), _location),
    Form("events", ("event_id", "category", "occurred_at"), ("location_id", "summary"), _event),
    Form("relationships", ("role", "from_id", "to_id"), (), _relationship),
)
"""A file is of the first form whose needed columns it has."""


def _needed(field: str | None, column: str, most: int = MAX_REF) -> str:
    text = _text(field, column, most)
    if text is None:
        raise RowError(f"no {column}")
    return text


def _text(field: str | None, column: str, most: int) -> str | None:
    if field is not None and len(field) > most:
        raise RowError(f"{column} too long")
    return field


@lru_cache(maxsize=65_536)
def _day(field: str, column: str) -> int:
    try:
        if found := _DAY_FIRST.fullmatch(field):
            day = date(int(found[3]), int(found[2]), int(found[1]))
        else:
            day = date.fromisoformat(field)
    except ValueError:
        raise RowError(f"{column} is no day") from None
    if day.year < _OLDEST:
        raise RowError(f"{column} too long ago")
    return day.toordinal()


@lru_cache(maxsize=4096)
def _markers(field: str | None) -> int:
    """Words with a semicolon or | between."""
    words = [word.strip() for word in (field or "").replace("|", ";").split(";")]
    try:
        return bits_of(word for word in words if word)
    except KeyError:
        raise RowError("marker unknown") from None


@lru_cache(maxsize=65_536)
def _postcode(field: str) -> str:
    """UK postcodes in their one form; any other as it is."""
    text = "".join(field.upper().split())
    if 5 <= len(text) <= 7 and text.isalnum() and text[-3].isdigit():
        return f"{text[:-3]} {text[-3:]}"
    return _needed(field.upper(), "postcode", 16)


def _degrees(field: str | None, most: int, column: str) -> int:
    try:
        degrees = float(field or "")
    except ValueError:
        raise RowError(f"{column} is no number of degrees") from None
    if not -most <= degrees <= most:
        raise RowError(f"{column} is no number of degrees")
    return round(degrees * 1e6)
