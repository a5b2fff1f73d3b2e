"""How long what is stored may wait for company, and until when it counts as live. Pure; times in seconds of the loop."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from edge.spool.ledger import Ledger
from proto.lanes import Lane
from proto.ranges import Range

LIVE_S: Final = 30.0
FULL_BATCH: Final = 100  # events: beyond it, waiting longer saves no bytes
SILENCE_S: Final = 1.0  # the last events of a burst do not wait out the linger when nothing follows them
SLOW_LANES: Final = {Lane.HEALTH: 12.0, Lane.POSITION: 8.0}
"""How many lingers a lane waits that nobody watches by the second (docs/decisions/0013-positions-wait-for-company.md)."""

SLACK: Final = (
    0.1  # of a linger: after it a batch leaves as soon as anything stirs, so that what is stored just then comes along
)


@dataclass(slots=True)
class _Marks:
    stored: deque[tuple[float, int]] = field(default_factory=deque)
    """(when, last number) of each group that is live."""
    live_from: int = 1
    is_burst: bool = False
    """The latest batch was full: beside it, a small one costs no bytes worth saving."""
    waiting_since_s: float | None = None


class Lulls:
    """When each lane's live events were stored, and since when the oldest unsent one waits."""

    def __init__(self, linger_s: float) -> None:
        self._linger_s = linger_s
        self._marks: dict[Ledger, _Marks] = {}

    def notice(self, ledger: Ledger, now_s: float) -> None:
        """Looks whether numbers were committed since the last look."""
        marks = self._marks.setdefault(ledger, _Marks())
        noticed = marks.stored[-1][1] if marks.stored else marks.live_from - 1
        if ledger.last <= noticed:
            return
        marks.stored.append((now_s, ledger.last))
        self.live_from(ledger, now_s)  # lets go of what is no longer live: a link may be away for a shift
        if marks.waiting_since_s is None:
            marks.waiting_since_s = now_s

    def sent(self, ledger: Ledger, first: int, last: int, now_s: float, *, live: bool) -> None:
        """first..last is in flight. What is left behind a live batch has waited since it was stored; backlog tells nothing."""
        marks = self._marks.get(ledger)
        if marks is None or marks.waiting_since_s is None:
            return
        marks.is_burst = last - first + 1 >= FULL_BATCH
        if last >= ledger.last:
            marks.waiting_since_s = None
        elif live:
            marks.waiting_since_s = _stored_s(marks, last + 1) if ledger.last - last < FULL_BATCH else now_s

    def live_from(self, ledger: Ledger, now_s: float) -> int:
        """The lowest number that was stored less than LIVE_S ago; what a lane waits by design makes nothing old."""
        marks = self._marks.setdefault(ledger, _Marks())
        live_s = max(LIVE_S, 2 * self.linger_of(ledger.lane))
        while marks.stored and now_s - marks.stored[0][0] > live_s:
            marks.live_from = marks.stored.popleft()[1] + 1
        return marks.live_from

    def is_ripe(self, ledger: Ledger, gap: Range, now_s: float) -> bool:
        """Whether to send now: urgent, or enough of them, or the oldest has waited long enough."""
        if self.linger_of(ledger.lane) == 0 or gap[1] - gap[0] + 1 >= FULL_BATCH:
            return True
        ripe_s = self._ripe_s(ledger.lane, self._marks[ledger])
        return ripe_s is None or now_s >= ripe_s

    def linger_of(self, lane: Lane) -> float:
        """Seconds that an event of this lane may wait."""
        return 0.0 if lane <= Lane.AUDIT else self._linger_s * SLOW_LANES.get(lane, 1.0)

    def next_ripe_s(self, now_s: float) -> float | None:
        """When, after now, the first lane's events must go though nothing stirs."""
        waiting = (self._ripe_s(ledger.lane, marks, SLACK) for ledger, marks in self._marks.items())
        return min((ripe_s for ripe_s in waiting if ripe_s is not None and ripe_s > now_s), default=None)

    def _ripe_s(self, lane: Lane, marks: _Marks, slack: float = 0.0) -> float | None:
        """When a lane's waiting events will have waited long enough; None when none waits."""
        if marks.waiting_since_s is None:
            return None
        linger_s = marks.waiting_since_s + self.linger_of(lane) * (1 + slack)
        return min(linger_s, marks.stored[-1][0] + SILENCE_S) if marks.is_burst and marks.stored else linger_s


def _stored_s(marks: _Marks, number: int) -> float:
    """When a live number was stored: few groups lie behind it."""
    found_s = marks.stored[-1][0] if marks.stored else 0.0
    for stored_s, last in reversed(marks.stored):
        if last < number:
            break
        found_s = stored_s
    return found_s
