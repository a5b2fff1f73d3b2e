"""Numbered bodies that are committed together: the unit of the promise."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from proto.lanes import Lane

ROW_BYTES: Final = 4096  # bodies in one row: a batch is two or three rows, and a drop is small


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive numbers of one lane, with their bodies. Its repr shows none of them, for it may end in a log."""

    lane: Lane
    first: int
    bodies: Sequence[bytes] = field(repr=False)

    @property
    def last(self) -> int:
        """The number of the last body."""
        return self.first + len(self.bodies) - 1

    def rows(self) -> Iterator["Run"]:
        """The same run in pieces of at most ROW_BYTES (or one body)."""
        start, size = 0, 0
        for at, body in enumerate(self.bodies):
            if size and size + len(body) > ROW_BYTES:
                yield Run(self.lane, self.first + start, self.bodies[start:at])
                start, size = at, 0
            size += len(body)
        yield Run(self.lane, self.first + start, self.bodies[start:])


@dataclass(frozen=True, slots=True)
class Group:
    """What one transaction adds: at most one run a lane. `born_s`: UTC seconds when the time was trusted, else None."""

    runs: tuple[Run, ...]
    born_s: int | None
