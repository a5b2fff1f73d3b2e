"""Rows that a quota deletes -> counts of numbers lost, kept in the file until the event that reports them stands there too.

The count goes into the transaction that deletes, and out of the file in the one that stores its `dropped` event: a power
cut between the two forgets no loss. What cannot be known exactly (a receipt under way) is counted as lost.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from edge.spool import rows
from edge.spool.database import Connection
from edge.spool.quota import Cut
from edge.spool.rows import Row
from proto import events
from proto.errors import FrameError
from proto.events import Dropped
from proto.lanes import Lane
from proto.ranges import Range

Kept = tuple[Counter[Lane], Counter[Lane]]
"""What the file now says of losses; what the reports of earlier ones said that were deleted."""
Cutting = Callable[[Connection], Kept]


class Losses:
    """By lane: what no committed event has reported."""

    def __init__(self, in_file: Counter[Lane]) -> None:
        self.untold = Counter(in_file)
        """Not in a group yet."""
        self._telling: Counter[Lane] = Counter()
        self.in_file = in_file

    def tell(self) -> Counter[Lane]:
        """All of it, to be reported by the group that is added next; until that is committed it counts as untold."""
        self._telling += self.untold
        self.untold.clear()
        return Counter(self._telling)

    def expected(self, lost: Counter[Lane], *, is_told: bool) -> Counter[Lane]:
        """What the file has to say once `lost` more are gone. `is_told`: in the transaction of the next group."""
        return self.untold + lost + (Counter() if is_told else self._telling)

    def were_told(self) -> None:
        """The group is committed."""
        self._telling.clear()


@dataclass(frozen=True, slots=True)
class Lost:
    """What cuts cost: numbers by lane, and the urgent rows, by id, with the ranges that nobody has answered for."""

    counts: Counter[Lane]
    urgent: tuple[tuple[int, list[Range]], ...]


def lost_by(cuts: Iterable[Cut], unanswered: Callable[[Lane, Row], Iterator[Range]]) -> Lost:
    """To be asked when the rows are chosen."""
    counts: Counter[Lane] = Counter()
    urgent = []
    for cut in cuts:
        for row in cut.lost:
            gaps = list(unanswered(cut.lane, row))
            counts[cut.lane] += sum(last - first + 1 for first, last in gaps)
            if cut.lane is Lane.URGENT:
                urgent.append((row.id, gaps))
    return Lost(counts, tuple(urgent))


def delete(
    cuts: Iterable[Cut], lost: Lost, losses: Counter[Lane], in_file: Counter[Lane], connection: Connection
) -> Kept:
    """The rows of cuts; with them, the file is brought to say what is lost, where that is news."""
    again = _forgotten(connection, lost)
    for cut in cuts:
        rows.delete(connection, [row.id for row in (*cut.spent, *cut.lost)])
    losses = losses + again
    if losses != in_file:
        rows.put_losses(connection, losses)
    return losses, again


def _forgotten(connection: Connection, lost: Lost) -> Counter[Lane]:
    """What the reports of earlier losses among these rows say: to be told again."""
    again: Counter[Lane] = Counter()
    for id_, gaps in lost.urgent:
        for body in (body for gap in gaps for body in rows.bodies_of(connection, id_, gap)):
            try:
                event = events.decode(body)
            except FrameError:
                continue
            if isinstance(event, Dropped) and event.lane in set(Lane):
                again[Lane(event.lane)] += event.count
    return again
