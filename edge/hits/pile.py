"""Alerts that are not sounded one by one any more -> one line that grows: how many, the highest first."""

from typing import Any, Final

from edge.hits.budget import UNSTATED

MOST_IDS: Final = 20  # in the line; the alerts themselves were said, each on a line of its own


class PileUp:
    """The pile of now. It is another one when nothing was folded for `within_s`."""

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        self._latest_s = -within_s
        self._number = 0
        self._count = 0
        self._highest: list[tuple[int, int, str]] = []
        self._first: dict[str, Any] = {}

    def folded(self, fields: dict[str, Any], now_s: float) -> dict[str, Any]:
        """An alert's fields -> those of the line `pile-up`, which takes the place of the line of the same `pile`."""
        if now_s - self._latest_s >= self._within_s:
            self._number, self._count, self._highest = self._number + 1, 0, []
        self._latest_s = now_s
        self._count += 1
        priority = fields["priority"]
        place = (-(UNSTATED if priority is None else priority), self._count, fields["id"])
        self._highest = sorted([*self._highest, place])[:MOST_IDS]
        if self._highest[0] == place:
            self._first = {name: fields[name] for name in _SHOWN}
        return {
            "pile": self._number,
            "count": self._count,
            "first": self._first,
            "ids": [id_ for *_, id_ in self._highest],
        }


_SHOWN: Final = ("id", "vrm", "listed_vrm", "list", "priority", "action", "reason", "markers", "make", "colour")
