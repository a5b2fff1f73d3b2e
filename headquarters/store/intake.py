"""A group of arrivals -> one transaction, and what may be answered once it is committed."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

from headquarters.arrivals import Arrival, Holding, Sent, Unreadable, Wanting
from headquarters.audit import heads
from headquarters.dosage import visits
from headquarters.hits.taking import note_hits
from headquarters.store import accounted, alarms, ancestry, aside, bodies, streams
from headquarters.store.alarms import Raised
from headquarters.store.file import transaction
from proto.batches import Batch
from proto.control import Held, Refused
from proto.heads import Head
from proto.lanes import Lane
from proto.ranges import Ranges

CONFLICT = "conflict"
UNREADABLE = "unreadable"
LOST = "receipted and lost"  # this store was put back to a backup, or its disk forgot what it had synced


@dataclass(slots=True)
class Taken:
    """What a committed group allows to be said. `accounted`: per vehicle, the numbers of its batches, old and new."""

    accounted: dict[str, dict[tuple[bytes, Lane], Ranges]] = field(default_factory=dict)
    lacking: list[tuple[str, list[Held]]] = field(default_factory=list)
    refused: list[tuple[str, Refused]] = field(default_factory=list)
    heads: dict[str, dict[bytes, Head]] = field(default_factory=dict)
    """Per vehicle and epoch, the last audit event that is stored."""
    alarms: list[Raised] = field(default_factory=list)
    """Those that are new."""
    stored: int = 0
    repeated: int = 0
    unreadable: int = 0


def take(connection: sqlite3.Connection, arrivals: Iterable[Arrival], now_ms: int) -> Taken:
    """All of them or none. `now_ms`: UTC. Raises sqlite3.Error, and then nothing of the group is stored."""
    intake = _Intake(connection, now_ms)
    with transaction(connection):
        for arrival in arrivals:
            intake.add(arrival)
    return intake.taken


class _Intake:
    """One transaction at work."""

    def __init__(self, connection: sqlite3.Connection, now_ms: int) -> None:
        self._connection = connection
        self._now_ms = now_ms
        self.taken = Taken()

    def add(self, arrival: Arrival) -> None:
        match arrival:
            case Sent(vehicle, batch):
                self._sent(vehicle, batch)
            case Holding(vehicle, lanes):
                self._holding(vehicle, lanes)
            case Unreadable():
                self._unreadable(arrival)
            case Wanting():
                pass  # no kind of state is known yet

    def _sent(self, vehicle: str, batch: Batch) -> None:
        stream = streams.find_or_make(self._connection, vehicle, batch.epoch, batch.boot, batch.lane, self._now_ms)
        numbered = list(batch.numbered())
        kept = bodies.keep(self._connection, stream.id, numbered) if numbered else bodies.Kept(0, 0, ())
        streams.count(self._connection, stream, kept.new, kept.repeated)
        if accounted.add(self._connection, stream.id, batch.first, batch.last):
            self._raise(ancestry.outgrown(self._connection, stream, batch.last))
        if batch.lane is Lane.URGENT and kept.new:
            self._raise(ancestry.note_starts(self._connection, stream, [body for _, body in numbered]))
            note_hits(self._connection, stream, numbered, self._now_ms)
            visits.note(self._connection, stream, [body for _, body in numbered], self._now_ms)
        if batch.lane is Lane.AUDIT and numbered:
            self._audited(vehicle, batch.epoch, numbered, kept.new)
        self._raise(Raised(CONFLICT, vehicle, batch.epoch, batch.lane, {"seq": seq}) for seq in kept.conflicts)
        self.taken.stored += kept.new
        self.taken.repeated += kept.repeated
        of_vehicle = self.taken.accounted.setdefault(vehicle, {})
        of_vehicle.setdefault((batch.epoch, batch.lane), Ranges()).add(batch.first, batch.last)

    def _audited(self, vehicle: str, epoch: bytes, numbered: list[tuple[int, bytes]], new: int) -> None:
        """The car hears the head with its receipt, also with that of a repeat."""
        if new:
            self._raise(heads.note(self._connection, vehicle, epoch, numbered, new))
        self._say_head(vehicle, heads.head(self._connection, vehicle, epoch))

    def _say_head(self, vehicle: str, head: Head | None) -> None:
        if head is not None:
            self.taken.heads.setdefault(vehicle, {})[head.epoch] = head

    def _holding(self, vehicle: str, lanes: Iterable[Held]) -> None:
        lacking = []
        for held in lanes:
            stream = streams.find(self._connection, vehicle, held.epoch, held.lane)
            gaps = held.ranges if stream is None else accounted.lacking(self._connection, stream.id, held.ranges)
            if len(gaps):
                lacking.append(Held(held.epoch, held.lane, gaps))
        self._say_head(vehicle, heads.newest(self._connection, vehicle))
        if lacking:
            self.taken.lacking.append((vehicle, lacking))
            numbers = sum(held.ranges.count() for held in lacking)
            self._raise([Raised(LOST, vehicle, detail={"numbers": numbers})])

    def _unreadable(self, unreadable: Unreadable) -> None:
        aside.keep(self._connection, unreadable, self._now_ms)
        self.taken.unreadable += 1
        self._raise([Raised(UNREADABLE, unreadable.vehicle, detail={"reason": unreadable.reason})])
        if unreadable.vehicle is not None and unreadable.coverage is not None:
            self.taken.refused.append((unreadable.vehicle, Refused(*unreadable.coverage, unreadable.reason)))

    def _raise(self, raised: Iterable[Raised]) -> None:
        self.taken.alarms += [alarm for alarm in raised if alarms.keep(self._connection, alarm, self._now_ms)]
