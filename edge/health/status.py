"""Everything that counts in the daemon -> the status as the socket and `patrol-edge status` show it."""

import time
from collections.abc import Callable
from typing import Any, Protocol

from edge import __version__
from edge.clock import CarClock
from edge.health.endurance import Endurance
from edge.intake.camera import CameraIntake
from edge.intake.receiver import ReceiverIntake
from edge.intake.watch import Watch
from edge.matcher.matcher import Matcher
from edge.spool.inbox import Inbox
from edge.spool.spool import Spool
from edge.supervision import Outage
from edge.uplink.window import Window
from proto.events import Moment
from proto.lanes import Lane


class Part(Protocol):
    """A part of the daemon that tells of itself."""

    def table(self) -> dict[str, Any]:
        """JSON-ready, for people and tools."""
        ...

    def figures(self) -> dict[str, int]:
        """For headquarters, units in the names."""
        ...


class Status:
    """Reads the parts; changes none."""

    def __init__(
        self,
        vehicle: str,
        clock: CarClock,
        watch: Watch,
        matcher: Matcher,
        inbox: Inbox[Any],
        intakes: list[tuple[CameraIntake | ReceiverIntake, Outage]],
        link: Outage,
        stale_after_s: float,
    ) -> None:
        self.spool: Spool | None = None
        """None until the store is open; alerts do not wait for it."""
        self.window: Window | None = None
        """The same."""
        self.endurance: Endurance | None = None
        """The same."""
        self.is_overdue: Callable[[str], bool] = lambda _: False
        """Whether headquarters should have sent a newer version of a list by now."""
        self.parts: dict[str, Part] = {}
        """By the name of their section in the status."""
        self._vehicle = vehicle
        self._clock = clock
        self._watch = watch
        self._matcher = matcher
        self._inbox = inbox
        self._intakes = intakes
        self._link = link
        self._stale_after_s = stale_after_s
        self._began_s = time.monotonic()

    def now(self) -> dict[str, Any]:
        """The whole status, JSON-ready."""
        moment = self._clock.now()
        return {
            "vehicle": self._vehicle,
            "version": __version__,
            "epoch": self.spool.identity.hex() if self.spool else None,
            "running_s": round(time.monotonic() - self._began_s, 1),
            "clock": {"quality": moment.clock.name.lower(), "utc_ms": moment.utc_ms},
            "link": {
                "up": bool(self._link.is_up),
                "reason": self._link.reason,
                "resent": self.window.resent if self.window else 0,
            },
            "devices": {intake.name: _device(intake, outage, moment) for intake, outage in self._intakes},
            "lists": self.lists(),
            "reads": self._watch.tally.reads,
            "alerts": self._watch.tally.alerts,
            "without_key": self._watch.tally.without_key,
            "doubtful": self._watch.tally.doubtful,
            "waiting": len(self._inbox),
            "lanes": {lane.word: self._lane(lane) for lane in Lane},
            **{name: part.table() for name, part in self.parts.items()},
        }

    def lists(self) -> list[dict[str, Any]]:
        """What is carried, and how old it is."""
        utc_ms = self._clock.now().utc_ms
        carried = []
        for about in self._matcher.lists:
            age_s = self._matcher.age_s(about.name, utc_ms)
            stale = (age_s is not None and age_s > self._stale_after_s) or (
                about.signed and self.is_overdue(about.name)
            )
            carried.append(
                {
                    "name": about.name,
                    "version": about.version,
                    "entries": about.entries,
                    "made_ms": about.made_ms,
                    "age_s": age_s,
                    "stale": stale,
                    "signed": about.signed,
                }
            )
        return carried

    def figures(self) -> tuple[tuple[str, int], ...]:
        """The same as named whole numbers, for a health event."""
        figures = {
            "reads": self._watch.tally.reads,
            "alerts": self._watch.tally.alerts,
            "waiting": len(self._inbox),
            "rss_kb": _rss_kb(),
        }
        for intake, outage in self._intakes:
            figures[f"{intake.name}_up"] = int(bool(outage.is_up))
            figures[f"{intake.name}_junk"] = sum(intake.junk.values())
        for lane in Lane:
            figures[f"{lane.word}_unsent"] = self._lane(lane)["unsent"]
        for part in self.parts.values():
            figures.update(part.figures())
        return tuple(figures.items())

    def _lane(self, lane: Lane) -> dict[str, Any]:
        ledgers = [ledger for (_, of), ledger in self.spool.ledgers.items() if of is lane] if self.spool else []
        own = next((ledger for ledger in ledgers if self.spool and ledger.epoch.id == self.spool.identity), None)
        unsent = sum(last - first + 1 for ledger in ledgers for first, last in ledger.done.gaps(1, ledger.last))
        return {
            "first_unsent": own.first_unsent() if own else None,
            "last": own.last if own else 0,
            "unsent": unsent,
            "aside": sum(ledger.aside.count() for ledger in ledgers),
            "bytes": sum(ledger.bytes for ledger in ledgers),
            "hours_left": self.endurance.hours_left(lane) if self.endurance else None,
            "dropped": sum(ledger.dropped for ledger in ledgers),
        }


def _device(intake: CameraIntake | ReceiverIntake, outage: Outage, moment: Moment) -> dict[str, Any]:
    silent_s = None if intake.heard_ns is None else round((time.monotonic_ns() - intake.heard_ns) / 1e9, 1)
    count = intake.reads if isinstance(intake, CameraIntake) else intake.fixes
    common = {"up": bool(outage.is_up), "readings": count, "junk": dict(intake.junk), "silent_s": silent_s}
    return common | intake.told(moment)


def _rss_kb() -> int:
    with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - Path costs more than the read
        return int(statm.read().split()[1]) * 4
