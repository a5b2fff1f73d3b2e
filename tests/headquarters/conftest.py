"""A car as headquarters sees it, headquarters in this process, and batches of made-up reads."""

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import aiomqtt
import pytest

from headquarters import addresses
from headquarters.app import Edge, Settings, serve
from headquarters.store.file import open_writer
from proto import batches, control, events, topics
from proto.batches import Batch
from proto.control import Held, Refused
from proto.events import Clock, Event, Moment, Read, Unknown
from proto.lanes import Lane
from proto.ranges import Range, Ranges
from tests.patience import PATIENCE_S

EPOCH = b"epoch--1"
BOOT = b"boot---1"


def read(seq: int, *, offset_ms: int | None = 1_790_000_000_000) -> Read:
    """The read that has this number in every test."""
    clock = Clock.UNSET if offset_ms is None else Clock.NTP
    return Read(Moment(1000 * seq, offset_ms, clock), "front", f"AB{seq % 100:02}CDE", seq)


MakeBatch = Callable[..., Batch]


@pytest.fixture
def make_batch() -> MakeBatch:
    """`make_batch(first, last, lane=, epoch=, absent=, events_=)`: reads first..last but the absent ones."""

    def make(
        first: int,
        last: int,
        lane: Lane = Lane.READ,
        epoch: bytes = EPOCH,
        boot: bytes = BOOT,
        absent: tuple[Range, ...] = (),
        said: list[Event | Unknown] | None = None,
    ) -> Batch:
        if said is None:
            present = Ranges(absent).gaps(first, last)
            said = [read(n) for begin, end in present for n in range(begin, end + 1)]
        bodies = [events.encode(event) for event in said]
        return Batch(epoch, boot, lane, first, last, bodies, absent)

    return make


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    return tmp_path / "hq.db"


@pytest.fixture
def connection(store_path: Path) -> Iterator[sqlite3.Connection]:
    """A fresh store, open for writing."""
    opened = open_writer(store_path)
    yield opened
    opened.close()


class Car:
    """A car's side of the language, over a real broker."""

    def __init__(self, client: aiomqtt.Client, vehicle: str) -> None:
        self._client = client
        self._vehicle = vehicle
        self._heard: list[tuple[str, bytes]] = []

    async def send(self, batch: Batch) -> None:
        await self.say(batch.lane.word, batches.encode(batch))

    async def say(self, word: str, payload: bytes) -> None:
        await self._client.publish(topics.up(self._vehicle, word), payload, qos=1)

    async def publish(self, topic: str, payload: bytes) -> None:
        await self._client.publish(topic, payload, qos=1)

    async def hear(self, kind: str) -> bytes:
        """The next message of this kind."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for at, (heard, payload) in enumerate(self._heard):
                    if heard == kind:
                        del self._heard[at]
                        return payload
                await self._listen()

    async def receipt(self) -> list[Held]:
        return control.decode_held(await self.hear("receipt"))

    async def again(self) -> list[Held]:
        return control.decode_held(await self.hear("again"))

    async def refused(self) -> Refused:
        return control.decode_refused(await self.hear("refused"))

    async def hello(self) -> bytes:
        return control.decode_hello(await self.hear("hello"))

    def left(self) -> list[str]:
        """The kinds of what was heard and not asked for."""
        return [kind for kind, _ in self._heard]

    async def _listen(self) -> None:
        said = await anext(self._client.messages)
        self._heard.append((said.topic.value.rsplit("/", 1)[1], bytes(said.payload)))


OpenCar = Callable[..., AbstractAsyncContextManager[Car]]


@pytest.fixture
def open_car() -> OpenCar:
    """`async with open_car(port, vehicle="car-1", old=False) as car`; an old one speaks MQTT 3.1.1."""

    @asynccontextmanager
    async def opened(port: int, vehicle: str = "car-1", *, old: bool = False) -> AsyncIterator[Car]:
        protocol = aiomqtt.ProtocolVersion.V311 if old else aiomqtt.ProtocolVersion.V5
        async with aiomqtt.Client("127.0.0.1", port, protocol=protocol) as client:
            await client.subscribe([(topics.down(vehicle, "#"), 1), (topics.HELLO, 1)])
            yield Car(client, vehicle)

    return opened


Serving = Callable[..., AbstractAsyncContextManager[asyncio.Event]]


@pytest.fixture
def serving(store_path: Path) -> Serving:
    """`async with serving(broker_url)`: headquarters in this process, subscribed; stopped at the end."""

    @asynccontextmanager
    async def opened(url: str, take: str = topics.ALL_UP) -> AsyncIterator[asyncio.Event]:
        stop, ready = asyncio.Event(), asyncio.Event()
        edge = Edge(lambda: time.time_ns() // 1_000_000, lambda: os.urandom(8), lambda most_s: most_s / 2)
        settings = Settings(addresses.broker(url), store_path, take)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(serve(settings, edge, stop, ready.set))
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await ready.wait()
                yield stop
            finally:
                stop.set()

    return opened
