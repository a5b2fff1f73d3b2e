"""The month's bytes and the depot -> which lanes may be sent now. Pure: it is told, and the window asks `may_send`.

Held back is not lost: it waits in the spool for the depot, the next month, or its quota. What is in flight already is
sent again by the rule, whatever the policy says meanwhile: at most a window of 16 kB.
"""

from typing import Final

from edge.uplink.meter import Meter
from proto.lanes import Lane

HELD_FROM: Final = {Lane.IMAGE: 0.60, Lane.HEALTH: 0.80, Lane.POSITION: 0.90, Lane.READ: 0.97}
"""The share of the budget from which a lane waits; the last of it is for what is urgent and for audit, which never wait."""
SMALL_SET_BYTES: Final = 256 * 1024
"""A delta of thousands of entries. Warnings are what the car is for: so much always comes over the radio link."""
MESSAGE_BYTES: Final = 160
"""Beside topic and payload, an estimate: twice TCP and IP with time stamps (52) and a TLS record (22), MQTT's own 12."""


class Policy:
    """What the link may carry. Without a budget and a depot: everything."""

    def __init__(self, meter: Meter | None = None, month_bytes: int | None = None, *, has_depot: bool = False) -> None:
        self.meter = meter or Meter()
        self.at_depot = False
        """Nothing counts here, and pictures flow."""
        self._month_bytes = month_bytes
        self._has_depot = has_depot

    def may_send(self, lane: Lane) -> bool:
        """Whether events of this lane may go out now."""
        if lane <= Lane.AUDIT or self.at_depot:
            return True
        return not (lane is Lane.IMAGE and self._has_depot) and not self._is_short_for(lane)

    def may_fetch(self, size: int, is_needed: bool) -> bool:
        """Whether a data set of so many bytes may come now; `is_needed`: the car has nothing of that name that is still good.

        A large one waits for the depot, or for a month with bytes left; never so long that the one held is overdue.
        """
        if self.at_depot or is_needed or size <= SMALL_SET_BYTES:
            return True
        return not self._has_depot and not self._is_short_for(Lane.POSITION)

    def count(self, word: str, topic: str, payload: bytes) -> None:
        """A message of a class went over the link, in either direction."""
        self.meter.count(word, len(topic) + len(payload) + MESSAGE_BYTES, is_free=self.at_depot)

    def held_back(self) -> list[str]:
        """The lanes that wait, most urgent first."""
        return [lane.word for lane in Lane if not self.may_send(lane)]

    def short_for(self) -> list[str]:
        """The lanes that this month's budget has nothing left for, wherever the car is."""
        return [lane.word for lane in HELD_FROM if self._is_short_for(lane)]

    def figures(self) -> dict[str, int]:
        """For headquarters, which has a fleet's tariffs to look after."""
        return {"link_month_bytes": self.meter.used, "link_held_lanes": len(self.held_back())}

    def table(self) -> dict[str, object]:
        """For the status, JSON-ready."""
        budget = {"budget_bytes": self._month_bytes, "used_bytes": self.meter.used}
        return {**self.meter.table(), **budget, "at_depot": self.at_depot, "held_back": self.held_back()}

    def _is_short_for(self, lane: Lane) -> bool:
        return self._month_bytes is not None and self.meter.used >= HELD_FROM[lane] * self._month_bytes
