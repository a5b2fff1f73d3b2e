"""Frames -> whoever connects to a TCP port of this machine: a camera on the network, or a gpsd; it can be unplugged.

What a device on a serial line does is in `port.py`; this one is used in the same way. One reader at a time: the newest.
"""

import select
import socket
import termios
import time
from collections.abc import Sequence
from contextlib import suppress
from fcntl import ioctl
from itertools import accumulate
from struct import unpack
from typing import Final

HOST: Final = "127.0.0.1"
_ASKED_MOST: Final = 4096  # bytes of a question that are looked at


class TcpServer:
    """A device that listens at `tcp://127.0.0.1:PORT`. `banner` is said to each reader; `request` must come before the rest."""

    def __init__(self, port: int, banner: bytes = b"", request: bytes = b"", reply: bytes = b"") -> None:
        self._port = port
        self._banner, self._request, self._reply = banner, request, reply
        self._server: socket.socket | None = None
        self._reader: socket.socket | None = None
        self._asked = b""
        self._ready = False

    @property
    def address(self) -> str:
        """What a configuration calls it."""
        return f"tcp://{HOST}:{self._port}"

    def plug(self) -> None:
        """It takes connections. OSError: somebody else has the port."""
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((HOST, self._port))
            server.listen(1)
        except OSError:
            server.close()
            raise
        server.setblocking(False)
        self._server = server

    def unplug(self) -> None:
        """Connections are refused, and whoever was connected is let go of. Harmless when not plugged."""
        self._let_go()
        if self._server is not None:
            self._server.close()
            self._server = None

    def opened(self) -> bool:
        """Whether a reader is connected and has said what it must."""
        if self._server is None:
            return False
        with suppress(BlockingIOError):
            fresh, _ = self._server.accept()
            self._let_go()
            fresh.setblocking(False)
            fresh.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as prompt as a serial line
            self._reader = fresh
            self._ready = not self._request
            self._send(self._banner)
        self._listen()
        return self._reader is not None and self._ready

    def heard(self) -> bool:
        """A connection is heard from its first byte on."""
        return self.opened()

    def say(self, frames: Sequence[bytes], patience_s: float = 0.0) -> list[int]:
        """As `Port.say`: CLOCK_MONOTONIC right before the write that completed each frame, as many as found room."""
        times: list[int] = []
        data, ends = memoryview(b"".join(frames)), list(accumulate(map(len, frames)))
        written, until_ns = 0, time.monotonic_ns() + int(patience_s * 1e9)
        while self._reader is not None and len(times) < len(ends):
            now_ns = time.monotonic_ns()
            sent = self._send(data[written:])
            written += sent
            if not sent and not self._room(until_ns):
                break
            while len(times) < len(ends) and ends[len(times)] <= written:
                times.append(now_ns)
        return times

    def unread(self) -> int | None:
        """Bytes that have not reached the reader's side; None without a reader. What has arrived there is not lost."""
        return None if self._reader is None else int(unpack("i", ioctl(self._reader, termios.TIOCOUTQ, bytes(4)))[0])

    def _listen(self) -> None:
        """Whatever the reader says; nothing more from it means that it has gone."""
        while self._reader is not None:
            try:
                said = self._reader.recv(_ASKED_MOST)
            except BlockingIOError:
                return
            except OSError:
                said = b""
            if not said:
                self._let_go()
                return
            self._asked = (self._asked + said)[-_ASKED_MOST:]
            if not self._ready and self._request in self._asked:
                self._ready = True
                self._send(self._reply)

    def _send(self, data: bytes | memoryview) -> int:
        """Bytes that found room; the reader is let go of when it has gone."""
        if self._reader is None or not data:
            return 0
        try:
            return self._reader.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            self._let_go()
            return 0

    def _room(self, until_ns: int) -> bool:
        left_s = (until_ns - time.monotonic_ns()) / 1e9
        if self._reader is None or left_s <= 0:
            return False
        return bool(select.select([], [self._reader], [], left_s)[1])

    def _let_go(self) -> None:
        if self._reader is not None:
            self._reader.close()
        self._reader, self._asked, self._ready = None, b"", False
