"""Messages between car, broker and headquarters, with everything that an MQTT broker and a radio may do to them.

Nothing is retained and no session is kept: what is published while nobody listens is gone. Messages are late, out of
order, twice, or lost with their connection; the sender learns of a loss seconds later, or by a reset at once.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import aiomqtt

from tests.virtual.rig.loop import Process, VirtualLoop

Deliver = Callable[[str, bytes], None]

KEEPALIVE_S: Final = 22.0  # one and a half times the car's 15 s (MQTT 3.1.1, 3.1.2.10)
TWICE: Final = 0.01
AIMED: Final = 0.2  # of what comes down waits for the car's next visit to its card: between claim and launch of a batch
WAITS_S: Final = 2.0
AIMED_S: Final = 0.008  # what a deed of the card's takes at most
REFUSED_S: Final = 4.0  # the car's own connect time-out


class Net:
    """The broker, and the car's way to it."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.loop = loop
        self.has_radio = True
        self.has_broker = True
        self.bytes_a_second: float | None = None
        self.queue_s = 0.0
        """How long the broker may keep a message before headquarters gets it, whatever became of the car's connection."""
        self.to_lose = 0
        """How many of the next messages, either way, are lost on a connection that lives."""
        self.refused: str | None = None
        """A part of a topic that the broker throws away without a word (mosquitto 2.0.11 under MQTT 3.1.1)."""
        self.car: Connection | None = None
        self.to_headquarters: Deliver | None = None
        """None while headquarters is not connected."""
        self.spoil: Callable[[str, bytes], bytes | None] = lambda _, payload: payload
        """What becomes of a message on its way up; None: nothing arrives."""
        self.heard: Callable[[str, bytes], None] = lambda *_: None
        """Who watches what comes down to the car."""
        self.taken: Callable[[str, bytes], None] = lambda *_: None
        """Who watches what the car has made of it."""
        self.lost_s, self.lost_at_once = 0.0, True
        """The latest loss, and whether the car could notice it at once."""
        self._free_s = 0.0
        self._aimed: list[Callable[[], None]] = []

    @property
    def is_reachable(self) -> bool:
        """Whether the car could connect now."""
        return self.has_radio and self.has_broker

    def lose(self, at_once: bool) -> None:
        """The car's connection: nothing of it arrives any more."""
        if (connection := self.car) is not None:
            self.car = None
            self.lost_s, self.lost_at_once = self.loop.now_s, at_once
            connection.is_lost = True
            late_s = 0.0 if at_once else self.loop.chance.uniform(1, KEEPALIVE_S)
            self.loop.call_later(late_s, connection.notice)

    def up(self, connection: "Connection", topic: str, payload: bytes) -> None:
        """The car has published."""
        now_s, rate = self.loop.now_s, self.bytes_a_second
        self._free_s = max(self._free_s, now_s) + (len(payload) + 160) / rate if rate else now_s
        self._later(self._free_s - now_s, self._arrived_up, connection, topic, payload)
        self.loop.call_later(self._free_s - now_s + self._late_s(), self._acknowledged, connection)

    def down(self, topic: str, payload: bytes) -> None:
        """Headquarters has published."""
        if self.has_broker and self.to_headquarters is not None:
            self._later(0.0, self._came_down, self.car, topic, payload)

    def _later(self, after_s: float, arrived: Callable[..., None], *words: object) -> None:
        for _ in range(2 if self.loop.chance.random() < TWICE else 1):
            self.loop.call_later(after_s + self._late_s(), arrived, *words)

    def _late_s(self) -> float:
        return 0.01 + self.loop.chance.random() ** 4 * 2  # mostly some milliseconds, up to two seconds

    def _arrived_up(self, connection: "Connection", topic: str, payload: bytes) -> None:
        if connection.is_lost or self.to_headquarters is None or (self.refused and self.refused in topic):
            return
        if self._loses():
            return
        if (arrived := self.spoil(topic, payload)) is None:
            return
        if self.queue_s:
            self.loop.call_later(self.loop.chance.uniform(0, self.queue_s), self._passed_on, topic, arrived)
        else:
            self.to_headquarters(topic, arrived)

    def _passed_on(self, topic: str, payload: bytes) -> None:
        if self.to_headquarters is not None and self.has_broker:
            self.to_headquarters(topic, payload)

    def strike(self) -> None:
        """The car's card is at work: what was aimed at that arrives meanwhile."""
        aimed, self._aimed = self._aimed, []
        for arrive in aimed:
            self.loop.call_later(self.loop.chance.uniform(0, AIMED_S), arrive)

    def _came_down(self, connection: "Connection | None", topic: str, payload: bytes) -> None:
        if self.loop.chance.random() > AIMED:
            self._arrived_down(connection, topic, payload)
            return
        aim = partial(self._struck, [partial(self._arrived_down, connection, topic, payload)])
        self._aimed.append(aim)
        self.loop.call_later(WAITS_S, aim)

    @staticmethod
    def _struck(once: list[Callable[[], None]]) -> None:
        while once:
            once.pop()()

    def _arrived_down(self, connection: "Connection | None", topic: str, payload: bytes) -> None:
        if connection is not None and not connection.is_lost and not (topic.endswith("receipt") and self._loses()):
            self.heard(topic, payload)
            connection.put(topic, payload)

    def _loses(self) -> bool:
        if self.to_lose == 0:
            return False
        self.to_lose -= 1
        return True

    def _acknowledged(self, connection: "Connection") -> None:
        if not connection.is_lost:
            connection.acknowledged(0)


