"""A look-up that a car hands on <-> `ask` (up), and what headquarters knows of it <-> `answer` (down). [proto-10]

Both are msgpack arrays that begin with the version; bytes that are none are a FrameError. What was asked and answered is
personal: no repr shows it. Neither is an event: the audit record of the look-up comes in lane audit, from the car.
"""

from dataclasses import dataclass, field
from typing import Any, Final

import msgpack

from proto import fields
from proto.batches import VERSION
from proto.control import MAX_CONTROL_BYTES
from proto.errors import FrameError

MAX_ANSWER_BYTES: Final = 16_384
MAX_TEXT: Final = 128  # characters of one text of an ask
MAX_PARTS: Final = 8
ID_BYTES: Final = 8

WHATS: Final = ("vehicle", "person", "place")
FOUND: Final = "found"
NONE: Final = "none"
TOO_MANY: Final = "too many"
REFUSED: Final = "refused"
FAILED: Final = "failed"
OUTCOMES: Final = (FOUND, NONE, TOO_MANY, REFUSED, FAILED)
"""What is known / nothing / more than an answer holds: ask more narrowly / this may not, or cannot, be asked / not now."""

Part = tuple[str, str | int]


@dataclass(frozen=True, slots=True)
class Ask:
    """What an officer asks, and why. `id`: random, the answer echoes it; the same id again is the same look-up.

    `what` is one of WHATS, `asked` its parts by name: vehicle `query`, and perhaps `make`, `model`, `colour`; person
    `query`, and perhaps `born` (YYYY-MM-DD) or `age`; place `query`, or `lat_e6`, `lon_e6`, `metres` and `days`.
    """

    id: bytes
    what: str
    asked: tuple[Part, ...] = field(repr=False)
    officer: str = field(repr=False)
    force: str | None
    reason: str
    case: str | None = field(default=None, repr=False)

    def part(self, name: str) -> str | int | None:
        """A part by its name; None: it was not said."""
        return dict(self.asked).get(name)


@dataclass(frozen=True, slots=True)
class Answer:
    """`outcome` is one of OUTCOMES; `as_of_ms`: UTC, how old what is known is; `found`: how many results `result` holds.

    `result` is what a search says, in JSON's terms: None but for FOUND.
    """

    id: bytes
    outcome: str
    as_of_ms: int | None = None
    found: int = 0
    result: dict[str, Any] | None = field(default=None, repr=False)


def encode_ask(ask: Ask) -> bytes:
    """[version, id, what, [[name, value], ...], officer, force, reason, case]. Raises FrameError when it is too long."""
    asked = [list(part) for part in ask.asked]
    return _packed([VERSION, ask.id, ask.what, asked, ask.officer, ask.force, ask.reason, ask.case], MAX_CONTROL_BYTES)


def decode_ask(message: bytes) -> Ask:
    """What `encode_ask` made. Raises FrameError on anything else."""
    match _parts(message, MAX_CONTROL_BYTES):
        case [_, id_, str(what), list(asked), officer, force, reason, case, *_] if what in WHATS:
            if len(asked) > MAX_PARTS:
                raise FrameError("too many parts")
            parts = tuple(map(_part, asked))
            return Ask(fields.epoch(id_), what, parts, _text(officer), _or_none(force), _text(reason), _or_none(case))
    raise FrameError("not an ask")


def encode_answer(answer: Answer) -> bytes:
    """[version, id, outcome, as_of_ms, found, result]. Raises FrameError beyond MAX_ANSWER_BYTES: say TOO_MANY, or send less."""
    parts = [VERSION, answer.id, answer.outcome, answer.as_of_ms, answer.found, answer.result]
    return _packed(parts, MAX_ANSWER_BYTES)


def decode_answer(message: bytes) -> Answer:
    """What `encode_answer` made. Raises FrameError on anything else."""
    match _parts(message, MAX_ANSWER_BYTES):
        case [_, id_, str(outcome), as_of_ms, found, result, *_] if outcome in OUTCOMES:
            fields.bounded((result,))
            as_of_ms = None if as_of_ms is None else fields.number(as_of_ms, 0, 2**53)
            return Answer(
                fields.epoch(id_), outcome, as_of_ms, fields.number(found, 0, 2**31), _result(result, outcome)
            )
    raise FrameError("not an answer")


def _result(value: object, outcome: str) -> dict[str, Any] | None:
    if outcome != FOUND and value is None:
        return None
    if outcome != FOUND or not isinstance(value, dict):
        raise FrameError("not a result")
    return value


def _part(value: object) -> Part:
    match value:
        case [name, int(number)] if type(number) is int:
            return _text(name), fields.whole(number)
        case [name, text]:
            return _text(name), _text(text)
    raise FrameError("not a part")


def _text(value: object) -> str:
    text = fields.text(value)
    if len(text) > MAX_TEXT:
        raise FrameError("text too long")
    return text


def _or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _parts(message: bytes, most: int) -> list[object]:
    if len(message) > most:
        raise FrameError("message too long")
    try:
        parts: object = msgpack.unpackb(message, max_array_len=1024, max_map_len=1024)
    except (ValueError, msgpack.UnpackException) as error:
        raise FrameError("not msgpack") from error
    if not isinstance(parts, list) or not parts or type(parts[0]) is not int or parts[0] != VERSION:
        raise FrameError("unknown version")
    return parts


def _packed(parts: list[object], most: int) -> bytes:
    try:
        message: bytes = msgpack.packb(parts, unicode_errors="replace")
    except OverflowError as error:
        raise FrameError("number too large") from error
    if len(message) > most:
        raise FrameError("message too long")
    return message
