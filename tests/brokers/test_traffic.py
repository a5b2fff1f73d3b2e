"""A trickle and a drain through a real broker -> what goes over the connection beside the messages themselves."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from paho.mqtt.packettypes import PacketTypes

from edge.config.car import Broker as Config
from edge.uplink.link import DRAIN_S, KEEPALIVE_S, Connection, Link
from proto import topics
from tests.brokers.rig.brokers import StartMosquitto
from tests.patience import PATIENCE_S

CAR = "car-1"
LISTENS = "listener {port} 127.0.0.1\nallow_anonymous true\n"
READS, HEALTH = topics.up(CAR, "read"), topics.up(CAR, "health")


@asynccontextmanager
async def up(start_mosquitto: StartMosquitto, mqtt: Any = "5", settings: str = "") -> AsyncIterator[Connection]:  # noqa: ANN401
    """A car that hears what it says itself."""
    broker = start_mosquitto(LISTENS + settings)
    async with Link(Config(broker.url, mqtt), CAR).connected((topics.up(CAR, "+"),)) as connection:
        yield connection


async def heard(connection: Connection, count: int) -> list[tuple[str, bytes]]:
    found = []
    async with asyncio.timeout(PATIENCE_S):
        async for said in connection.messages():
            found.append(said)
            if len(found) == count:
                break
    return found


def paho(connection: Connection) -> Any:  # noqa: ANN401 - paho's own client, behind aiomqtt
    return connection._client._client


def sent_sizes(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of every message that follows."""
    sizes, send = [], paho(connection)._sock_send

    def counted(data: bytes) -> int:
        if data[0] >> 4 == PacketTypes.PUBLISH:
            sizes.append(len(data))
        return int(send(data))

    monkeypatch.setattr(paho(connection), "_sock_send", counted)
    return sizes


async def test_a_topic_is_told_once(start_mosquitto: StartMosquitto, monkeypatch: pytest.MonkeyPatch) -> None:
    said = [(READS, b"1"), (HEALTH, b"2"), (READS, b"3"), (HEALTH, b"4"), (READS, b"5")]
    async with up(start_mosquitto) as connection:
        sizes = sent_sizes(connection, monkeypatch)
        for topic, payload in said:
            await connection.publish(topic, payload)
        assert await heard(connection, len(said)) == said
    assert sizes[0] - sizes[2] == sizes[0] - sizes[4] == len(READS)
    assert sizes[1] - sizes[3] == len(HEALTH)


@pytest.mark.parametrize(
    ("mqtt", "settings"), [("3.1.1", ""), ("5", "max_topic_alias 0\n"), ("5", "max_topic_alias 1\n")]
)
async def test_a_broker_that_knows_no_numbers_or_few_hears_every_topic(
    start_mosquitto: StartMosquitto, mqtt: str, settings: str
) -> None:
    said = [(HEALTH, b"1"), (READS, b"2"), (READS, b"3"), (HEALTH, b"4")]
    async with up(start_mosquitto, mqtt, settings) as connection:
        for topic, payload in said:
            await connection.publish(topic, payload)
        assert await heard(connection, len(said)) == said


async def test_who_has_just_said_something_does_not_ping(
    start_mosquitto: StartMosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    pings: list[float] = []
    async with up(start_mosquitto) as connection:
        client = paho(connection)
        monkeypatch.setattr(client, "_send_pingreq", lambda: pings.append(0.0))
        for is_silent in (True, False):
            client._last_msg_out = time.monotonic() - KEEPALIVE_S  # the last message was so long ago
            client._last_bytes_received = time.monotonic()
            if not is_silent:
                await connection.publish(READS, b"1")
            client._check_keepalive()
            assert len(pings) == 1


async def test_acks_are_hurried_in_a_drain_only(
    start_mosquitto: StartMosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick: list[int] = []
    now_s = 1000.0

    class Socket:
        def setsockopt(self, *option: int) -> None:
            assert option[:2] == (socket.IPPROTO_TCP, socket.TCP_QUICKACK)
            quick.append(option[2])

    async with up(start_mosquitto) as connection:
        clock: Callable[[], float] = lambda: now_s  # noqa: E731
        monkeypatch.setattr(time, "monotonic", clock)
        monkeypatch.setattr(paho(connection), "socket", Socket)
        for pause_s in (10.0, 2 * DRAIN_S, DRAIN_S / 2, DRAIN_S / 2, 2 * DRAIN_S):
            now_s += pause_s
            await connection.publish(READS, b"1")
        monkeypatch.undo()
        await heard(connection, 5)
    assert quick == [0, 0, 1, 1, 0]
