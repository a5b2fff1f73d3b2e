"""The re-send rule, as pure state: which numbers to send next, which batch again, what an answer changes. [proto-5]

At most 4 batches and 16 kB are in flight, one place kept for live events; lane urgent has two places of its own. Live
events and the backlog go side by side. A receipt is the only thing that ends a flight well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from edge.spool.ledger import Ledger
from edge.uplink.flight import MOST_IGNORED, Flight
from edge.uplink.lull import Lulls
from edge.uplink.policy import Policy
from proto.control import Held, Refused
from proto.lanes import Lane
from proto.ranges import Range, Ranges

MOST_FLIGHTS: Final = 4
MOST_BACKLOG: Final = MOST_FLIGHTS - 1
MOST_URGENT: Final = 2
MOST_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Claim:
    """Numbers that are to be sent next. `single`: one event a batch, for its batch was refused or never answered."""

    ledger: Ledger
    wanted: Range
    live: bool
    single: bool


class Window:
    """What is in flight of all lanes and epochs. Times are the event loop's, in seconds."""

    def __init__(
        self,
        ledgers: dict[tuple[int, Lane], Ledger],
        own_epoch: bytes,
        lulls: Lulls,
        policy: Policy | None = None,
    ) -> None:
        self._ledgers = ledgers
        self._own_epoch = own_epoch
        self._lulls = lulls
        self.policy = policy or Policy()
        """Asked which lanes may go out; without one, all may."""
        self._hurries = False
        self._flights: list[Flight] = []
        self._singles: dict[Ledger, Ranges] = {}
        self._waiting: dict[Ledger, Ranges] = {}
        """Not in flight, and not to be sent before something else is answered for."""
        self.answers = 0
        """Flights that headquarters has answered for."""
        self.resent = 0
        self.poison: list[Claim] = []
        """Events set aside since the uplink last looked."""

    def __len__(self) -> int:
        return len(self._flights)

    def notice(self, now_s: float) -> None:
        """What was committed since the last look is live from now on. To be called at every knock, link or no link."""
        for ledger in self._ledgers.values():
            if ledger.epoch.id == self._own_epoch:
                self._lulls.notice(ledger, now_s)

    def connected(self) -> None:
        """A new connection, or headquarters is there again: everything in flight is due at once."""
        self._waiting.clear()
        for flight in self._flights:
            flight.due_s = 0.0

    def due(self, now_s: float) -> Iterator[Flight]:
        """The flights to send again now; those that were ignored too often leave the air first."""
        for flight in [flight for flight in self._flights if flight.sent and flight.due_s <= now_s]:
            if flight.due_s and self.answers > flight.answers_then:
                flight.ignored += 1
            if flight.ignored < MOST_IGNORED:
                self.resent += flight.last - flight.first + 1
                yield flight
            else:
                self._poisoned(flight.ledger, flight.first, flight.last)

    def hurry(self, on: bool) -> None:
        """The car will be switched off: while anything urgent or of audit is unanswered, the other lanes wait."""
        self._hurries = on

    def next_due_s(self, now_s: float) -> float | None:
        """When something is to be done next without a knock: a batch again, or a lane that has waited long enough."""
        dues = [flight.due_s for flight in self._flights]
        if (ripe_s := self._lulls.next_ripe_s(now_s)) is not None:
            dues.append(ripe_s)
        return min(dues, default=None)

    def claim(self, now_s: float) -> Claim | None:
        """What to make the next batch of, or None: nothing is ripe, or the window is full.

        Where nobody answers for anything in the window, something else is tried in place of the batch sent most often:
        its answer tells a batch that is poison from a headquarters that is away.
        """
        if claim := self._next(now_s):
            return claim
        for is_urgent in (True, False):
            flights = [flight for flight in self._flights if (flight.ledger.lane is Lane.URGENT) is is_urgent]
            if flights and all(map(self._is_unanswered, flights)):
                flight = max(flights, key=lambda flight: flight.sent)
                if claim := self._in_place_of(flight, now_s):
                    return claim
        return None

    def _is_unanswered(self, flight: Flight) -> bool:
        return flight.silent >= MOST_IGNORED and flight.answers_then == self.answers

    def _in_place_of(self, flight: Flight, now_s: float) -> Claim | None:
        others, self._flights = self._flights, [other for other in self._flights if other is not flight]
        waiting = self._waiting.setdefault(flight.ledger, Ranges())
        waiting.add(flight.first, flight.last)
        if claim := self._next(now_s):
            return claim
        self._flights = others
        waiting.remove(flight.first, flight.last)
        return None

    def _next(self, now_s: float) -> Claim | None:
        urgent = [flight for flight in self._flights if flight.ledger.lane is Lane.URGENT]
        if len(urgent) < MOST_URGENT and (claim := self._oldest(Lane.URGENT, now_s)):
            return claim
        others = [flight for flight in self._flights if flight.ledger.lane is not Lane.URGENT]
        if len(others) >= MOST_FLIGHTS or sum(len(flight.message) for flight in others) >= MOST_BYTES:
            return None
        backlog = sum(not flight.live for flight in others)
        lanes = [lane for lane in Lane if lane is not Lane.URGENT and self._may_send(lane)]
        live = next((claim for lane in lanes if (claim := self._live(lane, now_s))), None)
        if live is not None and len(others) - backlog <= backlog:
            return live
        if backlog < MOST_BACKLOG and (claim := next((c for lane in lanes if (c := self._backlog(lane, now_s))), None)):
            return claim
        return live

    @property
    def flights(self) -> tuple[Flight, ...]:
        """What is in flight."""
        return tuple(self._flights)

    def launched(self, flight: Flight, now_s: float) -> bool:
        """A claim became a batch. False: part of it was answered for meanwhile, claim anew. [proto-2.11]"""
        if flight.ledger.done.first_gap(flight.first, flight.last) != (flight.first, flight.last):
            return False
        self._flights.append(flight)
        self._lulls.sent(flight.ledger, flight.first, flight.last, now_s, live=flight.live)
        return True

    def receipted(self, held: Held, ledger: Ledger) -> Ranges:
        """Headquarters has stored these; the ranges that are news. Flights that are wholly answered for end."""
        news = ledger.receipt(held.ranges)
        landed = [f for f in self._flights if f.ledger is ledger and ledger.done.covers(f.first, f.last)]
        self._answered(len(landed))
        self._flights = [flight for flight in self._flights if flight not in landed]
        return news

    def refused(self, refused: Refused, ledger: Ledger) -> None:
        """Headquarters could not read this batch: its rows go one by one; a single row is set aside."""
        self._answered(1)
        self._poisoned(ledger, refused.first, min(refused.last, ledger.last))

    def _answered(self, count: int) -> None:
        self.answers += count
        if count:
            self._waiting.clear()

    def _poisoned(self, ledger: Ledger, first: int, last: int) -> None:
        if ledger.done.covers(first, last):
            return  # a refusal that comes late or twice
        self._flights = [f for f in self._flights if not (f.ledger is ledger and f.first <= last and f.last >= first)]
        if first == last:
            ledger.set_aside(first, last)
            self.poison.append(Claim(ledger, (first, last), live=False, single=True))
        elif first < last:
            self._singles.setdefault(ledger, Ranges()).add(first, last)

    def _may_send(self, lane: Lane) -> bool:
        if self._hurries and lane > Lane.AUDIT:
            pressing = (ledger for ledger in self._ledgers.values() if ledger.lane <= Lane.AUDIT)
            if any(ledger.first_unsent() is not None for ledger in pressing):
                return False
        return self.policy.may_send(lane)

    def _oldest(self, lane: Lane, now_s: float) -> Claim | None:
        return self._backlog(lane, now_s) or self._live(lane, now_s)

    def _live(self, lane: Lane, now_s: float) -> Claim | None:
        for ledger in self._of(lane):
            if ledger.epoch.id != self._own_epoch:
                continue
            gap = self._gap(ledger, self._lulls.live_from(ledger, now_s), ledger.last)
            if gap is not None and (self._goes_singly(ledger, gap) or self._lulls.is_ripe(ledger, gap, now_s)):
                return self._claim(ledger, gap, live=True)
        return None

    def _goes_singly(self, ledger: Ledger, gap: Range) -> bool:
        """Such a row has no company to wait for: lingering before each would hold the lane up for minutes."""
        return gap[0] in self._singles.get(ledger, ())

    def _backlog(self, lane: Lane, now_s: float) -> Claim | None:
        for ledger in self._of(lane):
            own = ledger.epoch.id == self._own_epoch
            last = self._lulls.live_from(ledger, now_s) - 1 if own else ledger.last
            if gap := self._gap(ledger, 1, last):
                return self._claim(ledger, gap, live=False)
        return None

    def _of(self, lane: Lane) -> list[Ledger]:
        return [ledger for (_, of), ledger in self._ledgers.items() if of is lane]

    def _claim(self, ledger: Ledger, gap: Range, *, live: bool) -> Claim:
        singles = self._singles.get(ledger)
        if singles is None:
            return Claim(ledger, gap, live, single=False)
        if gap[0] in singles:
            return Claim(ledger, (gap[0], gap[0]), live, single=True)
        before = next(singles.gaps(*gap))
        return Claim(ledger, before, live, single=False)

    def _gap(self, ledger: Ledger, first: int, last: int) -> Range | None:
        """The first numbers of first..last that are neither done nor in flight nor waiting."""
        if ledger.done.first_gap(first, last) is None:  # nearly every ledger of an earlier epoch, at every look
            return None
        flown = sorted(
            [(f.first, f.last) for f in self._flights if f.ledger is ledger] + [*self._waiting.get(ledger, ())]
        )
        for gap in ledger.done.gaps(first, last):
            if free := _without(gap, flown):
                return free
        return None


def _without(gap: Range, flown: list[Range]) -> Range | None:
    """The first part of a range that no flight covers."""
    first, last = gap
    for begin, end in flown:
        if begin <= first <= end:
            first = end + 1
        elif first < begin <= last:
            return first, begin - 1
    return (first, last) if first <= last else None
