"""A port's name -> its bytes, with the instant they were read. The only file of drivers/ that touches the machine."""

import asyncio
import errno
import os
import select
import termios
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import serial

from drivers.dialect import LineSettings

_WORDS = {errno.EBUSY: "the port is in use by another program", errno.ENOTTY: "not a serial port"}
READ_MAX = 4096  # Linux hands out at most one page of a terminal's input a call


class ByteStream(Protocol):
    """Bytes from a device, for one reader at a time."""

    read_ns: int
    """CLOCK_MONOTONIC at which the latest `read` had its bytes; 0 before the first."""

    async def read(self) -> bytes:
        """At least one byte, as soon as there is one. OSError when the port is gone. Cancelling it loses nothing."""
        ...


@dataclass(frozen=True, slots=True)
class SerialPort:
    """A serial line by its device's path; TCP ports will stand beside it."""

    path: Path


def parse_port(text: str) -> SerialPort:
    """The port a configuration names: the path of a device. ValueError for anything with a scheme."""
    if not text or "://" in text:
        raise ValueError(f"{text!r} is no port: give the path of a serial device, such as /dev/anpr-front")
    return SerialPort(Path(text))


@asynccontextmanager
async def open_serial(path: str | os.PathLike[str], line: LineSettings) -> AsyncIterator["SerialStream"]:
    """The line, set and locked for us alone; OSError (EBUSY when another program has it) when it cannot be opened.

    What waited in the port before it was opened is thrown away: half a frame of unknown age is no reading.
    """
    with closing(_open(os.fspath(path), line)) as port:
        yield SerialStream(port.fileno())


class SerialStream:
    """A `ByteStream` over a non-blocking file descriptor that somebody else closes."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._reading = False
        self.read_ns = 0

    async def read(self) -> bytes:
        while True:
            await self._readable()
            data = _take(self._fd)
            if data:
                self.read_ns = time.monotonic_ns()
                return data
            if _is_readable(self._fd):
                raise OSError(errno.EIO, "the port was hung up")

    async def _readable(self) -> None:
        """Always goes through the event loop, so that a babbling device cannot starve the other tasks.

        Watching only while somebody waits leaves the bytes in the kernel: they are the sender's back-pressure, and a
        hung-up line, which is readable for ever, does not spin.
        """
        if self._reading:
            raise RuntimeError("a stream has one reader at a time")
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        loop.add_reader(self._fd, _wake, ready)
        self._reading = True
        try:
            await ready
        finally:
            self._reading = False
            loop.remove_reader(self._fd)


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
