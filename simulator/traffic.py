"""A seed, a rate and a number of reads -> the passages of vehicles through the cameras' view, in order of their start."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import Final, NamedTuple

READS_A_PASSAGE: Final = (1, 6)  # least and most
CLEAR_S: Final = 1.0  # listed vehicles stay this far from the edges of faults, where nobody can say what was heard
_GAP_S: Final = (0.1, 0.35)  # between two reads of one passage


class Passage(NamedTuple):
    """One vehicle in view of one camera, once: one track."""

    track: int
    camera: int
    reads_s: tuple[float, ...]
    """When it is read, seconds after the start; rising, 1 to 6 of them."""


def passages(seed: int, rate: float, reads: int, cameras: int) -> Iterator[Passage]:
    """Passages with `reads` reads in all, at `rate` reads a second over all cameras; their starts rise."""
    chance = Random(f"{seed}/traffic")
    said = track = 0
    while said < reads:
        count = min(chance.randint(*READS_A_PASSAGE), reads - said)
        at_s = (said + chance.random() * count) / rate
        times = [at_s]
        for _ in range(count - 1):
            times.append(times[-1] + chance.uniform(*_GAP_S))
        yield Passage(track, chance.randrange(cameras), tuple(times))
        said += count
        track += 1


def single_passages(rate: float, reads: int, cameras: int) -> Iterator[Passage]:
    """As many passages as reads, evenly spaced, cameras in turn: the traffic of `--unique`. Track n holds read n."""
    for number in range(reads):
        yield Passage(number, number % cameras, (number / rate,))


def clear_of(passing: Passage, edges_s: Sequence[float]) -> bool:
    """Whether the whole passage keeps CLEAR_S away from each of these times."""
    first_s, last_s = passing.reads_s[0] - CLEAR_S, passing.reads_s[-1] + CLEAR_S
    return not any(first_s <= edge_s <= last_s for edge_s in edges_s)


def listed_tracks(passing: Iterable[Passage], edges_s: Sequence[float], hits: float, seed: int) -> list[int]:
    """The tracks that listed vehicles drive, rising: `hits` of them, or that share of all passages when below 1.

    ValueError: fewer passages keep clear of the edges.
    """
    clear = array("I")
    total = 0
    for passage in passing:
        total += 1
        if clear_of(passage, edges_s):
            clear.append(passage.track)
    wanted = int(hits) if hits >= 1 else round(hits * total)
    if wanted > len(clear):
        raise ValueError(
            f"{wanted} listed vehicles cannot pass: of {total} passages, {len(clear)} keep {CLEAR_S:g} s away from faults"
        )
    places = Random(f"{seed}/hits").sample(range(len(clear)), wanted)
    return sorted(clear[place] for place in places)
