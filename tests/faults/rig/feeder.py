"""Numbers -> reads of a camera on a pseudo-terminal, each with a plate that encodes its number, and when its last byte went out."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

from drivers.anpr.axxon import Axxon
from drivers.readings import PlateSeen
from simulator.numbered import plate
from simulator.port import Port

TICK_S: Final = 0.01


def frame(number: int) -> bytes:
    """What the camera says of this read."""
    return framed(plate(number))


def framed(vrm: str) -> bytes:
    """What the camera says of this plate."""
    return Axxon().encode(PlateSeen(vrm, None, "01", None))


class Feeder:
    """A camera that reads `rate` plates a second for as long as somebody listens; what nobody hears is not said."""

    def __init__(self, port: Port, numbers: Iterator[int], rate: float) -> None:
        self.said: dict[int, int] = {}
        """CLOCK_MONOTONIC nanoseconds right after the last byte of each read."""
        self.port = port
        self.heard: Callable[[], bool] = lambda: self.port.heard()
        """Whether somebody listens."""
        self._numbers = numbers
        self.rate = rate
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._feed)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when the last read is out. Harmless when it has stopped or was never started."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def say(self, count: int) -> list[int]:
        """The next `count` reads at once, waiting for room; their numbers. Not beside a started thread."""
        return self._say([next(self._numbers) for _ in range(count)], patience_s=30.0)

    def _feed(self) -> None:
        began_s, due = time.monotonic(), 0.0
        while not self._stop.wait(TICK_S):
            now_s = time.monotonic()
            due, began_s = due + (now_s - began_s) * self.rate, now_s
            if not self.heard():
                due = 0.0
                continue
            count = int(due)
            due -= count
            if count:
                self._say([next(self._numbers) for _ in range(count)], patience_s=1.0)

    def _say(self, numbers: list[int], patience_s: float) -> list[int]:
        times = self.port.say([frame(number) for number in numbers], patience_s)
        self.said.update(zip(numbers, times, strict=False))
        return numbers[: len(times)]
