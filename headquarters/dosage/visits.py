"""Dwell events -> one row a visit, and from these what each box has had. [proto-12.1]"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from forecast.guidance import COOL_DOWN_S, CREDIT_S
from headquarters.store.streams import Stream
from proto import events
from proto.errors import FrameError
from proto.events import Dwell

HERE_MS: Final = 660_000  # a car says every five minutes that it is still there; twice unheard of, it has left

_NOTE: Final = """
INSERT INTO dwell VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET dwell_s = max(dwell_s, excluded.dwell_s), credit_s = max(credit_s, excluded.credit_s),
    is_over = max(is_over, excluded.is_over), ended_ms = max(ended_ms, excluded.ended_ms)
"""
_SUMS: Final = """
SELECT name, lat_e6, lon_e6, sum(credit_s), max(ended_ms), max(NOT is_over AND ended_ms > ?)
FROM dwell WHERE ended_ms > ? GROUP BY name, lat_e6, lon_e6
"""


@dataclass(frozen=True, slots=True)
class Sum:
    """What one box had within the cool-down: credited seconds; when the last visit ended, UTC; whether a car is there now."""

    credit_s: int
    ended_ms: int
    is_visited: bool


Middle = tuple[int, int]
"""Of a box: millionths of a degree."""


def note(connection: sqlite3.Connection, stream: Stream, bodies: Iterable[bytes], now_ms: int) -> None:
    """Remembers the dwell events among an urgent lane's bodies; what came before of the same visit is included in them."""
    for body in bodies:
        dwell = _dwell(body)
        if dwell is not None:
            connection.execute(_NOTE, _row(stream, dwell, now_ms))


def sums(connection: sqlite3.Connection, now_ms: int) -> dict[str, dict[Middle, Sum]]:
    """By data set and box, of the last two hours. Raises sqlite3.Error."""
    found: dict[str, dict[Middle, Sum]] = {}
    since_ms = now_ms - int(COOL_DOWN_S * 1000)
    for name, lat_e6, lon_e6, credit_s, ended_ms, is_visited in connection.execute(_SUMS, (now_ms - HERE_MS, since_ms)):
        found.setdefault(name, {})[lat_e6, lon_e6] = Sum(min(credit_s, int(CREDIT_S)), ended_ms, bool(is_visited))
    return found


def _dwell(body: bytes) -> Dwell | None:
    if body[1:2] != bytes([Dwell.KIND]):
        return None
    try:
        event = events.decode(body)
    except FrameError:
        return None
    return event if isinstance(event, Dwell) else None


def _row(stream: Stream, dwell: Dwell, now_ms: int) -> tuple[object, ...]:
    """Of a car that does not know the time, a visit is as old as its event's arrival makes it."""
    offset_ms = dwell.moment.utc_offset_ms
    uptime_ms = dwell.moment.uptime_ms if dwell.left_ms is None else dwell.left_ms
    ended_ms = now_ms if offset_ms is None else min(uptime_ms + offset_ms, now_ms)
    is_over = dwell.left_ms is not None
    return (
        stream.epoch_id, dwell.set, dwell.version, dwell.box, dwell.arrived_ms, dwell.dwell_s, dwell.credit_s,
        is_over, ended_ms, dwell.lat_e6, dwell.lon_e6, dwell.model,
    )  # fmt: skip
