"""What is held and what is under way -> a part of the status, and figures for headquarters; a set that is overdue is an alarm, once."""

from collections.abc import Callable
from typing import Any

from edge.data.fetch import Coming
from edge.data.holdings import Holding
from edge.data.sets import DataSets
from edge.data.time_known import TimeKnown


class Report:
    """Reads the data sets; changes none."""

    def __init__(self, sets: DataSets, time: TimeKnown, alarm: Callable[[str, str], None]) -> None:
        self._sets = sets
        self._time = time
        self._alarm = alarm
        self._overdue: set[tuple[str, int]] = set()

    def look(self, _: float) -> None:
        """At the expiry of each set: overdue, it stays in use, and that is said once a version."""
        for held in self._sets.held.values():
            if self.is_overdue(held) and (held.name, held.version) not in self._overdue:
                self._overdue.add((held.name, held.version))
                self._alarm("list-stale", f"data set {held.name} is overdue: it stays in use until a new one comes")

    def is_name_overdue(self, name: str) -> bool:
        """The same, of what is held under a name; of what is not held nothing is due."""
        held = self._sets.held.get(name)
        return held is not None and self.is_overdue(held)

    def is_overdue(self, held: Holding) -> bool:
        """Whether headquarters should have sent a newer one by now, by the best time known."""
        best_ms = self._time.now().best_ms
        return best_ms is not None and held.expires_ms < best_ms

    def table(self) -> dict[str, Any]:
        """By name; JSON-ready."""
        coming = {one.manifest.name: self._coming(one) for one in self._sets.fetch.all()}
        held = {name: self._held(one) for name, one in self._sets.held.items()}
        return {name: held.get(name, {}) | coming.get(name, {}) for name in sorted({*held, *coming})}

    def figures(self) -> dict[str, int]:
        """For headquarters."""
        overdue = sum(self.is_overdue(held) for held in self._sets.held.values())
        coming = len(self._sets.fetch)
        refused = self._sets.refusals.count
        return {
            "data_held": len(self._sets.held),
            "data_overdue": overdue,
            "data_coming": coming,
            "data_refused": refused,
        }

    def _held(self, held: Holding) -> dict[str, Any]:
        return {
            "kind": held.kind,
            "version": held.version,
            "made_ms": held.made_ms,
            "expires_ms": held.expires_ms,
            "entries": held.entries,
            "there": held.is_there,
            "overdue": self.is_overdue(held),
        }

    def _coming(self, coming: Coming) -> dict[str, Any]:
        m = coming.manifest
        waits = self._sets.fetch.waits(coming)
        return {
            "coming": {"version": m.version, "bytes": m.size, "missing_bytes": coming.missing_bytes, "waits": waits}
        }
