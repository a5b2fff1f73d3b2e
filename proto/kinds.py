"""The kinds of events, their fields in the order of the wire: a new kind is a class here and its line in the tables below. [proto-3.6]"""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, TypeAlias

from proto.audited import LogOn, Lookup, Shift
from proto.chain import Link
from proto.moments import Clock, Moment, Place


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
    """A read that is on a list. `read` is its number in lane read of the same epoch; `alert` is the alert's number in this epoch.

    `found`: None by its whole key, else pattern. `shown`: None with its tone, else listed, silent or pile-up.
    `mismatch`: what the camera saw otherwise than the list says, as `make` or `make colour`. [proto-9.2]
    """

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
    found: str | None = None
    shown: str | None = None
    mismatch: str | None = None
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
class Step:
    """What became of a hit: of this epoch's alert, or of `epoch`'s when that is another. [proto-9.1]

    `step`: acknowledged, accepted, rejected, unanswered, told (what base says of the entry), noted (a note was shown).
    `reason`: why it was rejected, or what was told. `note`: the number of the note.
    """

    KIND: ClassVar[int] = 8
    moment: Moment
    alert: int
    step: str
    reason: str | None = field(default=None, repr=False)
    officer: str | None = field(default=None, repr=False)
    epoch: bytes | None = None
    note: int | None = None
    more: tuple[Any, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class LookOut:
    """A vehicle that the crew itself looks out for. `deed`: add or remove. `until_s`: UTC seconds, when it ends by itself."""

    KIND: ClassVar[int] = 9
    moment: Moment
    link: Link | None = field(default=None, kw_only=True, repr=False)
    deed: str
    vrm: str = field(repr=False)
    officer: str | None = field(default=None, repr=False)
    reason: str | None = field(default=None, repr=False)
    until_s: int | None = None
    more: tuple[Any, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """A setting of the shift that was changed: `what`, from `was` to `now`, each a short text. None: there was none."""

    KIND: ClassVar[int] = 13
    moment: Moment
    link: Link | None = field(default=None, kw_only=True, repr=False)
    officer: str | None = field(repr=False)
    what: str
    was: str | None = field(default=None, repr=False)
    now: str | None = field(default=None, repr=False)
    more: tuple[Any, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Dwell:
    """The car's stay in a box of a forecast, said at arrival, every few minutes and at its end. [proto-12.1]

    `set`, `version`: the data set; `model`: the hash of model and data behind it. `box`: counted from 0 in the order of the
    wire form; its middle is at `lat_e6`, `lon_e6`. `arrived_ms`, `left_ms`: uptime; no `left_ms`: it is still there.
    """

    KIND: ClassVar[int] = 14
    moment: Moment
    set: str
    version: int
    box: int
    arrived_ms: int
    dwell_s: int
    credit_s: int
    lat_e6: int = field(repr=False)
    lon_e6: int = field(repr=False)
    model: bytes | None = None
    left_ms: int | None = None
    more: tuple[Any, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Unknown:
    """An event of a later version of this language: kept whole."""

    kind: int
    moment: Moment
    more: tuple[Any, ...] = field(repr=False)


Audited: TypeAlias = LookOut | Lookup | LogOn | Shift | Change
"""Those of lane audit: each holds a link."""
Event: TypeAlias = Start | Read | Hit | Position | ClockSet | Health | Dropped | Alarm | Step | Dwell | Audited
KINDS: Final[dict[int, type[Event]]] = {
    kind.KIND: kind
    for kind in (
        *(Start, Read, Hit, Position, ClockSet, Health, Dropped, Alarm, Step, Dwell),
        *(LookOut, Lookup, LogOn, Shift, Change),
    )
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
    Step.KIND: "step",
    LookOut.KIND: "look-out",
    Lookup.KIND: "look-up",
    LogOn.KIND: "log-on",
    Shift.KIND: "shift",
    Change.KIND: "change",
    Dwell.KIND: "dwell",
}
