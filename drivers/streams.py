"""A port's name -> its bytes, with the instant they were read. The only file of drivers/ that touches the machine."""

import asyncio
import errno
import os
import select
import socket
import termios
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Final, Protocol

import serial

from drivers.dialect import LineSettings
from drivers.ports import Port, TcpListener, TcpPort

_WORDS = {errno.EBUSY: "the port is in use by another program", errno.ENOTTY: "not a serial port"}
READ_MAX = 16 * 1024  # a large picture takes few reads, and a flood of junk in one holds up no other camera
CONNECT_S: Final = 4.0  # with the longest back-off of 4 s: read again within 8 s of the device's return
WAITING: Final = 8  # connections that wait for their turn at a listener
_ALIVE: Final = ((socket.TCP_KEEPIDLE, 5), (socket.TCP_KEEPINTVL, 2), (socket.TCP_KEEPCNT, 3))
"""Silent for 5 s, then asked every 2 s: a peer without power is found out 11 s after its last byte."""


class ByteStream(Protocol):
    """Bytes from a device, for one reader at a time."""

    read_ns: int
    """CLOCK_MONOTONIC at which the latest `read` had its bytes; 0 before the first."""

    async def read(self) -> bytes:
        """At least one byte, as soon as there is one. OSError when the port is gone. Cancelling it loses nothing.

        b"" from a listener only: one connection has ended, what it left unfinished will not be finished by the next.
        """
        ...


@asynccontextmanager
async def open_port(port: Port, line: LineSettings, greeting: bytes = b"") -> AsyncIterator[ByteStream]:
    """The port, open, the device greeted. OSError when it cannot be: absent, refused, in use, or no answer in CONNECT_S."""
    match port:
        case Path():
            async with open_serial(port, line) as stream:
                if greeting:
                    os.write(stream.fd, greeting)
                yield stream
        case TcpPort():
            with closing(await _connected(port)) as connection:
                await asyncio.get_running_loop().sock_sendall(connection, greeting)
                yield DescriptorStream(connection.fileno())
        case TcpListener():
            with _listening(port) as listener:
                yield listener


OpenPort = Callable[[Port, LineSettings, bytes], AbstractAsyncContextManager[ByteStream]]


@asynccontextmanager
async def open_serial(path: str | os.PathLike[str], line: LineSettings) -> AsyncIterator["DescriptorStream"]:
    """The line, set and locked for us alone; OSError (EBUSY when another program has it) when it cannot be opened.

    What waited in the port before it was opened is thrown away: half a frame of unknown age is no reading.
    """
    with closing(_open(os.fspath(path), line)) as port:
        yield DescriptorStream(port.fileno())


class _Turn:
    """Waiting for a descriptor to be readable, one reader at a time."""

    def __init__(self) -> None:
        self._reading = False

    async def readable(self, fd: int) -> None:
        """Always goes through the event loop, so that a babbling device cannot starve the other tasks.

        Watching only while somebody waits leaves the bytes in the kernel: they are the sender's back-pressure, and a
        hung-up line, which is readable for ever, does not spin.
        """
        if self._reading:
            raise RuntimeError("a stream has one reader at a time")
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        loop.add_reader(fd, _wake, ready)
        self._reading = True
        try:
            await ready
        finally:
            self._reading = False
            loop.remove_reader(fd)


class DescriptorStream:
    """A `ByteStream` over a non-blocking file descriptor that somebody else closes."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._turn = _Turn()
        self.read_ns = 0

    async def read(self) -> bytes:
        while True:
            await self._turn.readable(self.fd)
            data = _take(self.fd)
            if data:
                self.read_ns = time.monotonic_ns()
                return data
            if _is_readable(self.fd):
                raise OSError(errno.EIO, "the port was hung up")


class ListenerStream:
    """A `ByteStream` over the connections that come to a socket, one after the other, each to its end."""

    def __init__(self, server: socket.socket) -> None:
        self._server = server
        self._connection: socket.socket | None = None
        self._turn = _Turn()
        self.read_ns = 0

    async def read(self) -> bytes:
        while True:
            await self._turn.readable((self._connection or self._server).fileno())
            if self._connection is None:
                self._connection = _accepted(self._server)
                continue
            try:
                data = _take(self._connection.fileno())
            except OSError:  # reset, or found out to have no power: the device may come again
                data = b""
            if data:
                self.read_ns = time.monotonic_ns()
                return data
            if _is_readable(self._connection.fileno()):
                self.close()
                return b""

    def close(self) -> None:
        """Lets go of the connection whose turn it is."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


async def _connected(port: TcpPort) -> socket.socket:
    loop = asyncio.get_running_loop()
    error: OSError = OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))
    try:
        async with asyncio.timeout(CONNECT_S):
            for family, _, _, _, address in await loop.getaddrinfo(port.host, port.port, type=socket.SOCK_STREAM):
                connection = _unblocked(socket.socket(family, socket.SOCK_STREAM))
                try:
                    await loop.sock_connect(connection, address)
                except BaseException as failed:
                    connection.close()
                    if not isinstance(failed, OSError):
                        raise
                    error = failed
                else:
                    return connection
    except TimeoutError:
        error = OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
    raise error


@contextmanager
def _listening(port: TcpListener) -> Iterator[ListenerStream]:
    """Without waiting: `parse_port` let an address pass, no name."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        port.host, port.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_NUMERICHOST
    )[0]
    with socket.socket(family, kind, protocol) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(address)
        server.listen(WAITING)
        server.setblocking(False)
        with closing(ListenerStream(server)) as stream:
            yield stream


def _accepted(server: socket.socket) -> socket.socket | None:
    """None when the caller has gone again before its turn."""
    try:
        return _unblocked(server.accept()[0])
    except (BlockingIOError, ConnectionAbortedError):
        return None


def _unblocked(connection: socket.socket) -> socket.socket:
    """Set to be read without waiting, and to notice a peer that is gone without a word."""
    connection.setblocking(False)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _ALIVE:
        connection.setsockopt(socket.IPPROTO_TCP, option, value)
    return connection


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


def _take(fd: int) -> bytes:
    """b"" when nothing waits, or nothing ever will: POSIX leaves open which answer VMIN 0 and O_NONBLOCK give."""
    try:
        return os.read(fd, READ_MAX)
    except BlockingIOError:
        return b""


def _is_readable(fd: int) -> bool:
    """A line that is readable and yet has no bytes is gone; one that is not was only emptied by somebody else."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(0))


def _open(path: str, line: LineSettings) -> serial.Serial:
    try:
        return serial.Serial(
            path,
            baudrate=line.baud,
            bytesize=line.bytesize,
            parity=line.parity,
            stopbits=line.stopbits,
            timeout=0,
            exclusive=True,
        )
    except (serial.SerialException, termios.error) as error:
        number = _number(error)
        raise OSError(number, _WORDS.get(number) or os.strerror(number), path) from error


def _number(error: BaseException) -> int:
    """pyserial keeps the system's number of some faults in `errno`, of others only in what it caught itself."""
    if isinstance(error, termios.error):  # let through when the line hangs up while it is being set
        return int(error.args[0])
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EWOULDBLOCK:  # its lock is flock(LOCK_NB)
        return errno.EBUSY
    return number or (_number(error.__context__) if error.__context__ else errno.EIO)
