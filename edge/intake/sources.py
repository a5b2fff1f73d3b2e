"""Fixes of several receivers, the best first -> those that say where the car is: a worse one's only while a better is silent.

Silent is also a receiver without a fix, or whose fixes jump. When none says anything, the last place stays known with its
age; `Whereabouts` no longer puts it on sightings once it is stale.
"""

from typing import Final

from proto.events import Position

LATE_MS: Final = 3_000  # a receiver that speaks once a second has then missed three


class SourceOrder:
    """One for the car, shared by its receivers."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._good_ms: list[int | None] = []
        self.said: Position | None = None
        """The latest position that became an event, whichever receiver it came from."""

    def __len__(self) -> int:
        return len(self._names)

    def join(self, name: str) -> int:
        """The rank of the next receiver, 0 the best."""
        self._names.append(name)
        self._good_ms.append(None)
        return len(self._names) - 1

    def takes(self, rank: int, uptime_ms: int) -> bool:
        """A receiver has a good fix: whether that says where the car is."""
        self._good_ms[rank] = uptime_ms
        return not any(self._is_good(better, uptime_ms) for better in range(rank))

    def in_use(self, uptime_ms: int) -> str | None:
        """Whose fixes say it now; None when no receiver knows."""
        return next((name for rank, name in enumerate(self._names) if self._is_good(rank, uptime_ms)), None)

    def age_s(self, rank: int, uptime_ms: int) -> float | None:
        """Seconds since a receiver's latest good fix; None when it had none."""
        good_ms = self._good_ms[rank]
        return None if good_ms is None else (uptime_ms - good_ms) / 1000

    def _is_good(self, rank: int, uptime_ms: int) -> bool:
        good_ms = self._good_ms[rank]
        return good_ms is not None and uptime_ms - good_ms <= LATE_MS
