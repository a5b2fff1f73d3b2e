"""Between a car and its broker: a link that is thin, loses packets, or is down."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from simulator.faults import Fault, parse
from simulator.relay import SEGMENT, Relay
from simulator.tcp_server import HOST


def faults(*lines: str) -> tuple[Fault, ...]:
    return parse(lines, ("front", "gps"))


@asynccontextmanager
async def through(*lines: str) -> AsyncIterator[Relay]:
    """A relay to somebody who says again what is said to him."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while some := await reader.read(65536):
            writer.write(some)
        writer.close()

    server = await asyncio.start_server(echo, HOST, 0)
    relay = Relay(f"mqtt://{HOST}:{server.sockets[0].getsockname()[1]}", faults(*lines), 1)
    opened = relay.opened()
    opened.__enter__()
    try:
        yield relay
    finally:
        await asyncio.to_thread(opened.__exit__, None, None, None)
        server.close()


async def echoed(relay: Relay, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(HOST, relay.port)
    writer.write(data)
    heard = await asyncio.wait_for(reader.readexactly(len(data)), 20)
    writer.close()
    await writer.wait_closed()
    return heard


async def connects(relay: Relay) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, relay.port)
    except ConnectionRefusedError:
        return False
    writer.close()
    return True


async def test_a_bad_link_delays_and_changes_nothing() -> None:
    data = bytes(range(256)) * 40
    async with through("link 400kbit 10% loss") as relay:
        relay.begin(time.monotonic_ns())
        began = time.monotonic()
        assert await echoed(relay, data) == data
        assert time.monotonic() - began >= len(data) * 8 / 400_000


async def test_a_broker_that_is_down_hangs_up_refuses_and_comes_back_at_the_same_port() -> None:
    async with through("broker down 500ms") as relay:
        assert await echoed(relay, b"before the curtain") == b"before the curtain"
        reader, writer = await asyncio.open_connection(HOST, relay.port)
        port = relay.port
        relay.begin(time.monotonic_ns())
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await asyncio.wait_for(reader.readexactly(1), 20)
        writer.close()
        assert not await connects(relay)
        until = time.monotonic() + 20
        while not await connects(relay):
            assert time.monotonic() < until
        assert await echoed(relay, b"again") == b"again"
        assert relay.port == port


async def test_nobody_behind_it_is_a_connection_that_ends() -> None:
    nobody = Relay(f"mqtt://{HOST}:1", (), 1)
    with nobody.opened():
        reader, writer = await asyncio.open_connection(HOST, nobody.port)
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        writer.close()


def test_a_piece_takes_its_time_at_the_rate_of_the_link() -> None:
    relay = Relay("mqtt://hq.test", faults("at 1s link 128kbit 2s"), 1)
    assert [relay.delay_s(SEGMENT, at_s) for at_s in (0.5, 1.0, 3.0)] == [0.0, SEGMENT * 8 / 128_000, 0.0]


def test_a_lost_piece_comes_a_retransmission_later_as_often_as_the_word_says() -> None:
    relay = Relay("mqtt://hq.test", faults("link 20% loss"), 1)
    delays_s = [relay.delay_s(100, 0.0) for _ in range(5_000)]
    assert 0.18 < sum(delay_s > 0 for delay_s in delays_s) / len(delays_s) < 0.22
    assert {0.0, 0.2} < {round(delay_s, 6) for delay_s in delays_s} <= {0.0, 0.2, 0.6, 1.4, 3.0, 6.2, 12.6}
