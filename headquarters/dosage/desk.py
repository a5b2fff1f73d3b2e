"""Which car holds which forecast, and what the boxes have had -> to each car what it has not been told yet. [proto-12.3, proto-12.4]"""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from headquarters.arrivals import Message
from headquarters.dosage.visits import Middle, Sum, sums
from headquarters.receiver.answers import Answer
from headquarters.store.worker import Store
from proto import topics
from proto.chunks import decode_have
from proto.dosage import MAX_S, BoxDose, split_dosage
from proto.errors import FrameError

EVERY_S: Final = 30.0
NEWS_S: Final = 60  # of credit, and NEWS_MS of time: less than that sends no car elsewhere
NEWS_MS: Final = 300_000
MOST_CARS: Final = 10_000  # that are remembered: one that is forgotten is told everything again
FULL_S: Final = 900  # where a car is now, no other is needed

log = logging.getLogger(__name__)

Say = Callable[[Sequence[Answer]], Awaitable[None]]


class DosageDesk:
    """`takes` overhears who holds what, `run` is its task. `now_ms()`: UTC milliseconds."""

    def __init__(self, store: Store, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._now_ms = now_ms
        self._told: dict[str, dict[str, dict[Middle, Sum]]] = {}
        """By vehicle and the data sets it holds: what it was told."""
        self._new: set[str] = set()
        self._stirred = asyncio.Event()

    def takes(self, message: Message) -> bool | None:
        """Never: what a car holds is the data sets' desk's to answer. A car that has just come is told everything."""
        topic = topics.parse(message.topic)
        if topic is None or topic.vehicle is None or (topic.way, topic.word) != ("up", "have"):
            return None
        with contextlib.suppress(FrameError):
            self._told.pop(topic.vehicle, None)
            self._told[topic.vehicle] = {one.name: {} for one in decode_have(message.payload) if one.version}
            while len(self._told) > MOST_CARS:
                self._told.pop(next(iter(self._told)))
            self._new.add(topic.vehicle)
            self._stirred.set()
        return None

    async def run(self, say: Say) -> None:
        """For ever: newcomers at once, all others every EVERY_S."""
        loop = asyncio.get_running_loop()
        due_s = loop.time() + EVERY_S
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, due_s - loop.time())):
                    await self._stirred.wait()
            self._stirred.clear()
            if loop.time() >= due_s:
                due_s = loop.time() + EVERY_S
                await self._tell(list(self._told), say)
            else:
                await self._tell(sorted(self._new), say)
            self._new.clear()

    async def _tell(self, vehicles: Sequence[str], say: Say) -> None:
        now_ms = self._now_ms()
        try:
            had = await self._store.run(sums, now_ms)
        except sqlite3.OperationalError as error:  # a busy store: the next look sees it
            log.warning("dosage: %s", error)
            return
        answers = [answer for vehicle in vehicles for answer in self._answers(vehicle, had, now_ms)]
        if answers:
            await say(answers)

    def _answers(self, vehicle: str, had: Mapping[str, Mapping[Middle, Sum]], now_ms: int) -> Iterator[Answer]:
        for name, told in self._told.get(vehicle, {}).items():
            news = {at: one for at, one in had.get(name, {}).items() if is_news(told.get(at), one)}
            told.update(news)
            for message in split_dosage(name, list(_doses(news.items(), now_ms))):
                yield Answer(topics.down(vehicle, "dosage"), message)


def is_news(told: Sum | None, now: Sum) -> bool:
    """Whether a car would go elsewhere if it knew."""
    if told is None or told.is_visited != now.is_visited:
        return True
    return abs(now.credit_s - told.credit_s) >= NEWS_S or now.ended_ms - told.ended_ms >= NEWS_MS


def _doses(had: Iterable[tuple[Middle, Sum]], now_ms: int) -> Iterator[BoxDose]:
    for (lat_e6, lon_e6), one in had:
        if one.is_visited:
            yield BoxDose(lat_e6, lon_e6, FULL_S, 0)
        else:
            yield BoxDose(lat_e6, lon_e6, one.credit_s, min(max(0, (now_ms - one.ended_ms) // 1000), MAX_S))
