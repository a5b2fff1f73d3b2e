"""A request line of the socket -> a question that may be asked, or the sentence why it may not. [proto-10.5]"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from edge.config.lookups import Lookups
from proto.asks import MAX_TEXT, WHATS, Part
from proto.events import Place
from proto.officers import Officer, is_collar

HERE: Final = "here"
NO_OFFICER: Final = "log on first: no look-up of a person or place without a logged-on officer"
NO_VEHICLE: Final = "log on first: no look-up without a logged-on officer"
NOWHERE: Final = "where the car is, is not known: give an address"
_TEXTS: Final = ("query", "born", "make", "model", "colour", "reason", "case", "officer")
_NUMBERS: Final = {"age": 130, "metres": 5_000, "days": 3_660}


class RefusedError(ValueError):
    """It is not answered; the text is for the officer and shows nothing of what was asked."""


@dataclass(frozen=True, slots=True)
class Question:
    """`parts` are those of proto.asks; `text` is the same for the record, and for finding an answer again."""

    what: str
    parts: tuple[Part, ...] = field(repr=False)
    officer: str = field(repr=False)
    force: str | None
    reason: str
    case: str | None = field(repr=False)

    @property
    def text(self) -> str:
        """`query` as it was typed, and each other part as name=value."""
        return " ".join(str(value) if name == "query" else f"{name}={value}" for name, value in self.parts)


def question_of(
    request: dict[str, Any], config: Lookups, officer_of: Callable[[str], Officer | None], place: Place | None
) -> Question:
    """Raises RefusedError."""
    what = request.get("what")
    if what not in WHATS:
        raise RefusedError(f"what to look up is one of {', '.join(WHATS)}")
    said = {name: _text(request, name) for name in _TEXTS} | {name: _number(request, name) for name in _NUMBERS}
    collar, reason, case = str(said["officer"] or ""), str(said["reason"] or ""), said["case"]
    is_open = what == "vehicle" and config.open_vehicles
    officer = officer_of(collar) if is_collar(collar) else None
    if officer is None and not is_open:
        raise RefusedError(NO_VEHICLE if what == "vehicle" else NO_OFFICER)
    if reason not in config.reasons and not (is_open and not reason):
        raise RefusedError(f"give a reason code, one of {', '.join(config.reasons)}")
    if config.require_case and what != "vehicle" and case is None:
        raise RefusedError("give a case number: this force asks for one")
    parts = _PARTS[str(what)](said, config, place)
    force = officer.force if officer else None
    return Question(
        str(what), parts, officer.collar if officer else "", force, reason, None if case is None else str(case)
    )


def _vehicle(said: dict[str, Any], _config: Lookups, _place: Place | None) -> tuple[Part, ...]:
    return _given(said, "query", "make", "model", "colour")


def _person(said: dict[str, Any], _config: Lookups, _place: Place | None) -> tuple[Part, ...]:
    born = said["born"]
    try:
        if born is not None:
            date.fromisoformat(born)
    except ValueError:
        raise RefusedError("a date of birth is YYYY-MM-DD") from None
    return _given(said, "query", "born", "age")


def _place(said: dict[str, Any], config: Lookups, place: Place | None) -> tuple[Part, ...]:
    if str(said["query"]).strip().lower() != HERE:
        return _given(said, "query")
    if place is None:
        raise RefusedError(NOWHERE)
    around = (("metres", said["metres"] or config.metres), ("days", said["days"] or config.days))
    return (("lat_e6", place.lat_e6), ("lon_e6", place.lon_e6), *around)


_PARTS: Final[dict[str, Callable[[dict[str, Any], Lookups, Place | None], tuple[Part, ...]]]] = {
    "vehicle": _vehicle,
    "person": _person,
    "place": _place,
}


def _given(said: dict[str, Any], *names: str) -> tuple[Part, ...]:
    if said["query"] is None:
        raise RefusedError("say what to look up")
    return tuple((name, said[name]) for name in names if said[name] is not None)


def _text(request: dict[str, Any], name: str) -> str | None:
    value = request.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise RefusedError(f"{name} is a text of at most {MAX_TEXT} characters")
    return value.strip() or None


def _number(request: dict[str, Any], name: str) -> int | None:
    value = request.get(name)
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= _NUMBERS[name]:
        raise RefusedError(f"{name} is a number from 0 to {_NUMBERS[name]}")
    return value
