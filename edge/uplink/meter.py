"""Bytes over the link -> how many of which class this month. Pure; what it knows goes to a file and comes back as a table."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from proto.lanes import Lane

CONTROL: Final = "control"  # what the car says of its receipts
DOWN: Final = "down"  # everything that headquarters says
CLASSES: Final = (*(lane.word for lane in Lane), CONTROL, DOWN)


class Meter:
    """One month's bytes. `month` is YYYY-MM in UTC; None until a trusted clock has told it."""

    def __init__(self) -> None:
        self.month: str | None = None
        self.used = 0
        """Of the budget."""
        self.unsaved = 0
        """Bytes that the file does not know of."""
        self._counted: Counter[str] = Counter()
        self._free: Counter[str] = Counter()

    def count(self, word: str, size: int, *, is_free: bool) -> None:
        """`size` bytes of a class went over the link."""
        self.unsaved += size
        if is_free:
            self._free[word] += size
        else:
            self._counted[word] += size
            self.used += size

    def month_is(self, month: str) -> None:
        """A trusted clock says so. A new month begins at 0; a step back in time takes no byte off the count."""
        if self.month is not None and month > self.month:
            self._counted.clear()
            self._free.clear()
            self.used = 0
        if month != self.month:
            self.month = month
            self.unsaved += 1

    def table(self) -> dict[str, Any]:
        """JSON-ready: what `of` takes."""
        return {"month": self.month, "bytes": self._words(self._counted), "depot_bytes": self._words(self._free)}

    @classmethod
    def of(cls, table: object) -> "Meter":
        """The meter of a table. ValueError for anything that `table` does not make."""
        meter = cls()
        if not isinstance(table, dict) or not isinstance(table.get("month", 0), str | None):
            raise ValueError("not a meter")
        meter.month = table["month"]
        meter._counted.update(_counts(table.get("bytes")))
        meter._free.update(_counts(table.get("depot_bytes")))
        meter.used = meter._counted.total()
        return meter

    def _words(self, counter: Counter[str]) -> dict[str, int]:
        return {word: counter[word] for word in CLASSES}


def _counts(found: object) -> Mapping[str, int]:
    if not isinstance(found, dict) or not all(type(count) is int and count >= 0 for count in found.values()):
        raise ValueError("not counts")
    return {word: count for word, count in found.items() if word in CLASSES}
