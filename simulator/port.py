"""Frames -> a pseudo-terminal under a name that stays: the device's end of a serial line, which can be unplugged.

A camera does not wait: what finds no room is lost, unless the caller gives it patience. Bytes for a port that nobody has
open are lost too, as on a real line.
"""

import os
import select
import termios
import time
import tty
from collections.abc import Sequence
from fcntl import ioctl
from itertools import accumulate
from pathlib import Path
from struct import unpack
from typing import Final

SETTLE_NS: Final = 250_000_000  # a reader opens the port first, then sets the line, then throws away what was waiting


class Port:
    """One pseudo-terminal; its slave's device is `path`, a symbolic link."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._master: int | None = None
        self._poll = select.poll()
        self._opened_ns: int | None = None

    @property
    def address(self) -> str:
        """What a configuration calls it."""
        return f"{self.path}"

    def plug(self) -> None:
        """The device appears under its name. Nothing is said before somebody opens it."""
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        fresh = self.path.with_name(f"{self.path.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(slave))
        os.close(slave)
        self._poll.register(master, select.POLLOUT)
        self._master = master
        fresh.replace(self.path)

    def unplug(self) -> None:
        """The name is gone, and whoever had it open is hung up; unread bytes are lost. Harmless when not plugged."""
        if self._master is not None:
            self.path.unlink(missing_ok=True)
            self._poll.unregister(self._master)
            os.close(self._master)
        self._master = self._opened_ns = None

    def opened(self) -> bool:
        """Whether a reader has the port open."""
        if self._master is None or any(event & select.POLLHUP for _, event in self._poll.poll(0)):
            self._opened_ns = None
            return False
        if self._opened_ns is None:
            self._opened_ns = time.monotonic_ns()
        return True

    def heard(self) -> bool:
        """Whether a reader has had the port open for long enough to have set it up."""
        return self.opened() and self._opened_ns is not None and time.monotonic_ns() - self._opened_ns >= SETTLE_NS

    def say(self, frames: Sequence[bytes], patience_s: float = 0.0) -> list[int]:
        """CLOCK_MONOTONIC right before the write that completed each frame; fewer than frames when there was no more room.

        Before, not after: on a busy machine the reader runs while the writer still waits for its turn to look at the clock.
        Up to `patience_s` seconds are spent waiting for room, as long as a reader has the port open.
        """
        times: list[int] = []
        data, ends = memoryview(b"".join(frames)), list(accumulate(map(len, frames)))
        written, until_ns = 0, time.monotonic_ns() + int(patience_s * 1e9)
        while self._master is not None and len(times) < len(ends):
            now_ns = time.monotonic_ns()
            try:
                written += os.write(self._master, data[written:])
            except BlockingIOError:
                if not self._room(until_ns):
                    break
            while len(times) < len(ends) and ends[len(times)] <= written:
                times.append(now_ns)
        return times

    def unread(self) -> int | None:
        """Bytes that the reader has not fetched yet; None when that cannot be told."""
        try:
            slave = os.open(self.path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:
            return None
        try:
            return int(unpack("i", ioctl(slave, termios.FIONREAD, bytes(4)))[0])
        finally:
            os.close(slave)

    def _room(self, until_ns: int) -> bool:
        """Waits for room; False when time is up or the reader has gone."""
        left_ms = (until_ns - time.monotonic_ns()) // 1_000_000
        events = self._poll.poll(max(left_ms, 0)) if left_ms > 0 else []
        return bool(events) and not any(event & select.POLLHUP for _, event in events)