class Connection:
    """As `edge.uplink.link.Connection`."""

    def __init__(self, net: Net, acknowledged: Callable[[int], None], publishing: Callable[[str, bytes], None]) -> None:
        self.acknowledged = acknowledged
        self.is_lost = False
        self.since_s = net.loop.now_s
        self._net = net
        self._publishing = publishing
        self._process = Process.current()
        self._messages: deque[tuple[str, bytes]] = deque()
        self._stirred = asyncio.Event()
        self._is_noticed = False

    def put(self, topic: str, payload: bytes) -> None:
        self._messages.append((topic, payload))
        self._stirred.set()

    def notice(self) -> None:
        self._is_noticed = True
        self._stirred.set()

    async def messages(self) -> AsyncIterator[tuple[str, bytes]]:
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            while self._messages:
                topic, payload = self._messages.popleft()
                if self._process is not None:
                    self._process.happened(f"took {topic.rpartition('/')[2]}")
                yield topic, payload
                self._net.taken(topic, payload)
            if self._is_noticed:
                raise aiomqtt.MqttError("the connection was lost")

    async def publish(self, topic: str, payload: bytes) -> None:
        self._publishing(topic, payload)
        self._net.loop.say(f"{topic} {len(payload)}")
        if self._is_noticed:
            raise aiomqtt.MqttError("not connected")
        self._net.up(self, topic, payload)
        if self._process is not None:
            self._process.happened("published")
        await asyncio.sleep(0)


class SimLink:
    """As `edge.uplink.link.Link`. `publishing` sees every message before it goes."""

    def __init__(self, net: Net, publishing: Callable[[str, bytes], None]) -> None:
        self._net = net
        self._publishing = publishing

    @asynccontextmanager
    async def connected(
        self, topics: tuple[str, ...], acknowledged: Callable[[int], None] = lambda _: None
    ) -> AsyncIterator[Connection]:
        net = self._net
        await asyncio.sleep(net.loop.chance.uniform(0.01, 0.4))
        if not net.is_reachable:
            await asyncio.sleep(0 if net.has_radio else REFUSED_S)
            raise aiomqtt.MqttError("connection refused")
        assert len(topics) == 2
        net.lose(at_once=False)  # another of this name is taken over
        connection = net.car = Connection(net, acknowledged, self._publishing)
        if (process := Process.current()) is not None:
            process.happened("connected")
        try:
            yield connection
        finally:
            if net.car is connection:  # the car's own doing: it ends, or begins anew
                net.car, net.lost_s, net.lost_at_once = None, net.loop.now_s, True
            connection.is_lost = True
