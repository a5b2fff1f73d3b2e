"""Connections and what became of what was sent -> what is said of the link: up, down and why, one alarm for a person."""

from collections.abc import Callable
from typing import Final

from edge.uplink.permission import Permission, Verdict

ALARM_EVERY_S: Final = (
    3600.0  # for the same reason: permissions that refuse one lane only come and go with each receipt
)

Alarm = Callable[[str, str], None]
"""(name, detail)"""
Down = Callable[[str], None]
"""(reason)"""


class Standing:
    """A connection counts as up, unless nothing arrived over the one before: then headquarters' first answer says so."""

    def __init__(self, vehicle: str, is_down: Down, alarm: Alarm) -> None:
        self.permission = Permission(vehicle)
        self._is_down = is_down
        self._alarm = alarm
        self._is_up: Callable[[], None] | None = None
        """None while there is no connection."""
        self._verdict: Verdict | None = None
        self._alarmed: tuple[str, float] | None = None
        """The last alarm's reason, and when it was raised."""

    def connected(self, now_s: float, is_up: Callable[[], None]) -> None:
        """A new connection listens."""
        self._is_up = is_up
        self.permission.connected(now_s)
        if self._verdict is None:
            is_up()
        else:
            self._is_down(self._verdict.reason)

    def lost(self, now_s: float) -> None:
        """It is over; its loss is said elsewhere."""
        self._is_up = None
        self.permission.lost(now_s)

    def refused(self, reason: str, now_s: float) -> None:
        """Something that only a person can mend: one alarm."""
        if self._alarmed is None or self._alarmed[0] != reason or now_s - self._alarmed[1] >= ALARM_EVERY_S:
            self._alarmed = reason, now_s
            self._alarm("link", reason)

    def judge(self, now_s: float, *, in_flight: bool) -> None:
        """Says what has changed. To be called at every knock, and when `permission.due_s` says so."""
        verdict = self.permission.look(now_s, in_flight=in_flight)
        if verdict == self._verdict:
            return
        self._verdict = verdict
        if verdict is not None:
            self._is_down(verdict.reason)
            if verdict.is_refusal:
                self.refused(verdict.reason, now_s)
        elif self._is_up is not None:
            self._is_up()
