"""The data sets of a car whose task runs, what was said of them, and a headquarters that gives what is asked for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from edge.data.admission import Judge
from edge.data.child import verdict
from edge.data.orders import Orders, Place
from edge.data.refusals import Refusals
from edge.data.sets import DataSets
from edge.data.time_known import TimeKnown
from proto.chunks import Chunk, Having, Want, decode_have, decode_want, encode_chunk
from proto.events import Clock, Moment
from proto.manifest import decode_signed, pieces
from tests.patience import PATIENCE_S

NOON_MS: Final = 1_795_608_000_000  # 2026-11-25T12:00:00Z
HOUR_MS: Final = 3_600_000
PLATES: Final = [f"ZZ99A{n:02}" for n in range(40)]
CHANGED: Final = [*PLATES[1:], "ZZ99NEW"]

Made = tuple[bytes, bytes]
"""(signed manifest, content): what headquarters publishes."""


async def here(orders: Orders) -> dict[str, object]:
    """What a child does, without one."""
    return verdict(orders)


class Car:
    """The data sets of a car, and what was said of them."""

    def __init__(
        self, place: Place, judge: Judge, ask: Callable[[Orders], Any], eventually: Callable[..., Any]
    ) -> None:
        self.eventually = eventually
        self.alarms: list[str] = []
        self.said: list[dict[str, Any]] = []
        self.utc_ms: int | None = NOON_MS
        self.time = TimeKnown(self._moment)
        refusals = Refusals(lambda _, detail: self.alarms.append(detail))
        self.orders: list[Orders] = []

        async def noted(orders: Orders) -> dict[str, object]:
            self.orders.append(orders)
            answer: dict[str, object] = await ask(orders)
            return answer

        def say(kind: str, **said: object) -> None:
            self.said.append({"kind": kind, **said})

        self.weighed: list[bool] = []
        """Of each question whether the link may carry a set: whether the car needs it."""

        def may_fetch(size: int, is_needed: bool) -> bool:
            assert size > 0
            self.weighed.append(is_needed)
            return True

        self.sets = DataSets(place, judge, self.time, noted, say, refusals, may_fetch)
        self.knocks = asyncio.Event()
        self.swaps = 0

    def _moment(self) -> Moment:
        return Moment(0, self.utc_ms, Clock.UNSET if self.utc_ms is None else Clock.NTP)

    def swapped(self) -> None:
        self.swaps += 1

    def offer(self, made: Made) -> None:
        self.sets.take("manifest", made[0], now())

    def having(self) -> list[Having]:
        self.sets.connected()
        (have,) = [message for word, message in self.sets.sayings(now()) if word == "have"]
        return decode_have(have)

    async def wants(self) -> Want:
        """The next that it asks for."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                self.knocks.clear()
                for word, message in self.sets.sayings(now()):
                    if word == "want":
                        return decode_want(message)
                await self.knocks.wait()

    async def fetch(self, made: Made, most: int | None = None) -> None:
        """Headquarters answers until the set is in place, or so many chunks were given."""
        signed = decode_signed(made[0])
        cut = list(pieces(made[1], signed.manifest.chunk_bytes))
        given = 0
        before, alarms = len(self.said), len(self.alarms)
        while most is None or given < most:
            wanted = [n for digest, asked in (await self.wants()).chunks if digest == signed.digest for n in asked]
            for n in wanted:
                self.sets.take("chunk", encode_chunk(Chunk(signed.digest, n, cut[n])), now())
                given += 1
            if self.sets.fetch.coming(signed.manifest.name) is None or self._is_whole(signed.manifest.name):
                break
        if most is None:
            await self.eventually(
                lambda: any(said.get("state") == "in place" for said in self.said[before:]) or len(self.alarms) > alarms
            )

    def _is_whole(self, name: str) -> bool:
        coming = self.sets.fetch.coming(name)
        return coming is None or coming.is_whole


def now() -> float:
    return asyncio.get_running_loop().time()


@asynccontextmanager
async def opened(
    place: Place, judge: Judge, eventually: Callable[..., Any], ask: Callable[[Orders], Any] = here
) -> AsyncIterator[Car]:
    """A car whose task runs."""
    car = Car(place, judge, ask, eventually)
    task = asyncio.ensure_future(car.sets.run(car.knocks.set, car.swapped))
    try:
        yield car
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()
