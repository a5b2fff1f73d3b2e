"""How many bytes each lane has stored so far, look by look -> how many hours its place on the card lasts. Pure."""

from collections import deque
from collections.abc import Mapping
from typing import Final

from proto.lanes import Lane

SPAN_S: Final = 900.0  # long enough for lanes that store once a minute, short enough for a motorway after a village
LEAST_S: Final = 60.0
EVERY_S: Final = 15.0


class Pace:
    """The latest SPAN_S of storing. `stored` are bytes since the process began, by lane."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, dict[Lane, int]]] = deque()

    def look(self, now_s: float, stored: Mapping[Lane, int]) -> None:
        """One look more; only every EVERY_S is kept."""
        if self._marks and now_s - self._marks[-1][0] < EVERY_S:
            return
        self._marks.append((now_s, dict(stored)))
        while now_s - self._marks[0][0] > SPAN_S:
            self._marks.popleft()

    def bytes_per_s(self, lane: Lane) -> float | None:
        """What the lane stores a second; None until LEAST_S of it were seen."""
        if not self._marks:
            return None
        (begin_s, begin), (end_s, end) = self._marks[0], self._marks[-1]
        if end_s - begin_s < LEAST_S:
            return None
        return (end.get(lane, 0) - begin.get(lane, 0)) / (end_s - begin_s)

    def hours_left(self, lane: Lane, free_bytes: float, disk_bytes: float) -> float | None:
        """Until the lane must drop something, when nothing is receipted any more and the pace stays; None: it stores nothing.

        `free_bytes`: of the lane's quota. `disk_bytes`: of the disk, which all lanes share.
        """
        pace = self.bytes_per_s(lane)
        if not pace:
            return None
        together = sum(self.bytes_per_s(each) or 0.0 for each in Lane)
        return max(0.0, min(free_bytes / pace, disk_bytes / together)) / 3600
