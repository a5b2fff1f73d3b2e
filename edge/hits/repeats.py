"""A vehicle that was alerted, and where -> whether the same one, here and now, is a second alert."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from edge.intake.jumps import metres_between
from edge.matcher.entry import Entry
from proto.events import Place

MOST: Final = 2048  # vehicles; of one that is forgotten the crew is warned again

Name = tuple[str, str, int]
"""The vehicle's canonical key, and which entry of which list: a new entry is news."""


@dataclass(slots=True)
class _Alerted:
    uptime_ms: int
    place: Place


class Repeats:
    """Where the place is not known, nothing is a repeat: the crew is rather warned twice than not."""

    def __init__(self, minutes: float, metres: float) -> None:
        self._within_ms = minutes * 60_000
        self._metres = metres
        self._alerted: OrderedDict[Name, _Alerted] = OrderedDict()

    def is_one(self, key: str, entry: Entry, uptime_ms: int, place: Place | None) -> bool:
        """Of what is none it is noted that the crew was warned of it.."""
        if place is None or not self._within_ms:
            return False
        name = (key, entry.list, entry.id)
        before = self._alerted.get(name)
        is_repeat = (
            before is not None
            and uptime_ms - before.uptime_ms <= self._within_ms
            and metres_between(before.place, place) <= self._metres
        )
        if not is_repeat:
            self._alerted[name] = _Alerted(uptime_ms, place)
            self._alerted.move_to_end(name)
            if len(self._alerted) > MOST:
                self._alerted.popitem(last=False)
        return is_repeat
