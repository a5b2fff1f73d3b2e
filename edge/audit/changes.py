"""What this car carries, looked at again -> a `change` for each set or list that was put in place, replaced or taken away. [proto-11.9]"""

from collections.abc import Callable

from edge.audit.records import AuditRecords
from proto.events import Change, Moment

Carried = dict[str, str]
"""The name of a set or list -> its version."""


class Changes:
    """Compares what is carried with what was carried before; what was there at the start is no change."""

    def __init__(self, records: AuditRecords, now: Callable[[], Moment], carried: Callable[[], Carried]) -> None:
        self._records = records
        self._now = now
        self._carried = carried
        self._before = carried()

    def look(self) -> None:
        """Something may have changed."""
        before, self._before = self._before, self._carried()
        for name in sorted(before.keys() | self._before.keys()):
            was, now = before.get(name), self._before.get(name)
            if was != now:
                self._records.note(Change(self._now(), None, f"set {name}", was, now))
