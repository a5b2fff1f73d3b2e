"""What a key matches, where, when and how it looks -> whether the crew is warned of it, and how."""

from dataclasses import dataclass

from drivers.readings import PlateSeen
from edge.config.alerts import Alerts
from edge.hits.budget import Budget
from edge.hits.clones import mismatch
from edge.hits.repeats import Repeats
from edge.matcher.entry import Entry
from edge.matcher.matcher import Matcher
from edge.matcher.rules import holding
from proto.events import Moment, Place


@dataclass(frozen=True, slots=True)
class Verdict:
    """The entries that hold, the shown one first. `shown`: None with its tone, else listed, silent, pile-up. [proto-9.2]"""

    entries: tuple[Entry, ...]
    shown: str | None = None
    mismatch: tuple[str, ...] = ()
    is_repeat: bool = False
    """The crew was warned of it here, just now."""


class Judgement:
    """One for the car."""

    def __init__(self, matcher: Matcher, alerts: Alerts | None = None) -> None:
        alerts = alerts or Alerts()
        self._matcher = matcher
        self._repeats = Repeats(alerts.repeat_minutes, alerts.repeat_metres)
        self._advised = Repeats(alerts.repeat_minutes, alerts.repeat_metres)
        self.budget = Budget(alerts)
        self.repeats = 0
        self.not_holding = 0
        """Matches of entries that did not hold: weeded, elsewhere, at another hour."""

    def of(self, key: str, seen: PlateSeen, moment: Moment, place: Place | None) -> Verdict | None:
        """None: not listed, or nothing of it holds now."""
        matched = self._matcher.match(key)
        if not matched:
            return None
        entries = holding(matched, self._matcher.limits_of, moment.utc_ms, place)
        if not entries:
            self.not_holding += 1
            return None
        first = entries[0]
        if self._repeats.is_one(key, first, moment.uptime_ms, place):
            self.repeats += 1
            return Verdict(tuple(entries), is_repeat=True)
        shown = self.budget.shown(first, moment.uptime_ms / 1000)
        return Verdict(tuple(entries), shown, mismatch(first, seen))

    def advice(self, key: str, moment: Moment, place: Place | None) -> list[Entry]:
        """The entries of keys that look alike and hold now; the same ones here and now once."""
        alike = self._matcher.look_alikes(key)
        if not alike:
            return []
        entries = holding(alike, self._matcher.limits_of, moment.utc_ms, place)
        if not entries or self._advised.is_one(key, entries[0], moment.uptime_ms, place):
            return []
        return entries
