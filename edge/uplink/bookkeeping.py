"""The meter's file, the clock and the depot -> the policy, kept up to date; what may be sent anew is knocked for."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from edge import small_file
from edge.spool.database import to_the_end
from edge.ticks import tick
from edge.uplink.depot import Depot
from edge.uplink.meter import Meter
from edge.uplink.policy import Policy
from proto.events import Clock, Moment

log = logging.getLogger(__name__)

NAME: Final = "link.json"
LOOK_S: Final = 5.0
SAVE_EVERY_S: Final = 600.0  # a write of 300 bytes; a power cut forgets what was counted since
SAVE_BYTES: Final = 1_000_000  # and at most this much of it

Say = Callable[..., None]
Alarm = Callable[[str, str], None]


class Bookkeeping:
    """One task beside the uplink. The file holds counts only, nothing of a record."""

    def __init__(
        self, folder: Path, policy: Policy, depot: Depot, now: Callable[[], Moment], say: Say, alarm: Alarm
    ) -> None:
        self._path = folder / NAME
        self._policy = policy
        self._depot = depot
        self._now = now
        self._say = say
        self._alarm = alarm
        self._alarmed: set[str] = set()
        """Lanes of which this month's shortage was alarmed: health events may be what is held back."""
        self._held_back: list[str] = policy.held_back()
        self._writing = asyncio.Lock()

    async def run(self, knock: asyncio.Event) -> None:
        """For ever; what is not in the file yet is written when it is cancelled."""
        loop = asyncio.get_running_loop()
        saved_s = loop.time()
        try:
            while True:
                if self.look():
                    knock.set()
                if self._is_due(loop.time() - saved_s):
                    saved_s = loop.time()
                    await to_the_end(self._save())
                await tick(LOOK_S)
        finally:
            await self._save()

    def look(self) -> bool:
        """At the clock and the network. True when something may be sent that was held back."""
        moment = self._now()
        if moment.utc_ms is not None and moment.clock >= Clock.NTP:
            self._policy.meter.month_is(_month(moment.utc_ms))
        at_depot = self._depot.is_here()
        if at_depot is not self._policy.at_depot:
            self._policy.at_depot = at_depot
            log.info("%s the depot's network", "at" if at_depot else "away from")
        self._report_shortage()
        return self._is_changed()

    def _report_shortage(self) -> None:
        short = self._policy.short_for()
        if not set(short) <= self._alarmed:
            self._alarm("link-budget", f"little is left of this month's bytes: held back are {', '.join(short)}")
        self._alarmed = set(short)

    def _is_changed(self) -> bool:
        was, self._held_back = self._held_back, self._policy.held_back()
        if was == self._held_back:
            return False
        log.info("held back from the link: %s", ", ".join(self._held_back) or "nothing")
        self._say("policy", held_back=self._held_back, at_depot=self._policy.at_depot)
        return bool(set(was) - set(self._held_back))

    def _is_due(self, since_s: float) -> bool:
        unsaved = self._policy.meter.unsaved
        return unsaved >= SAVE_BYTES or (unsaved > 0 and since_s >= SAVE_EVERY_S)

    async def _save(self) -> None:
        """One write at a time. A card that takes none costs the count, not the service."""
        async with self._writing:
            meter = self._policy.meter
            unsaved = meter.unsaved
            if not unsaved:
                return
            try:
                await asyncio.to_thread(small_file.write, self._path, meter.table())
            except OSError as error:
                log.warning("the count of bytes is not written: %s", error.strerror)
            else:
                meter.unsaved -= unsaved


def load(folder: Path) -> tuple[Meter, str | None]:
    """The meter of a folder, and what was wrong with its file: a count that is lost begins at 0, and that is said."""
    try:
        table = small_file.read(folder / NAME)
        return (Meter() if table is None else Meter.of(table)), None
    except (OSError, ValueError) as error:
        return Meter(), f"the count of this month's bytes is lost ({type(error).__name__}): it begins at 0"


def _month(utc_ms: int) -> str:
    return f"{datetime.fromtimestamp(utc_ms / 1000, UTC):%Y-%m}"
