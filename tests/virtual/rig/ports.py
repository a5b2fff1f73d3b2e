"""Devices that speak when they like -> bytes at the real intakes; every plate is said once and numbered before it is said."""

import asyncio
import errno
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from drivers.anpr.line import Line
from drivers.dialect import LineSettings
from drivers.gps.nmea import Nmea
from drivers.ports import Port
from drivers.readings import Fix, PlateSeen
from drivers.streams import ByteStream
from simulator.numbered import plate
from tests.virtual.rig.loop import VirtualLoop

BASE_MS: Final = 1_795_608_000_000  # 2026-11-25T12:00:00Z, at virtual second 0


class Device:
    """One port. What it says while nobody has it open is gone."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.loop = loop
        self.is_plugged = True
        self._stream: _Stream | None = None

    @asynccontextmanager
    async def opened(self, _: Port, __: LineSettings, ___: bytes) -> AsyncIterator[ByteStream]:
        """As `drivers.streams.open_port`."""
        await asyncio.sleep(0.01)
        if not self.is_plugged:
            raise OSError(errno.ENOENT, "No such file or directory")
        stream = self._stream = _Stream(self.loop)
        try:
            yield stream
        finally:
            if self._stream is stream:
                self._stream = None

    def say(self, data: bytes) -> None:
        if self._stream is not None and self.is_plugged:
            self._stream.put(data)

    def unplug(self) -> None:
        self.is_plugged = False
        if self._stream is not None:
            self._stream.put(None)


class _Stream:
    def __init__(self, loop: VirtualLoop) -> None:
        self.read_ns = 0
        self._loop = loop
        self._waiting: deque[bytes | None] = deque()
        self._stirred = asyncio.Event()

    def put(self, data: bytes | None) -> None:
        """None: the port is gone."""
        self._waiting.append(data)
        self._stirred.set()

    async def read(self) -> bytes:
        await self._stirred.wait()
        data = self._waiting.popleft()
        if data is None:
            raise OSError(errno.ENODEV, "No such device")
        if not self._waiting:
            self._stirred.clear()
        self.read_ns = int(self._loop.now_s * 1e9)
        return data


class Traffic:
    """What a camera sees: now and then a vehicle, at times a whole street of them in one go."""

    def __init__(self, device: Device, said: list[int]) -> None:
        self._device = device
        self._said = said
        """Every plate's number, of all cameras."""
        self._dialect = Line()
        self._chance = device.loop.chance
        self._next()

    def _next(self) -> None:
        often_s = 30.0 if self._chance.random() < 0.9 else 400.0
        self._device.loop.call_later(self._chance.expovariate(1 / often_s), self._speak)

    def _speak(self) -> None:
        many = self._chance.random() < 0.01
        data = b"".join(self._plate() for _ in range(self._chance.randint(30, 600) if many else 1))
        if self._chance.random() < 0.03:
            data += b"\xff\xfe\r\n"  # junk
        cut = self._chance.randrange(len(data))
        for part in (data[:cut], data[cut:]) if self._chance.random() < 0.2 else (data,):
            self._device.say(part)
        self._next()

    def _plate(self) -> bytes:
        self._said.append(len(self._said))
        return self._dialect.encode(PlateSeen(plate(self._said[-1])))


class Wandering:
    """What a receiver says: places along a street, and the time."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._lat = 51.5
        self._dialect = Nmea()
        self._next()

    def _next(self) -> None:
        self._device.loop.call_later(self._device.loop.chance.uniform(10, 60), self._speak)

    def _speak(self) -> None:
        loop = self._device.loop
        self._lat += loop.chance.uniform(-0.002, 0.002)
        at = datetime.fromtimestamp(BASE_MS / 1000 + loop.now_s, UTC).replace(microsecond=0)
        self._device.say(self._dialect.encode(Fix(self._lat, 0.1, at, speed_mps=10.0)))
        self._next()
