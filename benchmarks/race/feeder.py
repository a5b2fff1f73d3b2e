"""Rates and a pseudo-terminal -> numbered reads said at those rates, with a log of how many had been said when.

A line with flow control: a read that finds no room waits for up to a second, and is lost then. Every read's plate encodes
its number (simulator/numbered.py).
"""

import threading
import time
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from simulator.numbered import plate
from simulator.port import Port

TICK_S: Final = 0.005
PATIENCE_S: Final = 1.0
MOST_AT_ONCE: Final = 64  # a tick that is late is made up for in pieces, so that a stop is heard
Step = tuple[float, float]
"""Reads a second, for so many seconds."""


def frame(number: int) -> bytes:
    """The axxon frame of a read, its camera's clock at a fixed time."""
    return b"\x0220261125120000" + b"01" + plate(number).encode("ascii") + b"\x03"


class Frames:
    """The first frames, made before they are needed: the feeder must not be what is measured."""

    def __init__(self) -> None:
        self._frames: list[bytes] = []

    def upto(self, count: int) -> list[bytes]:
        self._frames += [frame(number) for number in range(len(self._frames), count)]
        return self._frames


FRAMES: Final = Frames()


class Feeder:
    """A camera that says reads `first`, `first` + 1, ... in a thread of its own until its steps or `stop` end it."""

    def __init__(self, port: Port, steps: Sequence[Step], first: int = 0) -> None:
        self._port = port
        self._steps = steps
        self.said = first
        """The number after the last one said."""
        self.unsaid: list[int] = []
        """Numbers that nobody took: no reader, or no room for a second."""
        self.taken_ns: int | None = None
        """CLOCK_MONOTONIC of the first read that somebody took since the plug was put in."""
        self._first = first
        self._frames = FRAMES.upto(first + self.due(float("inf")))
        self._stop, self._out = threading.Event(), threading.Event()
        self._times_ns: list[int] = []
        self._saids: list[int] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.start_ns = 0

    def start(self) -> "Feeder":
        self.start_ns = time.monotonic_ns()
        self._thread.start()
        return self

    def stop(self) -> None:
        """After the piece that is being said."""
        self._stop.set()
        self._thread.join()

    def unplug(self) -> None:
        """The camera's plug is pulled; what it says then is unsaid. By the feeder's own thread: a port has one user."""
        self._out.set()

    def plug(self) -> None:
        """It is back."""
        self._out.clear()

    def wait(self, longest_s: float) -> None:
        """Until all steps are over, or that long."""
        self._thread.join(longest_s)

    @property
    def is_over(self) -> bool:
        return not self._thread.is_alive()

    def due(self, after_s: float) -> int:
        """How many reads its steps have until then."""
        count = 0
        for rate, seconds in self._steps:
            count += int(rate * min(max(after_s, 0.0), seconds))
            after_s -= seconds
        return count

    def said_at(self, mono_ns: int) -> int:
        """The number after the last that had been said at that CLOCK_MONOTONIC."""
        at = bisect_right(self._times_ns, mono_ns)
        return self._saids[at - 1] if at else self._first

    def _run(self) -> None:
        last = self._first + self.due(float("inf"))
        is_out = False
        while self.said < last and not self._stop.is_set():
            if self._out.is_set() != is_out:
                (self._port.plug if is_out else self._port.unplug)()
                is_out, self.taken_ns = not is_out, None
            self._port.opened()
            late = self._first + self.due((time.monotonic_ns() - self.start_ns) / 1e9) - self.said
            if late > 0:
                self._say(min(late, MOST_AT_ONCE))
            else:
                time.sleep(TICK_S)

    def _say(self, count: int) -> None:
        piece = self._frames[self.said : self.said + count]
        taken = len(self._port.say(piece, PATIENCE_S)) if self._port.opened() else 0
        if taken and self.taken_ns is None:
            self.taken_ns = time.monotonic_ns()
        self.unsaid += range(self.said + taken, self.said + count)
        self.said += count
        self._times_ns.append(time.monotonic_ns())
        self._saids.append(self.said)
