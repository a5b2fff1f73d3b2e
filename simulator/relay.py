"""A car's connections to its broker -> the same, through a link that is thin, loses packets, or is down: faults as words.

A TCP connection that is relayed loses no byte, so a lost packet is what TCP makes of it: its piece comes a retransmission
later (RFC 6298: 200 ms as Linux has it, doubled with each loss of the same piece), and so does all that follows it. A rate
holds for each direction of each connection. The relay is a thread of its own: the stage does not wait for it.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Final
from urllib.parse import urlsplit

from simulator.faults import Fault, active
from simulator.tcp_server import HOST

SEGMENT: Final = 1460  # bytes of a TCP segment in an Ethernet frame
_RETRANSMISSION_S: Final = 0.2
_MOST_LOSSES: Final = 6  # of one piece: 12.6 s
_LOOK_S: Final = 0.02  # how late a broker may go down, or come back
_OPEN_S: Final = 10.0


class Relay:
    """Between the car and the broker at `url`. Until `begin` the link is a good one."""

    def __init__(self, url: str, faults: Sequence[Fault], seed: int) -> None:
        self.port = 0
        self._host, self._to_port = urlsplit(url).hostname or "", urlsplit(url).port or 1883
        self._faults = faults
        self._chance = Random(f"{seed}/link")
        self._start_ns: int | None = None
        self._opened, self._end = threading.Event(), threading.Event()
        self._pouring: set[asyncio.Task[None]] = set()
        self._links: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """The broker's, for the car."""
        return f"mqtt://{HOST}:{self.port}"

    def begin(self, start_ns: int) -> None:
        """The faults' times count from this CLOCK_MONOTONIC."""
        self._start_ns = start_ns

    def delay_s(self, size: int, at_s: float) -> float:
        """How long a piece of `size` bytes that is sent at `at_s` takes."""
        link = active(self._faults, "link", "", at_s)
        if link is None:
            return 0.0
        losses = 0
        while losses < _MOST_LOSSES and self._chance.random() < link.loss:
            losses += 1
        carried_s = size * 8 / (link.kbit * 1000) if link.kbit else 0.0
        return _RETRANSMISSION_S * ((1 << losses) - 1) + carried_s

    @contextmanager
    def opened(self) -> Iterator["Relay"]:
        """Takes connections, until the block ends."""
        thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="relay", daemon=True)
        thread.start()
        if not self._opened.wait(_OPEN_S):
            raise OSError("the relay between car and broker did not open")
        try:
            yield self
        finally:
            self._end.set()
            thread.join()

    async def _serve(self) -> None:
        first = await asyncio.start_server(self._joined, HOST, 0)
        self.port = first.sockets[0].getsockname()[1]
        server: asyncio.Server | None = first
        self._opened.set()
        while not self._end.is_set():
            is_down = active(self._faults, "broker", "", self._now_s()) is not None
            if is_down and server is not None:
                server.close()
                self._cut()
                server = None
            elif not is_down and server is None:
                with contextlib.suppress(OSError):  # somebody else has the port for the moment: tried again
                    server = await asyncio.start_server(self._joined, HOST, self.port)
            await asyncio.sleep(_LOOK_S)
        if server is not None:
            server.close()
        self._cut()
        for task in self._pouring:
            task.cancel()
        await asyncio.gather(*self._pouring, return_exceptions=True)

    def _now_s(self) -> float:
        return -1.0 if self._start_ns is None else (time.monotonic_ns() - self._start_ns) / 1e9

    def _cut(self) -> None:
        for writer in self._links:
            writer.transport.abort()

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._pouring.add(task)
        self._links.add(writer)
        try:
            far_reader, far_writer = await asyncio.open_connection(self._host, self._to_port)
        except OSError:
            writer.transport.abort()
        else:
            self._links.add(far_writer)
            await asyncio.gather(self._pour(reader, far_writer), self._pour(far_reader, writer))
            self._links.discard(far_writer)
        finally:
            self._links.discard(writer)
            self._pouring.discard(task)

    async def _pour(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(SEGMENT):
                if delay_s := self.delay_s(len(piece), self._now_s()):
                    await asyncio.sleep(delay_s)
                writer.write(piece)
                await writer.drain()
        writer.close()
