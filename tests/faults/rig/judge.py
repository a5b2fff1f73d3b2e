"""What was said, promised, and exported -> what was lost, doubled, invented or skipped. One pass over the export."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from proto.ranges import Range, Ranges
from simulator.numbered import number
from tests.faults.rig.campaign import Found
from tests.faults.rig.promised import Numbers, Promised


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts. `lost`: announced as stored, and not at headquarters, or under a number that another event has, too.

    `invented`: reads at headquarters that nobody said.

    `skipped`: reads that are missing between two others of the same life of the daemon: lost before they were numbered.
    """

    said: int
    stored: int
    at_headquarters: int
    lost: int
    doubled: int
    invented: int
    skipped: int = 0

    @property
    def is_good(self) -> bool:
        """Something was stored, all of it is there once, and nothing else."""
        return self.stored > 0 and not (self.lost or self.doubled or self.invented)

    def found(self) -> Found:
        """The same as a torture reports it."""
        more = {"said": self.said, "skipped": self.skipped}
        return Found(self.stored, self.at_headquarters, self.lost, self.invented, self.doubled, more=more)


class _Export:
    """What stands at headquarters of one vehicle."""

    def __init__(self) -> None:
        self.there: Numbers = {}
        self.doubled = 0
        self.reads: dict[str, set[int]] = {}
        """By epoch."""
        self.foreign = 0
        """Reads with a plate that no generator makes."""

    def add(self, event: dict[str, Any]) -> None:
        there = self.there.setdefault((event["epoch"], event["lane"]), Ranges())
        self.doubled += event["seq"] in there
        there.add(event["seq"], event["seq"])
        if event["kind"] == "read":
            read = number(event["vrm"])
            of_epoch = self.reads.setdefault(event["epoch"], set())
            self.foreign += read is None
            if read is not None:
                self.doubled += read in of_epoch
                of_epoch.add(read)


def judge(
    said: Iterable[int], promised: Promised, exported: Iterable[dict[str, Any]], vehicle: str = "car-1"
) -> Verdict:
    """`exported`: lines of `patrol-hq export`. Doubled is an identity, or a read, that stands there twice."""
    known, export = set(said), _Export()
    for event in exported:
        if event["vehicle"] == vehicle:
            export.add(event)
    reads: set[int] = set().union(*export.reads.values())
    twice = sum(map(len, export.reads.values())) - len(reads)
    return Verdict(
        said=len(known),
        stored=promised.given(),
        at_headquarters=sum(ranges.count() for ranges in export.there.values()),
        lost=missing(promised.numbers, export.there) + promised.twice(),
        doubled=export.doubled + twice,
        invented=export.foreign + len(reads - known),
        skipped=_skipped(sorted(known), export.reads),
    )


def missing(promised: Numbers, *there: Numbers) -> int:
    """How many promised numbers are in none of these places."""
    return sum(
        last - first + 1
        for stream, ranges in promised.items()
        for first, last in _gaps(ranges, [place[stream] for place in there if stream in place])
    )


def _gaps(wanted: Ranges, there: list[Ranges]) -> list[Range]:
    found = Ranges(number_range for ranges in there for number_range in ranges)
    return [gap for first, last in wanted for gap in found.gaps(first, last)]


def _skipped(said: list[int], reads: dict[str, set[int]]) -> int:
    """Each life reads one stretch of what was said."""
    between = (bisect_right(said, max(there)) - bisect_left(said, min(there)) for there in reads.values() if there)
    return sum(between) - len(set().union(*reads.values()) & set(said))
