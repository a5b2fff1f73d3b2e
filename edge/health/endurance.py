"""The spool's quotas, the disk and the pace of storing -> for how many hours each lane can wait for headquarters."""

import os
from pathlib import Path

from edge.health.pace import Pace
from edge.spool.spool import Spool
from proto.lanes import Lane


class Endurance:
    """What the card gives. `look` is for whoever makes rounds; `now_s` is the event loop's."""

    def __init__(self, spool: Spool, folder: Path) -> None:
        self._spool = spool
        self._folder = folder
        self._pace = Pace()

    def look(self, now_s: float) -> None:
        """At what was stored since."""
        self._pace.look(now_s, self._spool.stored)

    def hours_left(self, lane: Lane) -> float | None:
        """Until the lane must drop something when no receipt comes any more; None while it stores nothing."""
        disk = os.statvfs(self._folder)
        hours = self._pace.hours_left(lane, self._spool.free_bytes(lane), disk.f_bavail * disk.f_frsize)
        return None if hours is None else round(hours, 1)
