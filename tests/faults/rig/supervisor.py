"""What systemd does with Type=notify, WatchdogSec and Restart=always (systemd.service(5), sd_notify(3)), for one program.

A stand-in: no systemd runs here as the first process. It listens on a socket of its own and uses the unit's two numbers.
"""

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tests.faults.rig.car import Car

WATCHDOG_S: Final = 3.0
RESTART_S: Final = 1.0
TICK_S: Final = 0.02


class Supervisor:
    """Starts the car's daemon, aborts it when it is silent, starts it again. All times are time.monotonic()."""

    def __init__(self, car: Car) -> None:
        self.aborted_s: list[float] = []
        self.started_s: list[float] = []
        self.ready_s: list[float] = []
        self._car = car
        self._over = threading.Event()
        self._path = car.folder / "notify"
        car.daemon.environment |= {
            "NOTIFY_SOCKET": str(self._path),
            "WATCHDOG_USEC": f"{WATCHDOG_S * 1e6:.0f}",
        }

    @contextmanager
    def watching(self) -> Iterator["Supervisor"]:
        """It runs, and is kept running."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.bind(str(self._path))
            channel.settimeout(TICK_S)
            thread = threading.Thread(target=self._watch, args=(channel,))
            self._car._is_kept = True
            thread.start()
            try:
                yield self
            finally:
                self._over.set()
                thread.join()

    def _watch(self, channel: socket.socket) -> None:
        fed_s: float | None = None
        while not self._over.is_set():
            if not self._car.daemon.is_running():
                if self.started_s:
                    self._over.wait(RESTART_S)
                self._car.start()
                self.started_s.append(time.monotonic())
                fed_s = None
            said = _received(channel)
            if b"READY=1" in said:
                self.ready_s.append(time.monotonic())
            if said:
                fed_s = time.monotonic()
            elif fed_s is not None and time.monotonic() - fed_s > WATCHDOG_S:
                self.aborted_s.append(time.monotonic())
                self._car.daemon.signal(signal.SIGABRT)
                self._car.daemon.wait()


def _received(channel: socket.socket) -> bytes:
    try:
        return channel.recv(4096)
    except TimeoutError:
        return b""
