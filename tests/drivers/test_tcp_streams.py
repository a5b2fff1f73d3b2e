"""Real connections over the loopback -> bytes: none lost, the end of a device an error, the end of a caller not."""

import asyncio
import errno
import socket
import struct
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from drivers.dialect import LineSettings
from drivers.ports import TcpListener, TcpPort
from drivers.streams import ByteStream, open_port
from tests.patience import PATIENCE_S

LINE = LineSettings()
RESET = struct.pack("ii", 1, 0)  # SO_LINGER of 0 s: closing is a reset


@pytest.fixture
def server() -> Iterator[socket.socket]:
    """A camera that listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE_S)
        yield listening


@asynccontextmanager
async def connected(server: socket.socket, greeting: bytes = b"") -> AsyncIterator[tuple[ByteStream, socket.socket]]:
    port = TcpPort("127.0.0.1", server.getsockname()[1])
    async with asyncio.timeout(PATIENCE_S), open_port(port, LINE, greeting) as stream:
        camera, _ = server.accept()
        with camera:
            yield stream, camera


async def heard(stream: ByteStream, length: int) -> bytes:
    data = b""
    while len(data) < length:
        data += await stream.read()
    return data


def caller(port: TcpListener) -> socket.socket:
    return socket.create_connection((port.host, port.port), timeout=PATIENCE_S)


async def test_bytes_of_a_connection_are_read_as_they_were_said(server: socket.socket) -> None:
    said = bytes(range(256)) * 1000
    async with connected(server) as (stream, camera):
        before_ns = time.monotonic_ns()
        sending = asyncio.get_running_loop().run_in_executor(None, camera.sendall, said)
        assert await heard(stream, len(said)) == said
        await sending
        assert before_ns <= stream.read_ns <= time.monotonic_ns()


async def test_a_device_is_greeted_at_each_connection(server: socket.socket) -> None:
    for _ in range(2):
        async with connected(server, b"?WATCH\n") as (_, camera):
            assert camera.recv(100) == b"?WATCH\n"


async def test_a_connection_that_ends_is_an_error_after_its_last_byte(server: socket.socket) -> None:
    async with connected(server) as (stream, camera):
        camera.sendall(b"A")
        camera.close()
        assert await stream.read() == b"A"
        for _ in range(3):
            with pytest.raises(OSError, match="hung up"):
                await stream.read()


async def test_a_connection_that_is_reset_is_an_error_each_time(server: socket.socket) -> None:
    async with connected(server) as (stream, camera):
        camera.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        camera.close()
        for _ in range(3):
            with pytest.raises(OSError, match=r"\w"):
                await stream.read()


@pytest.mark.parametrize("turns", range(6))
async def test_a_cancelled_read_of_a_connection_loses_no_byte(server: socket.socket, turns: int) -> None:
    async with connected(server) as (stream, camera):
        reading = asyncio.ensure_future(stream.read())
        await asyncio.sleep(0)
        camera.sendall(b"A")
        for _ in range(turns):
            await asyncio.sleep(0)
        reading.cancel()
        [got] = await asyncio.gather(reading, return_exceptions=True)
        camera.sendall(b"B")
        data = got if isinstance(got, bytes) else b""
        assert data + await heard(stream, 2 - len(data)) == b"AB"


async def test_a_device_without_power_is_asked_whether_it_lives(server: socket.socket) -> None:
    async with connected(server) as (stream, _):
        with socket.socket(fileno=socket.dup(stream.fd)) as same:  # type: ignore[attr-defined]
            assert same.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert same.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) <= 10


async def test_nobody_at_an_address_is_a_clear_error(free_port: int) -> None:
    with pytest.raises(ConnectionRefusedError):
        async with asyncio.timeout(PATIENCE_S), open_port(TcpPort("127.0.0.1", free_port), LINE):
            pass


async def test_a_name_that_nobody_knows_is_an_error_of_the_world() -> None:
    with pytest.raises(OSError, match=r"\w"):
        async with asyncio.timeout(PATIENCE_S), open_port(TcpPort("camera.invalid", 4001), LINE):
            pass


async def test_a_caller_that_has_gone_is_followed_by_the_next(free_port: int) -> None:
    port = TcpListener("127.0.0.1", free_port)
    async with asyncio.timeout(PATIENCE_S), open_port(port, LINE) as stream:
        for number in range(20):
            with caller(port) as camera:
                camera.sendall(b"message %d" % number)
            said = b"message %d" % number
            assert await heard(stream, len(said)) == said
            assert await stream.read() == b""


async def test_callers_that_come_together_are_read_one_after_the_other(free_port: int) -> None:
    port = TcpListener("127.0.0.1", free_port)
    async with asyncio.timeout(PATIENCE_S), open_port(port, LINE) as stream:
        with caller(port) as first, caller(port) as second:
            second.sendall(b"second")
            first.sendall(b"fir")
            assert await heard(stream, 3) == b"fir"
            first.sendall(b"st")
            assert await heard(stream, 2) == b"st"
            first.close()
            assert await stream.read() == b""
            assert await heard(stream, 6) == b"second"


async def test_a_caller_that_resets_is_followed_by_the_next(free_port: int) -> None:
    port = TcpListener("127.0.0.1", free_port)
    async with asyncio.timeout(PATIENCE_S), open_port(port, LINE) as stream:
        with caller(port) as camera:
            camera.sendall(b"A")
            assert await stream.read() == b"A"
            camera.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        assert await stream.read() == b""
        with caller(port) as camera:
            camera.sendall(b"B")
            assert await stream.read() == b"B"


@pytest.mark.parametrize("turns", range(6))
async def test_a_cancelled_read_loses_no_caller_and_no_byte(free_port: int, turns: int) -> None:
    port = TcpListener("127.0.0.1", free_port)
    async with asyncio.timeout(PATIENCE_S), open_port(port, LINE) as stream:
        reading = asyncio.ensure_future(stream.read())
        await asyncio.sleep(0)
        with caller(port) as camera:
            camera.sendall(b"A")
            for _ in range(turns):
                await asyncio.sleep(0)
            reading.cancel()
            [got] = await asyncio.gather(reading, return_exceptions=True)
            camera.sendall(b"B")
            data = got if isinstance(got, bytes) else b""
            assert data + await heard(stream, 2 - len(data)) == b"AB"


async def test_two_listeners_at_one_address_are_refused(free_port: int) -> None:
    port = TcpListener("127.0.0.1", free_port)
    async with open_port(port, LINE):
        with pytest.raises(OSError, match=r"\w") as error:
            async with open_port(port, LINE):
                pass
    assert error.value.errno == errno.EADDRINUSE


async def test_a_listener_can_be_opened_again_at_once(free_port: int) -> None:
    port = TcpListener("127.0.0.1", free_port)
    """Though it hung up first, and the old connection lingers in the kernel for a minute."""
    for _ in range(2):
        async with asyncio.timeout(PATIENCE_S), open_port(port, LINE) as stream:
            camera = caller(port)
            camera.sendall(b"A")
            assert await stream.read() == b"A"
        assert camera.recv(1) == b""
        camera.close()
