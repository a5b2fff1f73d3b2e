"""An event that did not know the time -> UTC by the nearest event of the same vehicle and boot that did."""

import sqlite3
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from proto import events
from proto.errors import FrameError
from proto.events import Moment

_MAX_BOOTS: Final = 16  # remembered at once; the export goes boot by boot

Known = list[tuple[int, int]]


class Dating:
    """Looks through a boot's events when the first undated one of it is met."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._boots: dict[tuple[str, bytes], Known] = {}

    def utc_ms(self, vehicle: str, boot: bytes, uptime_ms: int) -> int | None:
        """UTC of this boot's `uptime_ms`, or None when no event of the boot knew the time."""
        known = self._known(vehicle, boot)
        at = bisect_left(known, (uptime_ms, 0))
        near = known[max(at - 1, 0) : at + 1]
        if not near:
            return None
        return uptime_ms + min(near, key=lambda point: abs(point[0] - uptime_ms))[1]

    def _known(self, vehicle: str, boot: bytes) -> Known:
        key = (vehicle, boot)
        if key not in self._boots:
            if len(self._boots) >= _MAX_BOOTS:
                self._boots.pop(next(iter(self._boots)))
            self._boots[key] = sorted(
                point for stream in self._streams(vehicle, boot) for point in _points(self._moments(stream))
            )
        return self._boots[key]

    def _streams(self, vehicle: str, boot: bytes) -> list[int]:
        rows = self._connection.execute(
            "SELECT stream.id FROM vehicle JOIN epoch ON epoch.vehicle = vehicle.id"
            " JOIN stream ON stream.epoch = epoch.id WHERE vehicle.name = ? AND epoch.boot = ?",
            (vehicle, boot),
        )
        return [stream for (stream,) in rows]

    def _moments(self, stream: int) -> Iterator[Moment]:
        for (body,) in self._connection.execute("SELECT body FROM event WHERE stream = ? ORDER BY seq", (stream,)):
            try:
                yield events.decode(body).moment
            except FrameError:
                continue


def _points(moments: Iterator[Moment]) -> Iterator[tuple[int, int]]:
    """(uptime, offset) at both ends of every run of events with one offset."""
    uptime_ms, offset_ms = 0, None
    for moment in moments:
        if moment.utc_offset_ms != offset_ms:
            if offset_ms is not None:
                yield uptime_ms, offset_ms
            if moment.utc_offset_ms is not None:
                yield moment.uptime_ms, moment.utc_offset_ms
        uptime_ms, offset_ms = moment.uptime_ms, moment.utc_offset_ms
    if offset_ms is not None:
        yield uptime_ms, offset_ms
