"""The latest position said, and a new one -> whether it is worth an event: by distance and turn while moving, seldom parked.

At most one a second; an hour in town has some 270 to 380: 14 kB of batches (docs/decisions/0013-positions-wait-for-company.md).
"""

from typing import Final

from edge.intake.jumps import metres_between
from proto.events import Position

AT_MOST_MS: Final = 1_000
AT_LEAST_MS: Final = 300_000  # a parked car says every five minutes that it is still there
FAR_M: Final = 100.0  # on a straight road the line between two positions says the same
MOVED_M: Final = 15.0  # below it a turn is a wander
TURNED_DEG: Final = 30.0
SLOW_MS: Final = 15_000  # in a queue, or when it has come to a stop: where it is to MOVED_M
WANDERED_M: Final = 40.0  # what a parked receiver's places stray
PARKED_MPS: Final = 1.0


def is_news(said: Position | None, new: Position) -> bool:
    """`said`: the latest that became an event."""
    if said is None:
        return True
    since_ms = new.moment.uptime_ms - said.moment.uptime_ms
    if since_ms < AT_MOST_MS:
        return False
    moved_m = metres_between(said.place, new.place)
    if since_ms >= AT_LEAST_MS or moved_m >= FAR_M:
        return True
    if _is_parked(new):
        return since_ms >= SLOW_MS and moved_m >= (WANDERED_M if _is_parked(said) else MOVED_M)
    return moved_m >= MOVED_M and (since_ms >= SLOW_MS or _has_turned(said, new))


def _is_parked(position: Position) -> bool:
    return position.speed_cmps is None or position.speed_cmps < PARKED_MPS * 100


def _has_turned(said: Position, new: Position) -> bool:
    if said.heading_cdeg is None or new.heading_cdeg is None:
        return False
    apart_cdeg = abs((new.heading_cdeg - said.heading_cdeg + 18_000) % 36_000 - 18_000)
    return apart_cdeg >= TURNED_DEG * 100
