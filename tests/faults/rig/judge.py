"""What was said, promised, and exported -> what was lost, doubled or invented."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from proto.ranges import Range, Ranges
from simulator.numbered import number
from tests.faults.rig.campaign import Found

Promises = dict[tuple[str, str], Ranges]
"""By epoch (hexadecimal) and lane (its word): the numbers that were announced as stored."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts. `lost`: announced as stored, not at headquarters; `invented`: reads at headquarters that nobody said."""

    said: int
    stored: int
    at_headquarters: int
    lost: int
    doubled: int
    invented: int

    @property
    def is_good(self) -> bool:
        """Something was stored, all of it is there once, and nothing else."""
        return self.stored > 0 and not (self.lost or self.doubled or self.invented)

    def found(self) -> Found:
        """The same as a torture reports it."""
        return Found(self.stored, self.at_headquarters, self.lost, self.invented, self.doubled)


def judge(said: Iterable[int], promised: Promises, exported: list[dict[str, Any]], vehicle: str = "car-1") -> Verdict:
    """`exported`: lines of `patrol-hq export`. Doubled is an identity, or a read, that stands there twice."""
    events = [event for event in exported if event["vehicle"] == vehicle]
    identities = Counter((event["epoch"], event["lane"], event["seq"]) for event in events)
    there: Promises = {}
    for epoch, lane, seq in identities:
        there.setdefault((epoch, lane), Ranges()).add(seq, seq)
    reads = Counter(number(event["vrm"]) for event in events if event["kind"] == "read")
    known = set(said)
    return Verdict(
        said=len(known),
        stored=sum(ranges.count() for ranges in promised.values()),
        at_headquarters=len(identities),
        lost=missing(promised, there),
        doubled=sum((identities + Counter(reads)).values()) - len(identities) - len(reads),
        invented=sum(read not in known for read in reads),
    )


def missing(promised: Promises, *there: Promises) -> int:
    """How many promised numbers are in none of these places."""
    return sum(
        last - first + 1
        for stream, ranges in promised.items()
        for first, last in _gaps(ranges, [place[stream] for place in there if stream in place])
    )


def _gaps(wanted: Ranges, there: list[Ranges]) -> list[Range]:
    found = Ranges(number_range for ranges in there for number_range in ranges)
    return [gap for first, last in wanted for gap in found.gaps(first, last)]
