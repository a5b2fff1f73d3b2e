"""Sightings and events -> numbered bodies of this epoch. Numbers are given here, once, in the order of arrival. [proto-3]"""

from collections.abc import Iterable
from typing import Final, TypeAlias

from edge.audit.chain import Chain
from edge.audit.witness import Witnessed
from edge.intake.sighting import Sighting
from edge.spool.group import Group, Run
from proto.audited import LogOn, Lookup, Shift
from proto.errors import FrameError
from proto.events import (
    Alarm,
    Change,
    Clock,
    ClockSet,
    Dropped,
    Dwell,
    Event,
    Health,
    Hit,
    LookOut,
    Moment,
    Position,
    Read,
    Start,
    Step,
    encode,
)
from proto.kinds import Audited
from proto.lanes import Lane

Item: TypeAlias = Sighting | Event | Witnessed

LANES: Final[dict[type[Event], Lane]] = {
    Start: Lane.URGENT,
    Read: Lane.READ,
    Hit: Lane.URGENT,
    Position: Lane.POSITION,
    ClockSet: Lane.URGENT,
    Health: Lane.HEALTH,
    Dropped: Lane.URGENT,
    Alarm: Lane.URGENT,
    Step: Lane.URGENT,
    LookOut: Lane.AUDIT,
    Lookup: Lane.AUDIT,
    LogOn: Lane.AUDIT,
    Shift: Lane.AUDIT,
    Change: Lane.AUDIT,
    Dwell: Lane.URGENT,  # other cars follow it within the minute; lane audit is what officers did, and boxes are no score of theirs
}


class Numbering:
    """The counters of one epoch. `start` is its first event; it goes out with the first other one."""

    def __init__(self, start: Start, chain: Chain | None = None) -> None:
        self._start: Start | None = start
        self._chain = chain or Chain(b"", None)
        self._next = dict.fromkeys(Lane, 1)
        self._bodies: dict[Lane, list[bytes]] = {lane: [] for lane in Lane}
        self._moment: Moment | None = None
        self.oversized = 0
        """Events whose body exceeded the bound: a fault of ours or a hostile camera; counted, not raised."""

    def add(self, items: Iterable[Item]) -> None:
        """Numbers and encodes; a sighting's hit comes into the same group as its read."""
        for item in items:
            if self._start is not None:
                self._add(self._start)
                self._start = None
            self._moment = item.moment
            match item:
                case Sighting():
                    self._add_sighting(item)
                case Witnessed():
                    item.number = self._add(item.event)
                case _:
                    self._add(item)

    def group(self) -> Group:
        """Everything that was added since the last group: one transaction's worth."""
        bodies, self._bodies = self._bodies, {lane: [] for lane in Lane}
        runs = tuple(Run(lane, self._next[lane] - len(found), found) for lane, found in bodies.items() if found)
        return Group(runs, _born_s(self._moment))

    def _add_sighting(self, sighting: Sighting) -> None:
        number = self._add(sighting.read())
        if (hit := sighting.hit(number)) is not None:
            self._add(hit)

    def _add(self, event: Event) -> int | None:
        lane = LANES[type(event)]
        number = self._next[lane]
        try:
            if lane is Lane.AUDIT:
                assert isinstance(event, Audited)
                body = encode(self._chain.linked(event))
                self._chain.encoded(number, body)
            else:
                body = encode(event)
        except FrameError:
            self.oversized += 1
            return None
        self._next[lane] = number + 1
        self._bodies[lane].append(body)
        return number


def _born_s(moment: Moment | None) -> int | None:
    if moment is None or moment.utc_ms is None or moment.clock < Clock.NTP:
        return None
    return moment.utc_ms // 1000
