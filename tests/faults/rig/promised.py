"""What a car announced as stored, over all its lives -> numbers, and how many events: more than numbers, if a number was given twice."""

from dataclasses import dataclass, field
from typing import Any

from proto.ranges import Ranges

Numbers = dict[tuple[str, str], Ranges]
"""By epoch (hexadecimal) and lane (its word)."""


@dataclass(slots=True)
class Promised:
    """A number names one event for ever; where two were announced under it, one promise cannot be kept."""

    numbers: Numbers = field(default_factory=dict)
    events: int = 0

    def hear(self, line: dict[str, Any]) -> None:
        """A `stored` line of the daemon's socket."""
        add(line, self.numbers)
        self.events += line["last"] - line["first"] + 1

    def join(self, other: "Promised") -> None:
        """What another car announced that counts as the same vehicle, or the same one in another life."""
        for stream, ranges in other.numbers.items():
            mine = self.numbers.setdefault(stream, Ranges())
            for first, last in ranges:
                mine.add(first, last)
        self.events += other.events

    def copy(self) -> "Promised":
        """As things stand."""
        return Promised({stream: Ranges(ranges) for stream, ranges in self.numbers.items()}, self.events)

    def given(self) -> int:
        """How many numbers."""
        return sum(ranges.count() for ranges in self.numbers.values())

    def twice(self) -> int:
        """How many events share their number with an earlier one."""
        return self.events - self.given()


def add(line: dict[str, Any], numbers: Numbers) -> int:
    """How many of the numbers of a `stored` or `receipt` line are new."""
    ranges = numbers.setdefault((line["epoch"], line["lane"]), Ranges())
    new = 0
    for first, last in line.get("ranges") or [(line["first"], line["last"])]:
        new += sum(b - a + 1 for a, b in ranges.gaps(first, last))
        ranges.add(first, last)
    return new
