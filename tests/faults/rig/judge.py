"""What was said, promised, and exported -> what was lost, doubled or invented."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from proto.ranges import Ranges
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
        lost=sum(_missing(ranges, there.get(stream, Ranges())) for stream, ranges in promised.items()),
        doubled=sum((identities + Counter(reads)).values()) - len(identities) - len(reads),
        invented=sum(read not in known for read in reads),
    )


def _missing(wanted: Ranges, there: Ranges) -> int:
    return sum(b - a + 1 for first, last in wanted for a, b in there.gaps(first, last))
