"""Cars that ask whether an entry still stands -> answers; notes in the store -> cars. Two tasks beside the keeper."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from headquarters.arrivals import Message
from headquarters.datasets.file import open_sets
from headquarters.hits import notes, standing
from headquarters.receiver.answers import Answer
from headquarters.store.worker import Store
from headquarters.waiting import Waiting
from proto import topics
from proto.base import Confirm, decode_confirm, encode_confirmed
from proto.errors import FrameError

MAX_ASKING: Final = 1024  # what finds no room is asked again in 2 s
MAX_GROUP: Final = 64
LOOK_S: Final = 1.0  # from `patrol-hq note` to the car

log = logging.getLogger(__name__)

Asked = tuple[str, Confirm]
"""The vehicle, and what it asks."""


class Desk:
    """`sets`: where lists are published; `store`: where notes are queued; `now_ms()`: UTC milliseconds."""

    def __init__(self, sets: Store, store: Store, now_ms: Callable[[], int]) -> None:
        self._sets = sets
        self._store = store
        self._now_ms = now_ms
        self.asking: Waiting[Asked] = Waiting(MAX_ASKING)

    def takes(self, message: Message) -> bool | None:
        """Whether there was room; None: it is not for this desk, or cannot be read."""
        topic = topics.parse(message.topic)
        if topic is None or topic.vehicle is None or topic.way != "up" or topic.word != "confirm":
            return None
        try:
            return self.asking.put((topic.vehicle, decode_confirm(message.payload)))
        except FrameError:
            return None

    async def answer(self, said: Waiting[Answer]) -> None:
        """Until `asking` is closed and empty."""
        while group := await self.asking.take(MAX_GROUP):
            try:
                answers = await self._sets.run(_answers, group, self._now_ms())
            except sqlite3.OperationalError as error:  # a busy file: the cars ask again
                log.warning("confirm: %s", error)
                continue
            for answer in answers:
                said.put(answer)

    async def say_notes(self, said: Waiting[Answer]) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                answers = await self._store.run(notes.due, self._now_ms())
            except sqlite3.OperationalError as error:  # a full disk, a busy file
                log.warning("notes: %s", error)
                continue
            for answer in answers:
                said.put(answer)


@asynccontextmanager
async def open_desk(path: Path, store: Store, now_ms: Callable[[], int]) -> AsyncIterator[Desk]:
    """A thread and a connection of its own: chunks do not wait while a list is read through."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, "hits") as thread:
        connection = await loop.run_in_executor(thread, open_sets, path)
        try:
            yield Desk(Store(connection, thread), store, now_ms)
        finally:
            thread.submit(connection.close)


def _answers(connection: sqlite3.Connection, group: Sequence[Asked], now_ms: int) -> list[Answer]:
    """A car that asks again before it is answered is answered once."""
    once = list(dict.fromkeys(group))
    said = standing.answers(connection, [asked for _, asked in once], now_ms)
    return [
        Answer(topics.down(vehicle, "confirmed"), encode_confirmed(one))
        for (vehicle, _), one in zip(once, said, strict=True)
    ]
