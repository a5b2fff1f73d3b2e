"""An event <-> its body: a positional msgpack array with scaled integers, encoded once at birth, at most 2 kB. [proto-3]

Every body begins `[kind, uptime_ms, utc_offset_ms, clock, ...]`. UTC is `uptime_ms + utc_offset_ms`: the offset stays the
same from event to event, so that a batch compresses to little more than the uptimes and the plates.
"""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields, replace
from enum import IntEnum
from operator import attrgetter
from typing import Any, ClassVar, Final, TypeAlias

import msgpack

from proto.errors import FrameError
from proto.fields import (
    Check,
    bounded,
    epoch,
    flag,
    is_count,
    is_whole,
    named_numbers,
    numbered_numbers,
    or_none,
    text,
    whole,
)

MAX_BODY_BYTES: Final = 2048
MAX_LAT_E6: Final = 90_000_000
MAX_LON_E6: Final = 180_000_000
MAX_MS: Final = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z: what a body says when has a date, and sums fit 64 bits


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


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """Where it was: WGS 84 in millionths of a degree, and the uptime of the receiver. No repr: it could reach a log."""

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
    more: tuple[Any, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Read:
    """One plate seen by one camera. `camera_at_s`: the camera's own clock, zone unstated, as seconds since 1970 of its face."""

    KIND: ClassVar[int] = 1
    moment: Moment
    camera: str
    vrm: str = field(repr=False)
    track: int
    confidence_permille: int | None = None
    place: Place | None = None
    camera_at_s: int | None = None
    country: str | None = None
    more: tuple[Any, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Hit:
    """A read that is on a list. `read` is its number in lane read of the same epoch; `alert` is the alert's number in this epoch."""

    KIND: ClassVar[int] = 2
    moment: Moment
    read: int | None
    alert: int
    camera: str
    vrm: str = field(repr=False)
    track: int
    list: str
    priority: int | None = None
    action: str | None = None
    reason: str | None = field(default=None, repr=False)
    list_age_s: int | None = None
    signed: bool = False
    place: Place | None = None
    more: tuple[Any, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Position:
    """Where the car was. Speed in cm/s, heading in hundredths of a degree from true north."""

    KIND: ClassVar[int] = 3
    moment: Moment
    place: Place
    speed_cmps: int | None = None
    heading_cdeg: int | None = None
    gnss_ms: int | None = None
    more: tuple[Any, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class ClockSet:
    """The car learned the time, or a better one: its moment's offset dates the events of this boot that have none."""

    KIND: ClassVar[int] = 4
    moment: Moment
    was: Clock
    was_offset_ms: int | None = None
    more: tuple[Any, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Health:
    """Gauges and counts by name, whole numbers, units in the names."""

    KIND: ClassVar[int] = 5
    moment: Moment
    figures: tuple[tuple[str, int], ...]
    more: tuple[Any, ...] = field(default=(), repr=False)


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
    more: tuple[Any, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something a person must look at: a word for the machine and a sentence for the person, without personal data."""

    KIND: ClassVar[int] = 7
    moment: Moment
    name: str
    detail: str
    more: tuple[Any, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Unknown:
    """An event of a later version of this language: kept whole."""

    kind: int
    moment: Moment
    more: tuple[Any, ...] = field(repr=False)


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
    event: Event = of(moment, *(check(part) for check, part in zip(checks, parts, strict=False)))
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
    bytes | None: or_none(epoch),  # an event holds no other bytes
    bool: flag,
    Place: _place,
    Place | None: or_none(_place),
    Clock: _clock,
    tuple[tuple[str, int], ...]: named_numbers,
    tuple[tuple[int, int], ...] | None: or_none(numbered_numbers),
}
_FIELDS: Final = {kind: [f for f in fields(of) if f.name not in ("moment", "more")] for kind, of in KINDS.items()}
_CHECKS: Final = {kind: [_OF_TYPE[f.type] for f in named] for kind, named in _FIELDS.items()}
_VALUES: Final = {kind: _values_of([f.name for f in named]) for kind, named in _FIELDS.items()}
_PLACED: Final = {kind: 4 + at for kind, named in _FIELDS.items() for at, f in enumerate(named) if f.name == "place"}
_NEEDED: Final = {kind: sum(f.default is MISSING for f in named) for kind, named in _FIELDS.items()}
