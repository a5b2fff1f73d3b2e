"""Lines of the daemon's socket, over all its runs -> what they bear witness of. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from proto.ranges import Ranges
from simulator.demo.account import Identity

LANE: Final = "read"
AWAITED: Final = ("urgent", LANE)
"""Lanes whose events headquarters must have before the account is made; the others wait longer for company."""


class Witness:
    """One observer of the socket, who comes back after each kill."""

    def __init__(self) -> None:
        self.alerts: list[Mapping[str, Any]] = []
        self.dropped = 0
        self.replugs = 0
        self.reconnects = 0
        """Times the link came up again, after it was lost or after the daemon was killed."""
        self.patrol = ""
        """The latest state that the guidance said."""
        self.dwells = 0
        """Times it said that the car is in a box."""
        self.link_up = False
        self.status: Mapping[str, Any] | None = None
        """The latest; None while the daemon is away."""
        self.reading: set[str] = set()
        """Devices that the daemon reads."""
        self._had_link = False
        self._gone: set[str] = set()
        self._stored: dict[str, Ranges] = {}
        self._receipted: dict[str, Ranges] = {}
        self._figures: dict[str, tuple[int, int]] = {}

    def take(self, line: Mapping[str, Any]) -> None:
        """One line of the socket; kinds that it does not know are passed over."""
        match line["kind"]:
            case "status":
                self._take_status(line)
            case "alert":
                self.alerts.append(line)
            case "stored" | "receipt":
                self._take_ranges(line)
            case "dropped":
                self.dropped += line["count"]
            case "link":
                self._link(up=line["up"])
            case "patrol":
                self.dwells += line["state"] == "dwell" and self.patrol != "dwell"
                self.patrol = line["state"]
            case "device":
                self._device(line["name"], up=line["up"])

    def lost(self) -> None:
        """The socket is gone, and the daemon with it."""
        self.status = None
        self.patrol = ""
        self.link_up = False
        self.reading.clear()
        self._gone.clear()

    @property
    def stored(self) -> int:
        """Reads that the daemon said were stored, or receipted, which comes after."""
        epochs = {*self._stored, *self._receipted}
        both = (Ranges([*self._stored.get(epoch, ()), *self._receipted.get(epoch, ())]) for epoch in epochs)
        return sum(ranges.count() for ranges in both)

    @property
    def receipted(self) -> int:
        """Reads that headquarters has given a receipt for."""
        return sum(ranges.count() for ranges in self._receipted.values())

    @property
    def resent(self) -> int:
        """Events sent once more: the last that each run said of itself."""
        return sum(resent for resent, _ in self._figures.values())

    @property
    def junk(self) -> int:
        """Junk of all devices and runs."""
        return sum(junk for _, junk in self._figures.values())

    def is_there(self, since_ns: int) -> bool:
        """Whether a daemon has said how it is since `since_ns` (CLOCK_MONOTONIC), and reads every device."""
        return (
            self.status is not None and self.status["mono_ns"] > since_ns and self.reading >= {*self.status["devices"]}
        )

    def is_drained(self, since_ns: int) -> bool:
        """Whether a status later than `since_ns` (CLOCK_MONOTONIC) says that nothing waits for the card or for a receipt."""
        status = self.status
        if status is None or status["mono_ns"] < since_ns or status["epoch"] is None or status["waiting"]:
            return False
        return not any(status["lanes"][lane]["unsent"] for lane in AWAITED)

    def announced(self) -> frozenset[Identity]:
        """Reads that the daemon said were stored."""
        return frozenset(
            (epoch, number)
            for epoch, ranges in self._stored.items()
            for first, last in ranges
            for number in range(first, last + 1)
        )

    def _take_status(self, status: Mapping[str, Any]) -> None:
        self.status = status
        self._link(up=status["link"]["up"])
        self.reading |= {name for name, device in status["devices"].items() if device["up"]}
        if status["epoch"] is not None:
            junk = sum(sum(device["junk"].values()) for device in status["devices"].values())
            self._figures[status["epoch"]] = status["link"]["resent"], junk

    def _take_ranges(self, line: Mapping[str, Any]) -> None:
        if line["lane"] != LANE:
            return
        if line["kind"] == "stored":
            _ranges(self._stored, line).add(line["first"], line["last"])
        else:
            for first, last in line["ranges"]:
                _ranges(self._receipted, line).add(first, last)

    def _link(self, *, up: bool) -> None:
        if up and not self.link_up:
            self.reconnects += self._had_link
            self._had_link = True
        self.link_up = up

    def _device(self, name: str, *, up: bool) -> None:
        if up:
            self.replugs += name in self._gone
            self._gone.discard(name)
            self.reading.add(name)
        elif name in self.reading:
            self._gone.add(name)
            self.reading.discard(name)


def _ranges(of: dict[str, Ranges], line: Mapping[str, Any]) -> Ranges:
    return of.setdefault(line["epoch"], Ranges())
