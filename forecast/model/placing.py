"""Scores of box anchors in, the best boxes that do not overlap out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Anchors = NDArray[np.int64]
Scores = NDArray[np.float64]
SCAN = 256  # candidates looked at in one go: most near a chosen box are blocked


@dataclass(frozen=True, slots=True)
class Candidates:
    """Anchors (lower left cells i, j) with their scores, best first."""

    i: Anchors
    j: Anchors
    score: Scores

    def __len__(self) -> int:
        """How many."""
        return len(self.i)

    def take(self, which: NDArray[np.bool_] | NDArray[np.int64] | slice) -> "Candidates":
        """Those that a mask, index array or slice picks, in order."""
        return Candidates(self.i[which], self.j[which], self.score[which])


def ranked(i: Anchors, j: Anchors, score: Scores) -> Candidates:
    """Candidates in order of falling score; equal scores keep the order they come in."""
    order = np.argsort(-score, kind="stable")
    return Candidates(i[order], j[order], score[order])


def greedy(candidates: Candidates, count: int, steps: int) -> Candidates:
    """The best candidate, then the best that does not overlap it, and so on: at most `count`. A box covers steps x steps cells."""
    return candidates.take(greedy_order(candidates, count, steps))


def greedy_order(candidates: Candidates, count: int, steps: int) -> Anchors:
    """Where in `candidates` the greedy boxes stand, in order."""
    if not len(candidates):
        return np.zeros(0, np.int64)
    i, j = candidates.i - candidates.i.min() + steps, candidates.j - candidates.j.min() + steps
    free = np.ones((int(i.max()) + steps, int(j.max()) + steps), np.bool_)
    flat = i * free.shape[1] + j
    chosen: list[int] = []
    at = 0
    while at < len(flat) and len(chosen) < count:
        ahead = free.ravel()[flat[at : at + SCAN]]
        step = int(ahead.argmax())
        if not ahead[step]:
            at += len(ahead)
            continue
        at += step
        chosen.append(at)
        free[i[at] - steps + 1 : i[at] + steps, j[at] - steps + 1 : j[at] + steps] = False
    return np.array(chosen, np.int64)


def joined(parts: list[Candidates]) -> Candidates:
    """Parts in one, in order."""
    if not parts:
        return Candidates(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    return Candidates(
        np.concatenate([p.i for p in parts]),
        np.concatenate([p.j for p in parts]),
        np.concatenate([p.score for p in parts]),
    )
