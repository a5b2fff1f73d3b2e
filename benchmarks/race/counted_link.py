"""A contestant's TCP connections -> the broker, through a link that can be cut, and that counts what an IP network would carry.

The kernel counts (TCP_INFO): payload both ways, and segments both ways, each with 20 bytes of IPv4 and 32 of TCP with
timestamps. What a segment costs below IP is the network's affair. Loopback takes segments beyond 1,460 bytes, so only
small messages are counted right: the figure is for a trickle, not for a flood.
"""

import selectors
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

SEGMENT_BYTES: Final = 52
_LOOK_S: Final = 0.01
_PIECE: Final = 1 << 16
_COUNTS: Final = struct.Struct("=QQII")  # tcpi_bytes_acked, bytes_received, segs_out, segs_in (linux/tcp.h, since 4.6)
_COUNTS_AT: Final = 120


@dataclass(frozen=True, slots=True)
class Carried:
    """Of all connections together, both ways."""

    payload_bytes: int = 0
    segments: int = 0

    @property
    def ip_bytes(self) -> int:
        """With the headers of IP and TCP."""
        return self.payload_bytes + SEGMENT_BYTES * self.segments

    def __add__(self, other: "Carried") -> "Carried":
        return Carried(self.payload_bytes + other.payload_bytes, self.segments + other.segments)

    def __sub__(self, other: "Carried") -> "Carried":
        return Carried(self.payload_bytes - other.payload_bytes, self.segments - other.segments)


class CountedLink:
    """One listening port; a thread moves the bytes."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._past = Carried()
        self._lock = threading.Lock()
        self._end, self._up = threading.Event(), threading.Event()
        self._up.set()
        self._held = _bound(0)  # the port stays ours while the link is cut for minutes, and refuses whoever comes
        self.port = self._held.getsockname()[1]
        self._listener: socket.socket | None = _listener(self.port)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Connections end, new ones are refused."""
        self._up.clear()
        self._settled()

    def mend(self) -> None:
        """It is there again."""
        self._up.set()
        self._settled()

    def carried(self) -> Carried:
        """So far."""
        with self._lock:
            return sum((_counted(near) for near, _ in self._pairs), self._past)

    def close(self) -> None:
        self._end.set()
        self._thread.join()

    def _settled(self) -> None:
        while (self._listener is not None) != self._up.is_set():
            self._end.wait(_LOOK_S)

    def _serve(self) -> None:
        selector = selectors.DefaultSelector()
        if self._listener is not None:
            selector.register(self._listener, selectors.EVENT_READ, None)
        while not self._end.is_set():
            self._switch(selector)
            for key, _ in selector.select(_LOOK_S):
                if key.data is None:
                    self._join(selector)
                else:
                    self._pour(selector, key.data)
        self._drop(selector)
        if self._listener is not None:
            self._listener.close()
        self._held.close()

    def _switch(self, selector: selectors.BaseSelector) -> None:
        if self._listener is not None and not self._up.is_set():
            selector.unregister(self._listener)
            self._drop(selector)
            self._listener.close()
            self._listener = None
        elif self._listener is None and self._up.is_set():
            listener = _listener(self.port)
            selector.register(listener, selectors.EVENT_READ, None)
            self._listener = listener

    def _join(self, selector: selectors.BaseSelector) -> None:
        if self._listener is None:
            return
        near, _ = self._listener.accept()
        try:
            far = socket.create_connection(("127.0.0.1", self._to_port))
        except OSError:
            near.close()
            return
        for each in (near, far):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._pairs.append((near, far))
        selector.register(near, selectors.EVENT_READ, (near, far, near))
        selector.register(far, selectors.EVENT_READ, (near, far, far))

    def _pour(self, selector: selectors.BaseSelector, pair: tuple[socket.socket, socket.socket, socket.socket]) -> None:
        near, far, readable = pair
        if readable.fileno() < 0:  # its other end was closed a moment ago
            return
        try:
            data = readable.recv(_PIECE)
            (far if readable is near else near).sendall(data)
        except OSError:
            data = b""
        if not data:
            self._part(selector, near, far)

    def _part(self, selector: selectors.BaseSelector, near: socket.socket, far: socket.socket) -> None:
        with self._lock:
            self._past += _counted(near)
            self._pairs.remove((near, far))
        for each in (near, far):
            selector.unregister(each)
            each.close()

    def _drop(self, selector: selectors.BaseSelector) -> None:
        for near, far in list(self._pairs):
            self._part(selector, near, far)


def _bound(port: int) -> socket.socket:
    """Beside another socket of ours on the same port, but of nobody else's."""
    bound = socket.socket()
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        bound.setsockopt(socket.SOL_SOCKET, option, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def _listener(port: int) -> socket.socket:
    listener = _bound(port)
    listener.listen()
    return listener


def _counted(near: socket.socket) -> Carried:
    with suppress(OSError):
        told = near.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        acked, received, out, in_ = _COUNTS.unpack_from(told, _COUNTS_AT)
        return Carried(acked + received, out + in_)
    return Carried()
