"""Messages about data sets in, answers out, and every new version announced: two tasks beside the keeper, with a thread of their own."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from headquarters.arrivals import Message
from headquarters.datasets import asking, shelf
from headquarters.datasets.asking import Asked
from headquarters.datasets.file import open_sets
from headquarters.receiver.answers import Answer
from headquarters.store.worker import Store
from headquarters.waiting import Waiting

MAX_ASKING: Final = 1024  # messages; what finds no room, the cars ask again
MAX_ANSWERS: Final = 256  # chunks: 16 MB at most
MAX_GROUP: Final = 16
LOOK_S: Final = 2.0  # from `publish` to the first car

log = logging.getLogger(__name__)


class Desk:
    """`now_ms()`: UTC milliseconds."""

    def __init__(self, sets: Store, now_ms: Callable[[], int]) -> None:
        self._sets = sets
        self._now_ms = now_ms
        self.asking: Waiting[Asked] = Waiting(MAX_ASKING)
        self.said: Waiting[Answer] = Waiting(MAX_ANSWERS)

    def takes(self, message: Message) -> bool | None:
        """Whether there was room; None: it is not about data sets."""
        asked = asking.asked(message)
        return None if asked is None else self.asking.put(asked)

    async def answer(self) -> None:
        """Until `asking` is closed and empty."""
        while group := await self.asking.take(MAX_GROUP):
            try:
                said = await self._sets.run(asking.answers, group, self._now_ms())
            except sqlite3.OperationalError as error:  # a full disk, a busy file: the cars ask again
                log.warning("data sets: %s", error)
                continue
            self._put(said)

    async def announce(self) -> None:
        """For ever."""
        last = await self._sets.run(shelf.last_id)
        while True:
            await asyncio.sleep(LOOK_S)
            for one in await self._sets.run(shelf.since, last):
                log.info("announced: data set %s, version %d", one.manifest.name, one.version)
                self._put(asking.announcements(one.manifest, one.message))
            last = await self._sets.run(shelf.last_id)

    def _put(self, answers: Iterable[Answer]) -> None:
        for answer in answers:
            self.said.put(answer)


@asynccontextmanager
async def open_desk(store: Path, now_ms: Callable[[], int]) -> AsyncIterator[Desk]:
    """The desk of a store; its file is closed at the end. Raises StoreError or sqlite3.Error."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, "data sets") as thread:
        connection = await loop.run_in_executor(thread, open_sets, store)
        try:
            yield Desk(Store(connection, thread), now_ms)
        finally:
            thread.submit(connection.close)
