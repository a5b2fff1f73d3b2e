"""Whether an entry still stands <-> `confirm` (up), what base says of it <-> `confirmed` (down), a `note` (down). [proto-9]

All are msgpack arrays that begin with the version; bytes that are none are a FrameError; fields after the known ones are let by.
"""

from dataclasses import dataclass, field
from typing import Final

import msgpack

from proto import fields
from proto.batches import VERSION
from proto.control import MAX_CONTROL_BYTES
from proto.errors import FrameError
from proto.manifest import is_name
from proto.patterns import ALL, is_pattern
from proto.plates import canonical
from proto.ranges import MAX_NUMBER

STANDS: Final = "stands"
CHANGED: Final = "changed"
WEEDED: Final = "weeded"
UNKNOWN: Final = "unknown"
STATES: Final = (STANDS, CHANGED, WEEDED, UNKNOWN)
"""It stands as the car has it / the vehicle is listed, with other details / it is not listed any more / no such list here."""
MAX_NOTE: Final = 500  # characters
MAX_KEY: Final = 32
_MOST_MS: Final = 2**48


@dataclass(frozen=True, slots=True)
class Confirm:
    """An alert of an epoch of the asking car; the entry: its list and the list's version, its key or pattern, its id."""

    epoch: bytes
    alert: int
    list: str
    version: int
    key: str = field(repr=False)
    id: int


@dataclass(frozen=True, slots=True)
class Confirmed:
    """`state` of the entry in headquarters' newest version, made at `made_ms`; `since_ms`: weeded at the latest then. UTC.

    `as_of_ms`: when headquarters looked.
    """

    epoch: bytes
    alert: int
    state: str
    as_of_ms: int
    version: int | None = None
    made_ms: int | None = None
    since_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What headquarters says of a hit. `number`: its own, the same when it is said again; `made_ms`: UTC."""

    number: int
    epoch: bytes
    alert: int
    made_ms: int
    text: str = field(repr=False)


def encode_confirm(asked: Confirm) -> bytes:
    """[version, epoch, alert, list, version of the list, key, id]."""
    return _packed([VERSION, asked.epoch, asked.alert, asked.list, asked.version, asked.key, asked.id])


def decode_confirm(message: bytes) -> Confirm:
    """What `encode_confirm` made. Raises FrameError on anything else."""
    match _parts(message):
        case [_, epoch, alert, str(name), version, str(key), id_, *_] if is_name(name) and _is_key(key):
            return Confirm(
                fields.epoch(epoch),
                fields.number(alert, 1, MAX_NUMBER),
                name,
                fields.number(version, 0, MAX_NUMBER),
                key,
                fields.number(id_, 0, 2**32 - 1),
            )
    raise FrameError("not a confirm")


def encode_confirmed(said: Confirmed) -> bytes:
    """[version, epoch, alert, state, as_of_ms, version of the list, made_ms, since_ms]."""
    parts = [said.epoch, said.alert, STATES.index(said.state), said.as_of_ms, said.version, said.made_ms, said.since_ms]
    return _packed([VERSION, *parts])


def decode_confirmed(message: bytes) -> Confirmed:
    """What `encode_confirmed` made. Raises FrameError on anything else."""
    match _parts(message):
        case [_, epoch, alert, state, as_of, version, made, since, *_]:
            return Confirmed(
                fields.epoch(epoch),
                fields.number(alert, 1, MAX_NUMBER),
                STATES[fields.number(state, 0, len(STATES) - 1)],
                fields.number(as_of, 0, _MOST_MS),
                _number_or_none(version),
                _number_or_none(made),
                _number_or_none(since),
            )
    raise FrameError("not a confirmation")


def encode_note(note: Note) -> bytes:
    """[version, number, epoch, alert, made_ms, text]."""
    return _packed([VERSION, note.number, note.epoch, note.alert, note.made_ms, note.text[:MAX_NOTE]])


def decode_note(message: bytes) -> Note:
    """What `encode_note` made. Raises FrameError on anything else."""
    match _parts(message):
        case [_, number, epoch, alert, made, str(text), *_]:
            return Note(
                fields.number(number, 1, MAX_NUMBER),
                fields.epoch(epoch),
                fields.number(alert, 1, MAX_NUMBER),
                fields.number(made, 0, _MOST_MS),
                text[:MAX_NOTE],
            )
    raise FrameError("not a note")


def _is_key(key: str) -> bool:
    """A key or a pattern as lists have them."""
    plain = key.replace("*", "").replace("?", "")
    return len(key) <= MAX_KEY and key != ALL and canonical(plain) == plain and (is_pattern(key) or plain == key)


def _number_or_none(value: object) -> int | None:
    return None if value is None else fields.number(value, 0, _MOST_MS)


def _parts(message: bytes) -> list[object]:
    if len(message) > MAX_CONTROL_BYTES:
        raise FrameError("message too long")
    try:
        parts: object = msgpack.unpackb(message, max_array_len=64)
    except (ValueError, msgpack.UnpackException) as error:
        raise FrameError("not msgpack") from error
    if not isinstance(parts, list) or not parts or type(parts[0]) is not int or parts[0] != VERSION:
        raise FrameError("unknown version")
    return parts


def _packed(parts: list[object]) -> bytes:
    message: bytes = msgpack.packb(parts, unicode_errors="replace")
    return message
