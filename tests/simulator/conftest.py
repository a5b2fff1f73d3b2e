"""Worlds, and readers of pseudo-terminals, for the tests of the simulator."""

import os
import select
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

import pytest

from simulator.camera import CameraSetting
from simulator.faults import Fault
from simulator.port import Port
from simulator.world import World

START = datetime(2026, 3, 1, 23, 59, 50, tzinfo=UTC)


class Listener:
    """Somebody who has a port open and keeps every byte; the test says when to stop."""

    def __init__(self, path: Path) -> None:
        self.heard = b""
        self._slave = os.open(path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
        # As a real reader does. Numbers of terminals are used again: a program that still retries the name of a dead one
        # elsewhere on this machine would otherwise read what is meant for us.
        flock(self._slave, LOCK_EX | LOCK_NB)
        self._enough, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._listen)
        self._more = threading.Condition()

    def start(self) -> "Listener":
        self._thread.start()
        return self

    def until(self, count: int) -> bytes:
        """Everything heard, as soon as it is `count` bytes."""
        with self._more:
            assert self._more.wait_for(lambda: len(self.heard) >= count, timeout=60)
            return self.heard

    def stop(self) -> bytes:
        """Everything heard up to now; the port is closed."""
        if self._slave >= 0:
            os.write(self._wake, b".")
            if self._thread.ident is not None:
                self._thread.join()
            for fd in (self._slave, self._enough, self._wake):
                os.close(fd)
            self._slave = -1
        return self.heard

    def _listen(self) -> None:
        """Fetches what there is before it looks at whether it is to stop."""
        while True:
            ready, _, _ = select.select([self._slave, self._enough], [], [])
            if self._slave not in ready:
                return
            try:
                data = os.read(self._slave, 4096)
            except BlockingIOError:
                continue
            except OSError:
                return
            if not data:
                return
            with self._more:
                self.heard += data
                self._more.notify_all()


@pytest.fixture
def listen() -> Iterator[Callable[[Path], Listener]]:
    listeners: list[Listener] = []

    def opened(path: Path) -> Listener:
        listeners.append(Listener(path))
        return listeners[-1]

    yield opened
    for listener in listeners:
        listener.stop()


@pytest.fixture
def port(tmp_path: Path) -> Iterator[Port]:
    port = Port(tmp_path / "front")
    port.plug()
    yield port
    port.unplug()


@pytest.fixture
def make_world() -> Callable[..., World]:
    def make(
        *, seed: int = 7, rate: float = 50, reads: int = 300, hits: float = 4, unique: bool = False,
        faults: tuple[Fault, ...] = (), clear_s: tuple[float, ...] = (),
    ) -> World:  # fmt: skip
        cameras = (CameraSetting("front", "axxon"), CameraSetting("rear", "axxon"))
        return World(seed, START, rate, reads, cameras, 500, hits, unique, faults, clear_s)

    return make
