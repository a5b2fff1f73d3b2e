"""An event <-> its body: a positional msgpack array with scaled integers, encoded once at birth, at most 2 kB. [proto-3]

Every body begins `[kind, uptime_ms, utc_offset_ms, clock, ...]`. UTC is `uptime_ms + utc_offset_ms`: the offset stays the
same from event to event, so that a batch compresses to little more than the uptimes and the plates.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, ClassVar, Final, TypeAlias

import msgpack

from proto.errors import FrameError

MAX_BODY_BYTES: Final = 2048

_pack: Final[Callable[[object], bytes]] = msgpack.Packer(use_bin_type=True).pack


class Clock(IntEnum):
    """How good the car's wall clock was: never set / carried over from before / set by NTP / confirmed by GNSS."""

    UNSET = 0
    KEPT = 1
    NTP = 2
    GNSS = 3


@dataclass(frozen=True, slots=True)
class Moment:
    """When it was: milliseconds since the machine's boot (suspend included), and UTC at that boot when it is known."""

    uptime_ms: int
    utc_offset_ms: int | None
    clock: Clock

    @property
    def utc_ms(self) -> int | None:
        """Milliseconds since 1970-01-01 UTC, or None while the car did not know the time."""
        return None if self.utc_offset_ms is None else self.uptime_ms + self.utc_offset_ms


@dataclass(frozen=True, slots=True)
class Place:
    """Where it was: WGS 84 in millionths of a degree, and the uptime at which the receiver said so."""

    lat_e6: int
    lon_e6: int
    placed_ms: int


@dataclass(frozen=True, slots=True)
class Start:
    """The first event of an epoch. `lasts` names the parent's last number per lane; None: unknown (no parent or a salvage)."""

    KIND: ClassVar[int] = 0
    moment: Moment
    parent: bytes | None
    lasts: tuple[tuple[int, int], ...] | None
    version: str
    salvaged: bool = False
    more: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """One plate seen by one camera. `camera_at_s`: the camera's own clock, zone unstated, as seconds since 1970 of its face."""

    KIND: ClassVar[int] = 1
    moment: Moment
    camera: str
    vrm: str
    track: int
    confidence_permille: int | None = None
    place: Place | None = None
    camera_at_s: int | None = None
    country: str | None = None
    more: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A read that is on a list. `read` is its number in lane read of the same epoch; `alert` is the alert's number in this epoch."""

    KIND: ClassVar[int] = 2
    moment: Moment
    read: int | None
    alert: int
    camera: str
    vrm: str
    track: int
    list: str
    priority: int | None = None
    action: str | None = None
    reason: str | None = None
    list_age_s: int | None = None
    signed: bool = False
    place: Place | None = None
    more: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Position:
    """Where the car was. Speed in cm/s, heading in hundredths of a degree from true north."""

    KIND: ClassVar[int] = 3
    moment: Moment
    place: Place
    speed_cmps: int | None = None
    heading_cdeg: int | None = None
    gnss_ms: int | None = None
    more: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockSet:
    """The car learned the time, or a better one: its moment's offset dates the events of this boot that have none."""

    KIND: ClassVar[int] = 4
    moment: Moment
    was: Clock
    was_offset_ms: int | None = None
    more: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """Gauges and counts by name, whole numbers, units in the names."""

    KIND: ClassVar[int] = 5
    moment: Moment
    figures: tuple[tuple[str, int], ...]
    more: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Dropped:
    """A loss that a bound forced: how many of which lane, and why. `first`..`last` when they had numbers already."""

    KIND: ClassVar[int] = 6
    moment: Moment
    lane: int
    count: int
    reason: str
    epoch: bytes | None = None
    first: int | None = None
    last: int | None = None
    more: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something a person must look at: a word for the machine and a sentence for the person, without personal data."""

    KIND: ClassVar[int] = 7
    moment: Moment
    name: str
    detail: str
    more: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """An event of a later version of this language: kept whole."""

    kind: int
    moment: Moment
    more: tuple[Any, ...]


Event: TypeAlias = Start | Read | Hit | Position | ClockSet | Health | Dropped | Alarm
KINDS: Final[dict[int, type[Event]]] = {
    kind.KIND: kind for kind in (Start, Read, Hit, Position, ClockSet, Health, Dropped, Alarm)
}
WORDS: Final[dict[int, str]] = {
    Start.KIND: "start",
    Read.KIND: "read",
    Hit.KIND: "hit",
    Position.KIND: "position",
    ClockSet.KIND: "clock",
    Health.KIND: "health",
    Dropped.KIND: "dropped",
    Alarm.KIND: "alarm",
}
_FIELDS: Final = {
    kind: tuple((f.name, f.type) for f in fields(of) if f.name not in ("moment", "more")) for kind, of in KINDS.items()
}


def encode(event: Event | Unknown) -> bytes:
    """The event's body; absent trailing fields take no room. Raises FrameError when it exceeds MAX_BODY_BYTES."""
    moment = event.moment
    body: list[object]
    if type(event) is Unknown:
        body = [event.kind, moment.uptime_ms, moment.utc_offset_ms, moment.clock]
    else:
        body = [event.KIND, moment.uptime_ms, moment.utc_offset_ms, moment.clock]
        for name, _ in _FIELDS[event.KIND]:
            value = getattr(event, name)
            body.append((value.lat_e6, value.lon_e6, value.placed_ms) if type(value) is Place else value)
    while not event.more and body[-1] is None and len(body) > 4:
        body.pop()
    packed = _pack([*body, *event.more])
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
    if type(parts) is not tuple or len(parts) < 4 or not _is_count(parts[0]):
        raise FrameError("not an event")
    moment = _moment(parts[1:4])
    of = KINDS.get(parts[0])
    return Unknown(parts[0], moment, parts[4:]) if of is None else _filled(of, moment, parts[4:])


