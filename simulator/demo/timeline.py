"""How long the drive lasts -> when what goes wrong in it, and how many wanted vehicles there is room for. Pure.

Of 20 s: the camera is unplugged from 4 to 6, the broker is away from 9 to 12, the daemon is killed at 15. Any other
length stretches all of it: 60 s has the camera unplugged from 12 to 18.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from simulator.traffic import clear_of, passages

USUAL_S: Final = 20
USUAL_SEED: Final = 52  # of its listed vehicles, some pass before and after each fault, and while the broker is away
SHORTEST_S: Final = 12  # listed vehicles keep 1 s away from five edges: below it, none may be left
LONGEST_S: Final = 3600
READS_A_SECOND: Final = 10.0  # as many as an eye can follow
HITS_A_SECOND: Final = 0.5


@dataclass(frozen=True, slots=True)
class Timeline:
    """When, in seconds after the start."""

    unplug_s: float
    replug_s: float
    cut_s: float
    back_s: float
    kill_s: float
    end_s: float

    @property
    def edges_s(self) -> tuple[float, ...]:
        """What listed vehicles keep clear of."""
        return self.unplug_s, self.replug_s, self.cut_s, self.back_s, self.kill_s

    @property
    def reads(self) -> int:
        """How many reads the camera says."""
        return round(self.end_s * READS_A_SECOND)


def timeline(seconds: int) -> Timeline:
    """ValueError: the drive is too short to hold its faults, or longer than an hour."""
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise ValueError(
            f"a drive lasts {SHORTEST_S} to {LONGEST_S} seconds, not {seconds}: what goes wrong in it needs room"
        )
    return Timeline(*(at_s * seconds / USUAL_S for at_s in (4, 6, 9, 12, 15, 20)))


def hits(when: Timeline, seed: int) -> int:
    """How many listed vehicles pass: one every two seconds, or as many as keep clear of the faults' edges."""
    passing = passages(seed, READS_A_SECOND, when.reads, 1)
    return min(int(when.end_s * HITS_A_SECOND), _count(clear_of(passage, when.edges_s) for passage in passing))


def _count(truths: Iterable[bool]) -> int:
    return sum(truths)
