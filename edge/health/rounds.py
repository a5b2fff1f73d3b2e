"""What is looked at on a timer: clock, lists, age of the store, figures for headquarters."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from edge.clock import CarClock
from edge.health.heartbeat import STORE_EVERY_S, Heartbeat
from edge.health.status import Status
from edge.matcher.matcher import Matcher
from edge.spool.database import StoreError, is_full
from edge.spool.inbox import Inbox
from edge.spool.spool import Spool
from edge.ticks import tick
from proto.events import Clock, Health, Moment

log = logging.getLogger(__name__)

LOOK_S: Final = 1.0  # the clock: what is learned late dates everything before it
LISTS_EVERY: Final = 10  # looks; an import knocks at once, this is for a file that was copied into place
HEALTH_EVERY: Final = 60
STORE_EVERY: Final = int(STORE_EVERY_S / LOOK_S)
TIDY_EVERY: Final = 600
TIDY_FIRST: Final = 60  # a drive may be short, and a car that never tidies keeps its rows until the quota cuts them


class Rounds:
    """One task that makes its rounds every LOOK_S."""

    def __init__(
        self,
        clock: CarClock,
        matcher: Matcher,
        inbox: Inbox[Any],
        status: Status,
        keep_hours: float,
        looks: Sequence[Callable[[float], None]] = (),
        saves: Sequence[Callable[[], Awaitable[None]]] = (),
        heartbeat: Heartbeat | None = None,
    ) -> None:
        """`looks` are given the event loop's time at every look; `saves` are made with every tidying."""
        self._clock = clock
        self._matcher = matcher
        self._inbox = inbox
        self._status = status
        self._keep_s = int(keep_hours * 3600)
        self._looks = looks
        self._saves = saves
        self._heartbeat = heartbeat or Heartbeat()

    async def run(self, spool: Spool, is_progressing: Callable[[], bool]) -> None:
        """For ever. The heart goes on beating only when the store's thread comes by and the recorder is not stuck."""
        looks = 0
        while True:
            self.look(asyncio.get_running_loop().time())
            if looks % LISTS_EVERY == 0:
                self._matcher.reload()
            if looks % HEALTH_EVERY == 0:
                self._inbox.offer(Health(self._clock.now(), self._status.figures()), "health")
            if looks % TIDY_EVERY == TIDY_FIRST:
                await self._tidy(spool, self._clock.now())
                for save in self._saves:
                    await save()
            if self._heartbeat.every_s and looks % STORE_EVERY == 0 and is_progressing():
                await spool.pulse()
                self._heartbeat.proven()
            looks += 1
            await tick(LOOK_S)

    def look(self, now_s: float) -> None:
        """At the clock: an event when it has changed. At everything else that is looked at every time."""
        if (change := self._clock.check()) is not None:
            self._inbox.offer(change, "urgent", urgent=True)
        for look in self._looks:
            look(now_s)

    async def _tidy(self, spool: Spool, moment: Moment) -> None:
        """Only by a clock that is trusted: a wrong one would delete what is young. On a full disk: at the next round."""
        if moment.utc_ms is None or moment.clock < Clock.NTP:
            return
        try:
            while await spool.tidy(moment.utc_ms // 1000 - self._keep_s):
                pass
        except StoreError as error:
            if not is_full(error):
                raise
            log.warning("nothing tidied: %s", error)
