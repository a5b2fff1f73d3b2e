"""Everything that is said, stored, sent, answered -> the first promise that was broken. It believes nobody's memory but its own.

What was committed it reads from the car's file over a connection of its own, what headquarters has from headquarters'.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from edge.spool.database import PAGE_BYTES, Connection, connect
from edge.spool.group import Group
from edge.uplink.flight import LONGEST_RESEND_S, Flight
from edge.uplink.window import Window
from proto import batches, control, events, topics
from proto.batches import Batch
from proto.lanes import BY_WORD, Lane
from proto.ranges import Ranges
from tests.virtual.rig.loop import VirtualLoop

KEY: Final = "5a" * 32
MOST_FLIGHTS: Final = 4  # shared design, part 5: in flight at most 4 batches and 16 kB, one place for what is live;
MOST_BACKLOG: Final = 3  # urgent has two more of its own. Not the product's numbers: they may be wrong
MOST_URGENT: Final = 2
MOST_BYTES: Final = 16 * 1024
LATE_URGENT_S: Final = 2.0
HELLO_S: Final = 5.0
AGAIN_S: Final = LONGEST_RESEND_S + 30.0  # a card that was slow may have held the uplink up

Identity = tuple[bytes, Lane, int]
Stream = tuple[bytes, Lane]


class Witness:
    """Of one history."""

    def __init__(self, loop: VirtualLoop, stop: Callable[[], None], is_excused: Callable[[], bool]) -> None:
        """`is_excused()`: nobody must be in time now, for the disk is not."""
        self.broken: str | None = None
        """The first promise that was, in words."""
        self.said: dict[Identity, bytes] = {}
        self.promised: dict[Stream, Ranges] = {}
        self.told_absent: dict[Stream, Ranges] = {}
        self.answered: dict[Stream, Ranges] = {}
        """What headquarters has ever given a receipt for."""
        self.alarms: set[str] = set()
        self.aside: dict[Stream, Ranges] = {}
        self.window: Window | None = None
        """The living car's."""
        self.unsent_urgent: dict[Identity, float] = {}
        """Promised by the living car, not sent yet: when it was promised."""
        self.unsent_reads: dict[Identity, float] = {}
        self.answered_s = 0.0
        """When the car last heard anything of headquarters."""
        self.sent: dict[bytes, float] = {}
        """The living car's messages: when they were sent last."""
        self._loop = loop
        self._stop = stop
        self._is_excused = is_excused
        self._card: Connection | None = None
        self._row = 0
        self._sent_numbers: dict[Stream, Ranges] = {}
        self._durable: dict[tuple[int, Lane], Ranges] = {}
        self._greeted: tuple[float, list[Flight]] | None = None

    def breaks(self, what: str) -> None:
        """A promise is broken: the history ends here."""
        if self.broken is None:
            self.broken = f"{what} (at {self._loop.now_s:.3f} s, step {self._loop.steps})"
        self._stop()

    def begins(self, path: Path, window: Window, epoch: bytes) -> None:
        """A car has opened its spool."""
        self.ends()
        self.window = window
        self._card = connect(path, KEY, page_bytes=PAGE_BYTES, cache_kb=64, read_only=True)
        self._row, self._durable = 0, {}
        if any(known[0] == epoch for known in self.said):
            self.breaks("an epoch came twice")

    def ends(self) -> None:
        """It is no more."""
        if self._card is not None:
            self._card.close()
        self._card = self.window = self._greeted = None
        self.unsent_urgent.clear()
        self.unsent_reads.clear()
        self.sent.clear()
        self._sent_numbers.clear()

    def numbered(self, epoch: bytes, group: Group) -> None:
        """Bodies got their numbers."""
        for run in group.runs:
            for number, body in enumerate(run.bodies, run.first):
                if self.said.setdefault((epoch, run.lane, number), body) != body:
                    self.breaks("a number was used twice")

    def stored(self, epoch: bytes, lane: Lane, first: int, last: int) -> None:
        """The car has said so: it must be on the card."""
        if not self._is_on_card(epoch, lane, first, last):
            self.breaks(f"said to be stored, and not committed: {lane.word} {first}..{last}")
        self.promised.setdefault((epoch, lane), Ranges()).add(first, last)
        waiting = {Lane.URGENT: self.unsent_urgent, Lane.READ: self.unsent_reads}.get(lane)
        if waiting is not None:
            unsent = self._sent_numbers.get((epoch, lane), Ranges()).gaps(
                first, last
            )  # sent before it was said, perhaps
            numbers = (number for begin, end in unsent for number in range(begin, end + 1))
            waiting.update(((epoch, lane, number), self._loop.now_s) for number in numbers)

    def _is_on_card(self, epoch: bytes, lane: Lane, first: int, last: int) -> bool:
        """Whether it was ever committed: what a quota deleted since counts."""
        assert self._card is not None
        for id_, n, lane_, start, count in self._card.execute(
            "SELECT id, epoch, lane, first, count FROM run WHERE id > ? ORDER BY id", (self._row,)
        ).fetchall():
            self._row = id_
            self._durable.setdefault((n, Lane(lane_)), Ranges()).add(start, start + count - 1)
        found = self._card.execute("SELECT n FROM epoch WHERE id = ?", (epoch,)).fetchone()
        if found is None:
            return False
        durable = self._durable.setdefault((found[0], lane), Ranges())
        if not durable.covers(first, last):  # SQLite gives the id of the last row, when that was deleted, once more
            for start, count in self._card.execute(
                "SELECT first, count FROM run WHERE epoch = ? AND lane = ?", (found[0], int(lane))
            ).fetchall():
                durable.add(start, start + count - 1)
        return durable.covers(first, last)

    def publishes(self, topic: str, payload: bytes) -> None:
        """The car is about to."""
        parsed = topics.parse(topic)
        assert parsed is not None
        if parsed.word not in BY_WORD:
            return
        batch = batches.decode(payload)
        self._is_true(batch)
        assert self.window is not None
        self._is_bounded(self.window)
        flight = next((flight for flight in self.window.flights if flight.message is payload), None)
        if flight is None:
            self.breaks("sent, and not in the window")
            return
        if payload not in self.sent:
            self._is_first(flight, batch)
        self.sent[payload] = self._loop.now_s
        self._sent_numbers.setdefault((batch.epoch, batch.lane), Ranges()).add(batch.first, batch.last)
        for number, _ in batch.numbered():
            self.unsent_urgent.pop((batch.epoch, batch.lane, number), None)
            self.unsent_reads.pop((batch.epoch, batch.lane, number), None)

    def _is_true(self, batch: Batch) -> None:
        """Every body is what was numbered and committed; what is called absent is not on the card."""
        for number, body in batch.numbered():
            if self.said.get((batch.epoch, batch.lane, number)) != body:
                self.breaks(f"sent what nobody said: {batch.lane.word} {number}")
        for first, last in batch.absent:
            self._is_absent(batch, first, last)
            self.told_absent.setdefault((batch.epoch, batch.lane), Ranges()).add(first, last)

    def _is_absent(self, batch: Batch, first: int, last: int) -> None:
        if self._is_held(batch.epoch, batch.lane, first, last):
            self.breaks(f"called absent, and on the card: {batch.lane.word} {first}..{last}")

    def _is_held(self, epoch: bytes, lane: Lane, first: int, last: int) -> bool:
        """Whether any of these numbers is on the card."""
        assert self._card is not None
        found = self._card.execute(
            "SELECT 1 FROM run JOIN epoch ON epoch.n = run.epoch"
            " WHERE epoch.id = ? AND lane = ? AND first <= ? AND first + count > ?",
            (epoch, int(lane), last, first),
        ).fetchone()
        return found is not None

    def _is_bounded(self, window: Window) -> None:
        urgent = [flight for flight in window.flights if flight.ledger.lane is Lane.URGENT]
        others = [flight for flight in window.flights if flight.ledger.lane is not Lane.URGENT]
        if len(urgent) > MOST_URGENT or len(others) > MOST_FLIGHTS:
            self.breaks("too many batches in flight")
        if sum(not flight.live for flight in others) > MOST_BACKLOG:
            self.breaks("the backlog takes the place that is kept for what is live")
        if sum(len(flight.message) for flight in others) > MOST_BYTES:
            self.breaks("too many bytes in flight")

    def _is_first(self, flight: Flight, batch: Batch) -> None:
        """A new batch: nothing answered for in its coverage, nothing urgent left behind."""
        if flight.ledger.done.first_gap(batch.first, batch.last) != (batch.first, batch.last):
            self.breaks(f"a coverage spans what is answered for: {batch.lane.word} {batch.first}..{batch.last}")
        if batch.lane is Lane.URGENT or self.window is None or self._is_excused():
            return
        flown = sum(other.ledger.lane is Lane.URGENT for other in self.window.flights)
        if self._loop.now_s - self.answered_s < LATE_URGENT_S:
            return  # a place for what is urgent became free while this batch was read from the card
        oldest_s = self.oldest_s(self.unsent_urgent)
        if flown < MOST_URGENT and oldest_s is not None and self._loop.now_s - oldest_s > LATE_URGENT_S:
            self.breaks(f"lane {batch.lane.word} went before what is urgent")

    def oldest_s(self, waiting: dict[Identity, float]) -> float | None:
        """Since when the first of those waits that were promised and not sent; what a quota has deleted does not."""
        for (epoch, lane, number), then_s in list(waiting.items()):
            if self._is_held(epoch, lane, number, number):
                return then_s
            del waiting[epoch, lane, number]
        return None

    def greeted(self) -> None:
        """Headquarters' hello has come to the car: everything in flight is due at once."""
        if self.window is not None and self._greeted is None and not self._is_excused():
            self._greeted = self._loop.now_s, list(self.window.flights)

    def look(self, connected_s: float) -> None:
        """Now and then: what was due has gone, if the connection lasted. `connected_s`: since when it does."""
        late_s = self._loop.now_s - AGAIN_S
        must = (
            self.window.flights if self.window is not None and late_s > connected_s and not self._is_excused() else ()
        )
        if any(self.sent.get(flight.message, late_s) < late_s for flight in must):
            self.breaks("not sent again, and not answered for")
        if self._greeted is None or self._loop.now_s - self._greeted[0] < HELLO_S:
            return
        (then_s, flights), self._greeted = self._greeted, None
        flying = self.window.flights if self.window is not None else ()
        if any(flight in flying and self.sent.get(flight.message, 0.0) < then_s for flight in flights):
            self.breaks("not sent again at a hello")

    def connection_lost(self) -> None:
        """A hello is nothing without its connection."""
        self._greeted = None

    def answers(self, topic: str, payload: bytes, store: sqlite3.Connection) -> None:
        """Headquarters is about to say: a receipt's numbers must be in its store, or known to be dropped."""
        if not topic.endswith("receipt"):
            return
        for held in control.decode_held(payload):
            for first, last in held.ranges:
                self.answered.setdefault((held.epoch, held.lane), Ranges()).add(first, last)
                here = {seq for seq, _ in bodies(store, held.epoch, held.lane, first, last)}
                absent = self.told_absent.get((held.epoch, held.lane), Ranges())
                if not all(number in here or number in absent for number in range(first, last + 1)):
                    self.breaks(f"a receipt for what is not stored: {held.lane.word} {first}..{last}")
            self.look_at_headquarters(store, held.epoch, held.lane)

    def look_at_headquarters(self, store: sqlite3.Connection, epoch: bytes, lane: Lane) -> None:
        """What its store counts as accounted for is there, or was told to be absent."""
        for first, last, count in store.execute(
            "SELECT first, last, (SELECT count(*) FROM event WHERE event.stream = accounted.stream"
            " AND seq BETWEEN first AND last) FROM accounted WHERE stream = (SELECT stream.id FROM stream"
            " JOIN epoch ON epoch.id = stream.epoch WHERE epoch.name = ? AND stream.lane = ?)",
            (epoch, int(lane)),
        ).fetchall():
            if count < last - first + 1:
                here = {seq for seq, _ in bodies(store, epoch, lane, first, last)}
                absent = self.told_absent.get((epoch, lane), Ranges())
                if not all(number in here or number in absent for number in range(first, last + 1)):
                    self.breaks(f"accounted for, and not there: {lane.word} {first}..{last}")

    def note_aside(self, ledgers: Any) -> None:  # noqa: ANN401 - the spool's
        """What the car will not send again."""
        for ledger in ledgers.values():
            for first, last in ledger.aside:
                self.aside.setdefault((ledger.epoch.id, ledger.lane), Ranges()).add(first, last)


def bodies(
    store: sqlite3.Connection, epoch: bytes, lane: Lane, first: int = 1, last: int = 2**48
) -> list[tuple[int, bytes]]:
    """(number, body) of what headquarters has."""
    return store.execute(
        "SELECT seq, body FROM event WHERE seq BETWEEN ? AND ? AND stream = (SELECT stream.id FROM stream"
        " JOIN epoch ON epoch.id = stream.epoch WHERE epoch.name = ? AND stream.lane = ?)",
        (first, last, epoch, int(lane)),
    ).fetchall()


def event_of(body: bytes) -> events.Event | events.Unknown:
    """What a body says."""
    return events.decode(body)
