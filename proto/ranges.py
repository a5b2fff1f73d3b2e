"""Sets of sequence numbers as sorted, disjoint, closed ranges: what is receipted, what is in flight, what is missing. [proto-4]"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Final

MAX_NUMBER: Final = 2**48  # at 1,000 events a second, 8,900 years of one lane of one epoch

Range = tuple[int, int]


class Ranges:
    """A set of whole numbers >= 1. Adding and removing cost the number of ranges they touch; touching ranges join."""

    __slots__ = ("_firsts", "_lasts")

    def __init__(self, ranges: Iterable[Range] = ()) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in ranges:
            self.add(first, last)

    def __iter__(self) -> Iterator[Range]:
        return zip(self._firsts, self._lasts, strict=True)

    def __len__(self) -> int:
        """How many ranges, not how many numbers."""
        return len(self._firsts)

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self._firsts, number) - 1
        return at >= 0 and number <= self._lasts[at]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ranges) and self._firsts == other._firsts and self._lasts == other._lasts

    __hash__ = None  # type: ignore[assignment]  # mutable

    def __repr__(self) -> str:
        return f"Ranges({list(self)})"

    @property
    def last(self) -> int:
        """The greatest number held; 0 when empty (numbers begin at 1)."""
        return self._lasts[-1] if self._lasts else 0

    def count(self) -> int:
        """How many numbers."""
        return sum(self._lasts) - sum(self._firsts) + len(self._firsts)

    def add(self, first: int, last: int) -> None:
        """Add first..last, both included. Raises ValueError unless 1 <= first <= last <= MAX_NUMBER."""
        if not 1 <= first <= last <= MAX_NUMBER:
            raise ValueError(f"not a range: {first}..{last}")
        begin = bisect_left(self._lasts, first - 1)
        end = bisect_right(self._firsts, last + 1)
        if begin < end:
            first = min(first, self._firsts[begin])
            last = max(last, self._lasts[end - 1])
        self._firsts[begin:end] = [first]
        self._lasts[begin:end] = [last]

    def remove(self, first: int, last: int) -> None:
        """Take first..last out; numbers not held are no error, nor is an empty stretch (first > last)."""
        if first > last:
            return
        begin = bisect_left(self._lasts, first)
        end = bisect_right(self._firsts, last)
        if begin >= end:
            return
        left, right = self._firsts[begin], self._lasts[end - 1]
        kept = [r for r in ((left, first - 1), (last + 1, right)) if r[0] <= r[1]]
        self._firsts[begin:end] = [r[0] for r in kept]
        self._lasts[begin:end] = [r[1] for r in kept]

    def covers(self, first: int, last: int) -> bool:
        """Whether every number of first..last is held."""
        at = bisect_right(self._firsts, first) - 1
        return at >= 0 and last <= self._lasts[at]

    def gaps(self, first: int, last: int) -> Iterator[Range]:
        """The ranges inside first..last that are not held, in order."""
        at = bisect_left(self._lasts, first)
        while first <= last:
            if at == len(self._firsts) or self._firsts[at] > last:
                yield first, last
                return
            if first < self._firsts[at]:
                yield first, self._firsts[at] - 1
            first = self._lasts[at] + 1
            at += 1

    def first_gap(self, first: int, last: int) -> Range | None:
        """The first range inside first..last that is not held, or None when all is."""
        if first > last:
            return None
        at = bisect_left(self._lasts, first)
        if at < len(self._firsts) and self._firsts[at] <= first:
            first, at = self._lasts[at] + 1, at + 1
        end = last if at == len(self._firsts) else min(last, self._firsts[at] - 1)
        return (first, end) if first <= last else None

    def flat(self) -> list[int]:
        """first, last, first, last, ...: the wire form."""
        return [number for pair in self for number in pair]


def from_flat(numbers: object) -> Ranges:
    """The set a wire form names. Raises ValueError on anything but an even list of ordered whole numbers."""
    if not isinstance(numbers, list | tuple) or len(numbers) % 2 or not all(type(n) is int for n in numbers):
        raise ValueError("not a list of ranges")
    return Ranges(zip(numbers[::2], numbers[1::2], strict=True))
