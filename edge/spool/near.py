"""Bodies that are in memory anyway -> batches without a visit to the file: the newest ones, and those read ahead.

The store's thread is busy with commits; a batch that has to wait for it costs the uplink a third of its rate.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from typing import Final

from edge.spool.group import Run
from proto.ranges import Range, Ranges

TAIL_BYTES: Final = 384 * 1024  # of one lane, cost included: a quarter of a second at 18,000 reads/s, ten minutes at 5
BODY_COST_BYTES: Final = (
    48  # of memory beside its bytes: the object's head, its place in a list, what the allocator rounds up
)
RUN_COST_BYTES: Final = 200
AHEAD_EVENTS: Final = 2048
AHEAD_BYTES: Final = 128 * 1024

Numbered = tuple[int, bytes]


class Tail:
    """The newest runs of one lane of this epoch, whole and without gaps, until they are answered for."""

    def __init__(self) -> None:
        self._runs: deque[Run] = deque()
        self._bytes = 0

    def add(self, run: Run) -> None:
        """A run was committed; the oldest ones leave memory."""
        self._runs.append(run)
        self._bytes += _cost(run)
        while self._bytes > TAIL_BYTES and len(self._runs) > 1:
            self._bytes -= _cost(self._runs.popleft())

    def answered(self, done: Ranges) -> None:
        """These numbers need no sending; should they ever be asked for again, the file has them."""
        while self._runs and done.covers(self._runs[0].first, self._runs[0].last):
            self._bytes -= _cost(self._runs.popleft())

    def read(self, wanted: Range) -> Iterator[Numbered] | None:
        """(number, body) of the wanted numbers; None when they begin before the tail."""
        if not self._runs or wanted[0] < self._runs[0].first:
            return None
        return self._read(*wanted)

    def _read(self, first: int, last: int) -> Iterator[Numbered]:
        for run in self._runs:
            if run.first > last:
                return
            if run.last >= first:
                start = max(first, run.first)
                yield from enumerate(run.bodies[start - run.first : last + 1 - run.first], start)


class Ahead:
    """What one visit to the file brought of one lane: everything that exists between two numbers."""

    def __init__(self, covered: Range, numbered: list[Numbered]) -> None:
        self._covered = covered
        self._numbered = numbered

    def is_answered(self, done: Ranges) -> bool:
        """Whether nothing of it needs sending any more."""
        return done.covers(*self._covered)

    def read(self, wanted: Range) -> Iterator[Numbered] | None:
        """(number, body) of the wanted numbers, as far as they were read ahead; None when they were not."""
        first, last = self._covered
        if not first <= wanted[0] <= last:
            return None
        begin = bisect_left(self._numbered, (wanted[0], b""))
        return (pair for pair in self._numbered[begin : begin + AHEAD_EVENTS] if pair[0] <= wanted[1])


def _cost(run: Run) -> int:
    return RUN_COST_BYTES + sum(map(len, run.bodies)) + BODY_COST_BYTES * len(run.bodies)
