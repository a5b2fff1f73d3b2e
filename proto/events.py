"""An event <-> its body: a positional msgpack array with scaled integers, encoded once at birth, at most 2 kB. [proto-3]

Every body begins `[kind, uptime_ms, utc_offset_ms, clock, ...]`. UTC is `uptime_ms + utc_offset_ms`: the offset stays the
same from event to event, so that a batch compresses to little more than the uptimes and the plates. The kinds: `kinds.py`.
"""

from collections.abc import Callable
from dataclasses import MISSING, fields, replace
from operator import attrgetter
from typing import Any, Final

import msgpack

from proto.audited import Eight
from proto.audited import LogOn as LogOn
from proto.audited import Lookup as Lookup
from proto.audited import Shift as Shift
from proto.chain import Link
from proto.errors import FrameError
from proto.fields import (
    Check,
    bounded,
    epoch,
    flag,
    is_count,
    is_whole,
    link,
    named_numbers,
    named_texts,
    numbered_numbers,
    or_none,
    text,
    whole,
)
from proto.kinds import KINDS as KINDS
from proto.kinds import WORDS as WORDS
from proto.kinds import Alarm as Alarm
from proto.kinds import Change as Change
from proto.kinds import ClockSet as ClockSet
from proto.kinds import Dropped as Dropped
from proto.kinds import Dwell as Dwell
from proto.kinds import Event as Event
from proto.kinds import Health as Health
from proto.kinds import Hit as Hit
from proto.kinds import LookOut as LookOut
from proto.kinds import Position as Position
from proto.kinds import Read as Read
from proto.kinds import Start as Start
from proto.kinds import Step as Step
from proto.kinds import Unknown as Unknown
from proto.moments import MAX_LAT_E6 as MAX_LAT_E6
from proto.moments import MAX_LON_E6 as MAX_LON_E6
from proto.moments import MAX_MS as MAX_MS
from proto.moments import Clock as Clock
from proto.moments import Moment as Moment
from proto.moments import Place as Place

MAX_BODY_BYTES: Final = 2048


def encode(event: Event | Unknown) -> bytes:
    """The event's body; absent trailing fields take no room. Raises FrameError when it exceeds MAX_BODY_BYTES.

    Whole numbers must fit 64 bits with sign. A lone surrogate, which JSON from a camera can bring, is sent as `?`.
    """
    moment = event.moment
    body: list[Any]
    if isinstance(event, Unknown):
        body = [event.kind, moment.uptime_ms, moment.utc_offset_ms, moment.clock]
    else:
        kind = event.KIND
        body = [kind, moment.uptime_ms, moment.utc_offset_ms, moment.clock, *_VALUES[kind](event)]
        if (at := _PLACED.get(kind)) and (place := body[at]):
            body[at] = (place.lat_e6, place.lon_e6, place.placed_ms)
        while not event.more and body[-1] is None:
            body.pop()
    try:
        packed = _pack([*body, *event.more] if event.more else body)
    except OverflowError as error:
        raise FrameError("number too large") from error
    if len(packed) > MAX_BODY_BYTES:
        raise FrameError("body too long")
    return packed


def decode(body: bytes) -> Event | Unknown:
    """The event of a body. Fields that a later version added stay in `more`. Raises FrameError on anything else."""
    if len(body) > MAX_BODY_BYTES:
        raise FrameError("body too long")
    try:
        parts = msgpack.unpackb(body, use_list=False)
    except (ValueError, msgpack.UnpackException) as error:
        raise FrameError("not msgpack") from error
    if type(parts) is not tuple or len(parts) < 4 or not is_count(parts[0]):
        raise FrameError("not an event")
    kind, moment = parts[0], _moment(*parts[1:4])
    of = KINDS.get(kind)
    return Unknown(kind, moment, bounded(parts[4:])) if of is None else _filled(of, moment, parts[4:])


def _filled(of: type[Event], moment: Moment, parts: tuple[Any, ...]) -> Event:
    checks = _CHECKS[of.KIND]
    if len(parts) < _NEEDED[of.KIND]:
        raise FrameError("fields missing")
    named = {name: check(part) for (name, check), part in zip(checks, parts, strict=False)}
    event: Event = of(moment, **named)
    more = bounded(parts[len(checks) :])
    return replace(event, more=more) if more else event


def _moment(uptime_ms: object, offset_ms: object, clock: object) -> Moment:
    if type(uptime_ms) is not int or not 0 <= uptime_ms <= MAX_MS:
        raise FrameError("no moment")
    if offset_ms is not None and (type(offset_ms) is not int or not 0 <= uptime_ms + offset_ms <= MAX_MS):
        raise FrameError("no moment")
    return Moment(uptime_ms, offset_ms, _clock(clock))


def _clock(value: object) -> Clock:
    if type(value) is not int or not 0 <= value < len(_QUALITIES):
        raise FrameError("no clock quality")
    return _QUALITIES[value]


def _place(value: object) -> Place:
    if type(value) is tuple and len(value) == 3:
        lat, lon, placed = value
        if is_whole(lat) and is_whole(lon) and is_count(placed) and abs(lat) <= MAX_LAT_E6 and abs(lon) <= MAX_LON_E6:
            return Place(lat, lon, placed)
    raise FrameError("not a place")


def _values_of(names: list[str]) -> Callable[[Event], tuple[Any, ...]]:
    values = attrgetter(*names)
    return values if len(names) > 1 else lambda event: (values(event),)


_pack: Final[Callable[[object], bytes]] = msgpack.Packer(unicode_errors="replace").pack
_QUALITIES: Final = tuple(Clock)
_OF_TYPE: Final[dict[Any, Check]] = {
    int: whole,
    int | None: or_none(whole),
    str: text,
    str | None: or_none(text),
    bytes | None: or_none(epoch),  # an event holds no other bytes, but for these two
    Eight: epoch,
    Link | None: or_none(link),
    bool: flag,
    Place: _place,
    Place | None: or_none(_place),
    Clock: _clock,
    tuple[tuple[str, int], ...]: named_numbers,
    tuple[tuple[int, int], ...] | None: or_none(numbered_numbers),
    tuple[tuple[str, str], ...]: named_texts,
}
_FIELDS: Final = {kind: [f for f in fields(of) if f.name not in ("moment", "more")] for kind, of in KINDS.items()}
_CHECKS: Final = {kind: [(f.name, _OF_TYPE[f.type]) for f in named] for kind, named in _FIELDS.items()}
_VALUES: Final = {kind: _values_of([f.name for f in named]) for kind, named in _FIELDS.items()}
_PLACED: Final = {kind: 4 + at for kind, named in _FIELDS.items() for at, f in enumerate(named) if f.name == "place"}
_NEEDED: Final = {
    kind: max((at for at, f in enumerate(named, 1) if f.default is MISSING), default=0)
    for kind, named in _FIELDS.items()
}
