"""The real uplink over a spool, and what it has said; at the broker's other side whoever answers as the test says."""

import asyncio
from typing import Any, Final

import aiomqtt

from edge.config.car import Broker
from edge.spool.group import Group
from edge.spool.spool import Spool
from edge.supervision import Outage
from edge.uplink.link import Link
from edge.uplink.lull import Lulls
from edge.uplink.uplink import Uplink
from edge.uplink.window import Window
from proto import batches, control, topics
from proto.control import Held
from proto.lanes import Lane
from proto.ranges import Ranges
from tests.edge.rig.model import CAR

EPOCH: Final = b"epoch--1"


class Car:
    """An uplink over a spool, and what it has said."""

    def __init__(self, url: str, spool: Spool) -> None:
        self.spool = spool
        self.window = Window(spool.ledgers, spool.identity, Lulls(0.0))
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.alarms: list[str] = []
        self.link = Link(Broker(url), CAR)
        self.state = Outage("link", lambda _, up, reason: self.said.append(("link", {"up": up, "reason": reason})))
        self.uplink = Uplink(
            self.link, CAR, spool, self.window, lambda kind, **fields: self.said.append((kind, fields)),
            lambda name, _: self.alarms.append(name), is_down=self.state.began,
        )  # fmt: skip

    async def stores(self, group: Group) -> None:
        await self.spool.add(group, asyncio.get_running_loop().time())
        self.uplink.knock.set()

    def is_receipted(self, lane: Lane = Lane.READ) -> bool:
        ledger = self.spool.ledger_of(EPOCH, lane)
        return ledger is not None and ledger.last > 0 and ledger.first_unsent() is None


class Answerer:
    """A headquarters in a few lines: it keeps what it gets and answers as the test says."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client
        self.batches: list[batches.Batch] = []
        self.held: list[Held] = []
        self.answers = True

    async def run(self) -> None:
        async for message in self._client.messages:
            assert isinstance(message.payload, bytes)
            if message.topic.value.endswith("/held"):
                self.held += control.decode_held(message.payload)
                continue
            batch = batches.decode(message.payload)
            self.batches.append(batch)
            if self.answers:
                await self.receipts(batch)

    async def receipts(self, batch: batches.Batch) -> None:
        held = Held(batch.epoch, batch.lane, Ranges([(batch.first, batch.last)]))
        await self.says("receipt", control.encode_held([held]))

    async def says(self, word: str, payload: bytes) -> None:
        await self._client.publish(topics.down(CAR, word), payload, qos=1)

    async def says_hello(self, session: bytes) -> None:
        await self._client.publish(topics.HELLO, control.encode_hello(session), qos=1)
