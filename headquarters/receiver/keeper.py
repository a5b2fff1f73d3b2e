"""Messages that wait -> one transaction for all of them -> answers. A full disk or a busy store is waited out; nothing is promised meanwhile."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from typing import Final

from headquarters.arrivals import Message, arrival
from headquarters.backoff import Backoff
from headquarters.logs import FIELDS
from headquarters.receiver.answers import Answer, answers
from headquarters.store.intake import Taken, take
from headquarters.store.worker import Store
from headquarters.waiting import Waiting

MAX_WAITING: Final = 4096  # messages: 35 MB at most; what finds no room, the cars send again
MAX_GROUP: Final = 256  # messages in a transaction: with 100 events in each, about 0.1 s

_WAITED_OUT: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY})

log = logging.getLogger(__name__)


def take_group(connection: sqlite3.Connection, group: Sequence[Message], now_ms: int) -> tuple[Taken, list[Answer]]:
    """Read, store and answer a group of messages; runs on the store's thread. Raises sqlite3.Error: nothing was stored."""
    taken = take(connection, map(arrival, group), now_ms)
    return taken, list(answers(taken))


class Keeper:
    """The one task that writes. `now_ms()`: UTC milliseconds."""

    def __init__(self, store: Store, now_ms: Callable[[], int], backoff: Backoff) -> None:
        self._store = store
        self._now_ms = now_ms
        self._backoff = backoff
        self._failing = False
        self.totals = {"messages": 0, "stored": 0, "repeated": 0, "unreadable": 0}

    async def run(self, inbox: Waiting[Message], outbox: Waiting[Answer]) -> None:
        """Until the inbox is closed and empty."""
        while group := await inbox.take(MAX_GROUP):
            taken, said = await self._kept(group)
            self._note(len(group), taken)
            for answer in said:
                outbox.put(answer)

    async def _kept(self, group: Sequence[Message]) -> tuple[Taken, list[Answer]]:
        while True:
            try:
                kept = await self._store.run(take_group, group, self._now_ms())
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in _WAITED_OUT:
                    raise
                self._fails(str(error))
                await asyncio.sleep(self._backoff.next_s())
            else:
                self._works()
                return kept

    def _note(self, messages: int, taken: Taken) -> None:
        news = {
            "messages": messages,
            "stored": taken.stored,
            "repeated": taken.repeated,
            "unreadable": taken.unreadable,
        }
        for name, number in news.items():
            self.totals[name] += number
        for raised in taken.alarms:
            log.warning("alarm", extra={FIELDS: raised.fields()})

    def _fails(self, reason: str) -> None:
        log.log(logging.DEBUG if self._failing else logging.ERROR, "store takes nothing: %s", reason)
        self._failing = True

    def _works(self) -> None:
        if self._failing:
            log.info("store takes again")
        self._failing = False
        self._backoff.reset()
