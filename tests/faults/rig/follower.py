"""The daemon's socket -> every line it says, over all its lives, for as long as somebody may want to look at them."""

import json
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from proto.ranges import Ranges

RETRY_S: Final = 0.002


class Follower:
    """Reads the socket of one car; a thread for each life of the daemon."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: list[dict[str, Any]] = []
        self._threads: list[threading.Thread] = []

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

    def of(self, kind: str, since: int = 0) -> list[dict[str, Any]]:
        """The lines of a kind; `since` as `mark` gave it."""
        return [line for line in self._lines[since:] if line["kind"] == kind]

    def mark(self) -> int:
        """How many lines there are; what comes later is `since` this."""
        return len(self._lines)

    def numbers(self, kind: str = "stored", since: int = 0) -> dict[tuple[str, str], Ranges]:
        """By epoch and lane: the numbers in `stored` or `receipt` lines."""
        found: dict[tuple[str, str], Ranges] = {}
        for line in self.of(kind, since):
            ranges = found.setdefault((line["epoch"], line["lane"]), Ranges())
            for first, last in line.get("ranges") or [(line["first"], line["last"])]:
                ranges.add(first, last)
        return found

    def count(self, lane: str, kind: str = "stored", since: int = 0) -> int:
        """How many numbers of a lane."""
        return sum(ranges.count() for (_, of), ranges in self.numbers(kind, since).items() if of == lane)

    def _follow(self, is_running: Callable[[], bool]) -> None:
        channel = self._connected(is_running)
        if channel is None:
            return
        with channel, channel.makefile("rb") as file:
            try:
                for line in file:
                    if line.endswith(b"\n"):
                        self._lines.append(json.loads(line))
            except ConnectionResetError:
                return

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
