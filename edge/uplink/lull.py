"""How long what is stored may wait for company, and until when it counts as live. Pure; times in seconds of the loop."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from edge.spool.ledger import Ledger
from proto.lanes import Lane
from proto.ranges import Range

LIVE_S: Final = 30.0
FULL_BATCH: Final = 100  # events: beyond it, waiting longer saves no bytes
SLOW_LANES: Final = {Lane.HEALTH: 12.0, Lane.POSITION: 2.0}
"""How many lingers a lane waits that nobody watches by the second."""


@dataclass(slots=True)
class _Marks:
    stored: deque[tuple[float, int]] = field(default_factory=deque)
    """(when, last number) of each group of the last LIVE_S."""
    live_from: int = 1
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

    def sent(self, ledger: Ledger, last: int, now_s: float, *, live: bool) -> None:
        """Everything up to `last` is in flight. What is left behind a live batch begins to wait anew; backlog tells nothing."""
        marks = self._marks.get(ledger)
        if marks is None or marks.waiting_since_s is None:
            return
        if last >= ledger.last:
            marks.waiting_since_s = None
        elif live:
            marks.waiting_since_s = now_s

    def live_from(self, ledger: Ledger, now_s: float) -> int:
        """The lowest number that was stored less than LIVE_S ago."""
        marks = self._marks.setdefault(ledger, _Marks())
        while marks.stored and now_s - marks.stored[0][0] > LIVE_S:
            marks.live_from = marks.stored.popleft()[1] + 1
        return marks.live_from

    def is_ripe(self, ledger: Ledger, gap: Range, now_s: float) -> bool:
        """Whether to send now: urgent, or enough of them, or the oldest has waited long enough."""
        if self.linger_of(ledger.lane) == 0 or gap[1] - gap[0] + 1 >= FULL_BATCH:
            return True
        since_s = self._marks[ledger].waiting_since_s
        return since_s is None or now_s - since_s >= self.linger_of(ledger.lane)

    def linger_of(self, lane: Lane) -> float:
        """Seconds that an event of this lane may wait."""
        return 0.0 if lane <= Lane.AUDIT else self._linger_s * SLOW_LANES.get(lane, 1.0)

    def next_ripe_s(self, now_s: float) -> float | None:
        """When, after now, the first lane's events will have waited long enough."""
        waiting = (
            marks.waiting_since_s + self.linger_of(ledger.lane)
            for ledger, marks in self._marks.items()
            if marks.waiting_since_s is not None
        )
        return min((ripe_s for ripe_s in waiting if ripe_s > now_s), default=None)
