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
from tests.faults.rig.promised import Numbers, Promised, add

RETRY_S: Final = 0.002


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
        self._stored = Promised()
        self._receipted: Numbers = {}
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

    def stored(self) -> Promised:
        """What was announced as stored so far."""
        with self._counting:
            return self._stored.copy()

    def receipted(self) -> Numbers:
        """What receipts have come for."""
        with self._counting:
            return {stream: Ranges(ranges) for stream, ranges in self._receipted.items()}

    def count(self, lane: str, kind: str = "stored", since: int = 0) -> int:
        """How many events of a lane were announced as stored; or how many numbers have a `receipt`, each counted once.

        `since` needs the lines to be kept.
        """
        if not since:
            return self._counts[kind, lane]
        found: Numbers = {}
        return sum(add(line, found) for line in self.of(kind, since) if line["lane"] == lane)

    def promises(self) -> int:
        """How many events were announced as stored, of all lanes."""
        return self._stored.events

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
        if kind == "stored":
            with self._counting:
                self._stored.hear(line)
                self._counts[kind, line["lane"]] += line["last"] - line["first"] + 1
            self.promised.set()
        elif kind == "receipt":
            with self._counting:
                self._counts[kind, line["lane"]] += add(line, self._receipted)
            self.answered.set()
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
