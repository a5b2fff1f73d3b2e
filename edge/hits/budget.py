"""A priority, and how much was sounded lately -> how an alert is shown: with its tone, listed, silent, or folded into a pile-up."""

from collections import deque
from typing import Final

from edge.config.alerts import Alerts
from edge.matcher.entry import Entry

UNSTATED: Final = 50  # the priority of an entry that states none
LISTED: Final = "listed"
SILENT: Final = "silent"
PILE_UP: Final = "pile-up"


class Budget:
    """`threshold` is the crew's to set; the rest is the car's."""

    def __init__(self, alerts: Alerts) -> None:
        self.threshold = alerts.threshold
        self._high = alerts.high_priority
        self._within_s = alerts.pile_up_s
        self._sounded_s: deque[float] = deque(maxlen=alerts.pile_up)

    def shown(self, entry: Entry, now_s: float) -> str | None:
        """None: with its tone. What is sounded counts, whatever its priority."""
        priority = UNSTATED if entry.priority is None else entry.priority
        if entry.is_silent:
            return SILENT
        if priority < self._high:
            if priority < self.threshold:
                return LISTED
            if len(self._sounded_s) == self._sounded_s.maxlen and now_s - self._sounded_s[0] < self._within_s:
                return PILE_UP
        self._sounded_s.append(now_s)
        return None
