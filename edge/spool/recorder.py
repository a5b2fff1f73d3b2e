"""Inbox -> spool, group by group; what is committed is announced and the uplink is knocked for. A full disk is waited out."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from edge.audit.witness import Witnessed
from edge.spool.database import StoreError, is_full
from edge.spool.group import Group
from edge.spool.inbox import Inbox
from edge.spool.numbering import Item, Numbering
from edge.spool.room import Room
from edge.spool.spool import Spool
from edge.supervision import Outage
from proto.events import Dropped, Moment
from proto.lanes import BY_WORD, Lane

log = logging.getLogger(__name__)

PIECE: Final = 128  # items: numbering and encoding them holds the event loop for about a millisecond
RETRY_S: Final = 1.0  # a full disk: recovery is noticed within a second, and the card is left alone

Say = Callable[..., None]


class Recorder:
    """The one writer of groups."""

    def __init__(
        self,
        inbox: Inbox[Item],
        numbering: Numbering,
        spool: Spool,
        room: Room,
        say: Say,
        now: Callable[[], Moment],
        disk: Outage,
    ) -> None:
        self._inbox = inbox
        self._numbering = numbering
        self._spool = spool
        self._room = room
        self._say = say
        self._now = now
        self._disk = disk
        self._stopping = False
        self._groups = 0
        self._groups_then = 0

    async def run(self, stored: asyncio.Event) -> None:
        """Until `stop`, and then until the inbox is empty. StoreErrors other than "full" end the process: promise nothing."""
        while not (self._stopping and not len(self._inbox)):
            items = await self._inbox.take()
            items += self._losses()
            if not items:
                continue
            group = await self._numbered(items)
            if group.runs and not await self._commit(group):
                continue
            for item in items:
                if type(item) is Witnessed:
                    item.settle()
            for run in group.runs:
                self._say(
                    "stored", epoch=self._spool.identity.hex(), lane=run.lane.word, first=run.first, last=run.last
                )
            self._groups += 1
            stored.set()

    def is_progressing(self) -> bool:
        """Whether groups were committed since the last call, or there was nothing to commit, or the disk is known to be full."""
        moved = self._groups != self._groups_then
        self._groups_then = self._groups
        return moved or not len(self._inbox) or self._disk.is_up is False

    def stop(self) -> None:
        """Commit what waits, then end."""
        self._stopping = True
        self._inbox.flush()

    async def _numbered(self, items: list[Item]) -> Group:
        """Numbers and encodes in pieces, so that alerts are never more than a piece late."""
        for at in range(0, len(items), PIECE):
            self._numbering.add(items[at : at + PIECE])
            await asyncio.sleep(0)
        return self._numbering.group()

    async def _commit(self, group: Group) -> bool:
        """True once it is committed. False only when the disk is full and the process must end."""
        while True:
            try:
                await self._spool.add(group, asyncio.get_running_loop().time())
            except StoreError as error:
                if not is_full(error):
                    raise
                self._disk.began("disk full")
                self._room.release()
                if self._stopping:
                    return False
                await asyncio.sleep(RETRY_S)
            else:
                self._disk.over()
                if not self._room.is_held and not self._stopping:
                    await asyncio.to_thread(self._room.restore)
                return True

    def _losses(self) -> list[Dropped]:
        """An event for each lane that lost something since the last group, said on the socket too."""
        losses = [(lane, count, "queue full") for lane, count in self._inbox.dropped.items()]
        losses += [(lane.word, count, "quota") for lane, count in self._spool.losses.tell().items() if count]
        self._inbox.dropped.clear()
        if self._numbering.oversized:
            losses.append((Lane.READ.word, self._numbering.oversized, "too long"))
            self._numbering.oversized = 0
        for lane, count, reason in losses:
            log.warning("%d of lane %s dropped: %s", count, lane, reason)
            self._say("dropped", lane=lane, count=count, reason=reason)
        return [Dropped(self._now(), int(BY_WORD[lane]), count, reason) for lane, count, reason in losses]
