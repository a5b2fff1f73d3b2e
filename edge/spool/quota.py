"""How many bytes each lane may hold, and what goes first when it holds more. Every loss is counted by lane. [design 5]

Receipted rows go first, oldest first. Then: positions are thinned by half, the other lanes lose their oldest rows.
Each lane has bytes of its own, so nothing urgent ever drops for another lane's sake.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from edge.spool.rows import Row
from proto.lanes import Lane

SHARES: Final = {
    Lane.URGENT: 0.10,
    Lane.AUDIT: 0.10,
    Lane.READ: 0.50,
    Lane.POSITION: 0.15,
    Lane.HEALTH: 0.05,
    Lane.IMAGE: 0.10,
}
FREED_AT_ONCE: Final = 0.02  # of the lane's quota: small enough to be quick, large enough not to come at every commit
LOOKED_AT: Final = 1024  # rows in one search


@dataclass(frozen=True, slots=True)
class Cut:
    """Rows of a lane to delete: those of which every number is receipted or set aside, and those that are a loss."""

    lane: Lane
    spent: list[Row]
    lost: list[Row]


def quota_bytes(lane: Lane, total_bytes: int) -> int:
    """The lane's share of the spool."""
    return int(SHARES[lane] * total_bytes)


def cut(
    lane: Lane, rows: Iterable[Row], need_bytes: int, is_done: Callable[[Row], bool], is_pinned: Callable[[Row], bool]
) -> Cut:
    """What to delete of a lane's oldest rows to free `need_bytes` (or as much as these rows give)."""
    candidates = [row for row in rows if not is_pinned(row)]
    spent = _up_to(need_bytes, (row for row in candidates if is_done(row)))
    need_bytes -= sum(row.bytes for row in spent)
    if need_bytes <= 0:
        return Cut(lane, spent, [])
    unsent = [row for row in candidates if not is_done(row)]
    return Cut(lane, spent, _up_to(need_bytes, unsent[::2] if lane is Lane.POSITION else unsent))


def _up_to(need_bytes: int, rows: Iterable[Row]) -> list[Row]:
    taken: list[Row] = []
    for row in rows:
        if need_bytes <= 0:
            break
        taken.append(row)
        need_bytes -= row.bytes
    return taken
