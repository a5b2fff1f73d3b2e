"""Asks in, answers out, on a thread of their own: a slow source delays no receipt. What waits too long is not asked for any more."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from headquarters.arrivals import Message
from headquarters.lookups.answering import answered
from headquarters.lookups.source import MakeSource, Source
from headquarters.receiver.answers import Answer
from headquarters.waiting import Waiting
from proto import topics
from proto.asks import Ask, decode_ask
from proto.errors import FrameError

MAX_ASKING: Final = 256
MAX_ANSWERS: Final = 256  # 4 MB at most
PATIENCE_S: Final = 5.0  # the car takes no answer after it [proto-10.4]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiter:
    """An ask, and when it came by the loop's clock."""

    vehicle: str
    ask: Ask
    came_s: float


class LookupDesk:
    """`now_ms()`: UTC milliseconds."""

    def __init__(self, source: Source, thread: ThreadPoolExecutor, now_ms: Callable[[], int]) -> None:
        self._source = source
        self._thread = thread
        self._now_ms = now_ms
        self.asking: Waiting[Waiter] = Waiting(MAX_ASKING)
        self.said: Waiting[Answer] = Waiting(MAX_ANSWERS)
        self.unreadable = 0
        """Asks that nobody can read. They are not set aside, as other messages are: a name may stand in them."""

    def takes(self, message: Message) -> bool | None:
        """Whether there was room; None: it is no ask."""
        topic = topics.parse(message.topic)
        if topic is None or topic.vehicle is None or topic.way != "up" or topic.word != "ask":
            return None
        try:
            ask = decode_ask(message.payload)
        except FrameError as error:
            self.unreadable += 1
            log.warning("an ask from %s cannot be read: %s", topic.vehicle, error)
            return True
        return self.asking.put(Waiter(topic.vehicle, ask, asyncio.get_running_loop().time()))

    async def answer(self) -> None:
        """Until `asking` is closed and empty."""
        loop = asyncio.get_running_loop()
        while waiters := await self.asking.take(1):
            for waiter in waiters:
                if loop.time() - waiter.came_s > PATIENCE_S:
                    continue
                today = datetime.fromtimestamp(self._now_ms() / 1000, UTC).date()
                payload = await loop.run_in_executor(self._thread, answered, self._source, waiter.ask, today)
                self.said.put(Answer(topics.down(waiter.vehicle, "answer"), payload))


@asynccontextmanager
async def open_lookups(make: MakeSource, store: Path, now_ms: Callable[[], int]) -> AsyncIterator[LookupDesk]:
    """The desk over a source, which is made, asked and closed on one thread."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, "look-ups") as thread:
        source = await loop.run_in_executor(thread, make, store)
        try:
            yield LookupDesk(source, thread, now_ms)
        finally:
            thread.submit(source.close)
