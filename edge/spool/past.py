"""What this car has read in the last hours, newest first, a few rows at a time, so that no group waits long for the store's thread."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from edge.spool.database import Connection, DamagedError
from edge.spool.rows import whole
from edge.spool.spool import Spool
from proto import events
from proto.errors import FrameError
from proto.events import Moment, Read
from proto.lanes import Lane

ROWS_AT_ONCE: Final = 8  # some 1,300 reads: 10 ms of the thread

Wanted = Callable[[Read], bool]
"""Called on the store's thread."""


@dataclass(frozen=True, slots=True)
class Past:
    """A read of this car; `ago_s`: seconds since, None when neither the boot nor the time is common to then and now."""

    read: Read = field(repr=False)
    ago_s: float | None


async def past_reads(spool: Spool, wanted: Wanted, now: Moment, within_s: float) -> AsyncIterator[Past]:
    """The reads that are wanted, newest first. A damaged row is passed over. Raises StoreError."""
    before: int | None = 2**62
    while before is not None:
        before, found = await spool.read_back(partial(_step, before=before, wanted=wanted))
        for boot, read in found:
            ago_s = _ago_s(read.moment, now, is_same_boot=boot == spool.boot)
            if ago_s is None or ago_s <= within_s:
                yield Past(read, ago_s)
        if found_too_old(found, now, within_s, spool.boot):
            return


def found_too_old(found: list[tuple[bytes, Read]], now: Moment, within_s: float, boot: bytes) -> bool:
    """Whether the oldest of what was found, and so all that is left, is older than is asked for."""
    if not found:
        return False
    oldest_boot, oldest = found[-1]
    ago_s = _ago_s(oldest.moment, now, is_same_boot=oldest_boot == boot)
    return ago_s is not None and ago_s > within_s


def _step(connection: Connection, before: int, wanted: Wanted) -> tuple[int | None, list[tuple[bytes, Read]]]:
    """(the id to go on before, None at the end; the wanted reads with their boots, newest first)."""
    rows = connection.execute(
        "SELECT run.id, epoch.boot, run.count, run.crc, run.bodies FROM run JOIN epoch ON epoch.n = run.epoch"
        " WHERE run.id < ? AND run.lane = ? ORDER BY run.id DESC LIMIT ?",
        (before, int(Lane.READ), ROWS_AT_ONCE),
    ).fetchall()
    found = []
    for _, boot, count, crc, bodies in rows:
        try:
            cut = whole(count, crc, bodies)
        except DamagedError:
            continue
        found += [(boot, read) for body in reversed(cut) if (read := _read(body)) is not None and wanted(read)]
    return (rows[-1][0] if len(rows) == ROWS_AT_ONCE else None), found


def _read(body: bytes) -> Read | None:
    try:
        event = events.decode(body)
    except FrameError:
        return None
    return event if isinstance(event, Read) else None


def _ago_s(then: Moment, now: Moment, *, is_same_boot: bool) -> float | None:
    if is_same_boot and then.uptime_ms <= now.uptime_ms:
        return (now.uptime_ms - then.uptime_ms) / 1000
    if then.utc_ms is None or now.utc_ms is None:
        return None
    return max(0.0, (now.utc_ms - then.utc_ms) / 1000)
