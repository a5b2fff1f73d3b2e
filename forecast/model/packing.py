"""Greedy boxes in, a better packing of boxes that do not overlap out: a search that lets two good neighbours replace one better box."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecast.model.placing import Anchors, Candidates, greedy_order, joined

TILES = 5  # a box is so many tiles wide; one rival from each tile is tried, its best: near twins bring nothing
SWEEPS = 6  # a bound on the time; only boxes that moved are looked at again
MEMBERS = 120  # places looked at for a pair, best first
LEAST_GAIN: Final = 1e-8  # above the rounding of scores, or the search could circle
Counts = NDArray[np.uint8]


def packed(candidates: Candidates, count: int, steps: int) -> Candidates:
    """At most `count` boxes that do not overlap, best first; in total never worse than greedy. A box covers steps x steps cells."""
    start = greedy_order(candidates, count, steps)
    if len(start) < count or count < 2:
        return candidates.take(start)
    chosen = _settled(candidates, _searched(_thinned(candidates, start, max(1, steps // TILES)), count, steps), steps)
    return chosen.take(np.argsort(-chosen.score, kind="stable"))


def _thinned(candidates: Candidates, start: Anchors, tile: int) -> Candidates:
    """The best candidate of each tile and the greedy boxes, best first."""
    width = int(candidates.j.max()) // tile + 2
    _, first = np.unique(candidates.i // tile * width + candidates.j // tile, return_index=True)
    return candidates.take(np.union1d(first, start))


def _searched(pool: Candidates, count: int, steps: int) -> Candidates:
    """Re-solves each pair of neighbours (and each box with the worst one) until no pair can be placed better."""
    chosen = greedy_order(pool, count, steps)
    clash = _clashes(pool, chosen, steps)
    taken = clash.sum(axis=1, dtype=np.uint8)
    waiting = np.ones(count, np.bool_)
    for _ in range(SWEEPS):
        if not waiting.any():
            break
        for a in np.flatnonzero(waiting):
            waiting[a] = False
            for b in _partners(pool.take(chosen), int(a), steps):
                better = _best_pair(pool, clash, taken, int(a), int(b), float(pool.score[chosen[[a, b]]].sum()), steps)
                if better is not None:
                    chosen[[a, b]] = better
                    clash[:, [a, b]] = _clashes(pool, chosen[[a, b]], steps)
                    taken = clash.sum(axis=1, dtype=np.uint8)
                    waiting[[a, b]] = True
    return pool.take(chosen)


def _clashes(pool: Candidates, chosen: Anchors, steps: int) -> Counts:
    """1 where a candidate overlaps a chosen box, (pool, chosen), columns contiguous; a box overlaps itself."""
    overlap = np.abs(pool.i[chosen][:, None] - pool.i) < steps
    overlap &= np.abs(pool.j[chosen][:, None] - pool.j) < steps
    return np.asarray(overlap.view(np.uint8).T)


def _partners(boxes: Candidates, a: int, steps: int) -> Anchors:
    """Boxes near enough to `a` that a candidate could overlap both, and the worst of all."""
    near = (np.abs(boxes.i - boxes.i[a]) < 2 * steps) & (np.abs(boxes.j - boxes.j[a]) < 2 * steps)
    near[int(boxes.score.argmin())] = True
    near[a] = False
    return np.flatnonzero(near)


def _best_pair(
    pool: Candidates, clash: Counts, taken: Counts, a: int, b: int, now: float, steps: int
) -> Anchors | None:
    """The two candidates that do best in the place of boxes a and b, or None when these are the best."""
    members = np.flatnonzero(taken == clash[:, a] + clash[:, b])[:MEMBERS]
    i, j, score = pool.i[members], pool.j[members], pool.score[members]
    apart = (np.abs(i[:, None] - i) >= steps) | (np.abs(j[:, None] - j) >= steps)
    sums = np.where(apart, score[:, None] + score, 0.0)
    best = int(sums.argmax())
    first, second = divmod(best, len(members))
    return members[[first, second]] if sums[first, second] > now + LEAST_GAIN else None


def _settled(candidates: Candidates, chosen: Candidates, steps: int) -> Candidates:
    """Each box, best first, moved to the best candidate that overlaps none of the others."""
    for index in np.argsort(-chosen.score, kind="stable"):
        others = np.arange(len(chosen)) != index
        i, j = chosen.i[index], chosen.j[index]
        near = (
            (np.abs(candidates.i - i) < steps)
            & (np.abs(candidates.j - j) < steps)
            & (candidates.score > chosen.score[index])
        )
        rivals = candidates.take(np.flatnonzero(near))
        fits = ~_overlaps(rivals, chosen.take(others), steps)
        if fits.any():
            best = rivals.take(np.flatnonzero(fits)[:1])
            chosen = joined([chosen.take(np.arange(index)), best, chosen.take(np.arange(index + 1, len(chosen)))])
    return chosen


def _overlaps(some: Candidates, boxes: Candidates, steps: int) -> NDArray[np.bool_]:
    """Which of `some` overlap any of the boxes."""
    return np.asarray(
        ((np.abs(some.i[:, None] - boxes.i) < steps) & (np.abs(some.j[:, None] - boxes.j) < steps)).any(axis=1)
    )