def _filled(of: type[Event], moment: Moment, parts: tuple[Any, ...]) -> Event:
    named = _FIELDS[of.KIND]
    values = {name: _CHECKS[kind](part) for (name, kind), part in zip(named, parts, strict=False)}
    try:
        return of(moment, **values, more=parts[len(named) :])
    except TypeError as error:
        raise FrameError("fields missing") from error


def _moment(parts: tuple[Any, ...]) -> Moment:
    uptime_ms, offset_ms, clock = parts
    if not _is_count(uptime_ms) or not (offset_ms is None or _is_whole(offset_ms)):
        raise FrameError("no moment")
    if type(clock) is not int or clock not in _QUALITIES:
        raise FrameError("no clock quality")
    return Moment(uptime_ms, offset_ms, Clock(clock))


def _place(value: object) -> Place:
    match value:
        case (int(lat), int(lon), int(placed)) if abs(lat) <= 90_000_000 and abs(lon) <= 180_000_000 and placed >= 0:
            return Place(lat, lon, placed)
    raise FrameError("not a place")


def _is_whole(value: object) -> bool:
    return type(value) is int and -(2**63) <= value < 2**63


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _of(check: Callable[[object], bool], what: str) -> Callable[[Any], Any]:
    def checked(value: object) -> object:
        if not check(value):
            raise FrameError(f"not {what}")
        return value

    return checked


def _or_none(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else check(value)


def _pairs(of: type) -> Callable[[Any], Any]:
    def is_pairs(value: object) -> bool:
        return type(value) is tuple and all(
            type(pair) is tuple and len(pair) == 2 and type(pair[0]) is of and _is_whole(pair[1]) for pair in value
        )

    return _of(is_pairs, "pairs")


_QUALITIES: Final = frozenset(map(int, Clock))
_WHOLE: Final = _of(_is_whole, "a whole number")
_TEXT: Final = _of(lambda value: type(value) is str, "text")
_BYTES: Final = _of(lambda value: type(value) is bytes, "bytes")
_CHECKS: Final[dict[Any, Callable[[Any], Any]]] = {
    int: _WHOLE,
    int | None: _or_none(_WHOLE),
    str: _TEXT,
    str | None: _or_none(_TEXT),
    bytes | None: _or_none(_BYTES),
    bool: _of(lambda value: type(value) is bool, "true or false"),
    Place: _place,
    Place | None: _or_none(_place),
    Clock: lambda value: Clock(value) if value in _QUALITIES else _WHOLE(None),
    tuple[tuple[str, int], ...]: _pairs(str),
    tuple[tuple[int, int], ...] | None: _or_none(_pairs(int)),
}
