"""The daemon's socket -> what it promised over all its lives, and the lines it said, for as long as somebody may look at them."""

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Container
from pathlib import Path
from typing import Any, Final

from proto.ranges import Ranges

RETRY_S: Final = 0.002

Numbers = dict[tuple[str, str], Ranges]
"""By epoch (hexadecimal) and lane (its word)."""


class Follower:
    """Reads the socket of one car; a thread for each life of the daemon."""

    def __init__(self, path: Path) -> None:
        self.kept: Container[str] | None = None
        """The kinds of lines that are kept, all of them unless said: a campaign of hours would fill the memory."""
        self.up: set[str] = set()
        """The devices that are up in this life."""
        self.promised = threading.Event()
        """Set at every `stored`; whoever waits for the next one clears it first."""
        self.answered = threading.Event()
        """The same at every `receipt`."""
        self._path = path
        self._lines: list[dict[str, Any]] = []
        self._numbers: dict[str, Numbers] = {"stored": {}, "receipt": {}}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._threads: list[threading.Thread] = []
        self._counting = threading.Lock()

    def follow(self, is_running: Callable[[], bool]) -> None:
        """From the first moment that the socket answers until the daemon ends. A line that a kill cut off is none."""
        thread = threading.Thread(target=self._follow, args=(is_running,))
        self._threads.append(thread)
        thread.start()

    def join(self) -> None:
        """Returns when everything that dead daemons have said is read."""
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        self.up.clear()

    def of(self, kind: str, since: int = 0) -> list[dict[str, Any]]:
        """The lines of a kind; `since` as `mark` gave it."""
        return [line for line in self._lines[since:] if line["kind"] == kind]

    def mark(self) -> int:
        """How many lines there are; what comes later is `since` this."""
        return len(self._lines)

    def numbers(self, kind: str = "stored", since: int = 0) -> Numbers:
        """By epoch and lane: the numbers in `stored` or `receipt` lines. `since` needs the lines to be kept."""
        if not since:
            with self._counting:
                return {stream: Ranges(ranges) for stream, ranges in self._numbers[kind].items()}
        found: Numbers = {}
        for line in self.of(kind, since):
            _add(line, found)
        return found

    def count(self, lane: str, kind: str = "stored", since: int = 0) -> int:
        """How many numbers of a lane; a number that two lines name counts once unless it was asked for `again`."""
        if not since:
            return self._counts[kind, lane]
        return sum(ranges.count() for (_, of), ranges in self.numbers(kind, since).items() if of == lane)

    def promises(self) -> int:
        """How many numbers were announced as stored, of all lanes."""
        return sum(count for (kind, _), count in tuple(self._counts.items()) if kind == "stored")

    def _follow(self, is_running: Callable[[], bool]) -> None:
        channel = self._connected(is_running)
        if channel is None:
            return
        with channel, channel.makefile("rb") as file:
            try:
                for line in file:
                    if line.endswith(b"\n"):
                        self._hear(json.loads(line))
            except ConnectionResetError:
                return

    def _hear(self, line: dict[str, Any]) -> None:
        kind = line["kind"]
        if kind in self._numbers:
            with self._counting:
                self._counts[kind, line["lane"]] += _add(line, self._numbers[kind])
            (self.promised if kind == "stored" else self.answered).set()
        elif kind == "device":
            (self.up.add if line["up"] else self.up.discard)(line["name"])
        elif kind == "status":
            self.up |= {name for name, device in line["devices"].items() if device["up"]}
        if self.kept is None or kind in self.kept:
            self._lines.append(line)

    def _connected(self, is_running: Callable[[], bool]) -> socket.socket | None:
        while is_running():
            channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                channel.connect(str(self._path))
            except OSError:
                channel.close()
                time.sleep(RETRY_S)
            else:
                return channel
        return None


def _add(line: dict[str, Any], numbers: Numbers) -> int:
    """How many of the line's numbers are new."""
    ranges = numbers.setdefault((line["epoch"], line["lane"]), Ranges())
    new = 0
    for first, last in line.get("ranges") or [(line["first"], line["last"])]:
        new += sum(b - a + 1 for a, b in ranges.gaps(first, last))
        ranges.add(first, last)
    return new
