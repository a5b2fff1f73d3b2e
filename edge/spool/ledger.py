"""What is known in memory of one lane of one epoch: which numbers exist, which are receipted, and where they lie in the file."""

from bisect import bisect_right
from typing import Final

from edge.spool.group import Run
from edge.spool.rows import MARK_EVERY, Epoch, Stretch
from proto.lanes import Lane
from proto.ranges import Range, Ranges

NOWHERE: Final = 2**62


class Ledger:
    """Numbers of one lane of one epoch. `receipted` and `aside` are persisted; the rest is rebuilt at start."""

    def __init__(self, epoch: Epoch, lane: Lane) -> None:
        self.epoch = epoch
        self.lane = lane
        self.first = 1
        """The lowest number still in the file, or the next one when there is none."""
        self.last = 0
        """The highest number ever given, as far as the file tells."""
        self.receipted = Ranges()
        self.aside = Ranges()
        """Poison: refused or never answered; kept in the file, not sent again."""
        self.done = Ranges()
        """receipted + aside: what needs no sending."""
        self.bytes = 0
        self.dropped = 0
        """By this process."""
        self.is_dirty = False
        """Receipts arrived that are not in the file yet."""
        self._marks: list[tuple[int, int]] = []
        self._rows = 0

    def load(self, stretch: Stretch) -> None:
        """What the file holds of it."""
        self.first, self.last, self.bytes = stretch.first, max(self.last, stretch.last), stretch.bytes
        self._marks = stretch.marks
        self._rows = 1  # the first row added from now on need not be a mark

    def load_receipts(self, receipted: Ranges, aside: Ranges) -> None:
        """What headquarters had answered for."""
        self.receipted, self.aside = receipted, aside
        self.done = Ranges([*receipted, *aside])
        self.last = max(self.last, self.done.last)
        self.first = max(self.first, 1)

    def added(self, run: Run, row_id: int, size: int) -> None:
        """A row was committed."""
        if self._rows % MARK_EVERY == 0:
            self._marks.append((run.first, row_id))
        self._rows += 1
        self.last = run.last
        self.bytes += size

    def row_id_near(self, number: int) -> int:
        """A row id at or before the row that holds this number."""
        at = bisect_right(self._marks, number, key=lambda mark: mark[0]) - 1
        return self._marks[at][1] if at >= 0 else 0

    def receipt(self, ranges: Ranges) -> Ranges:
        """Headquarters has stored these; gives back those that are news."""
        news = Ranges(
            gap
            for first, last in ranges
            for gap in self.receipted.gaps(first, min(last, self.last))
            if gap[0] <= gap[1]
        )
        for first, last in news:
            self.receipted.add(first, last)
            self.done.add(first, last)
            self.is_dirty = True
        return news

    def set_aside(self, first: int, last: int) -> None:
        """These will not be sent any more."""
        self.aside.add(first, last)
        self.done.add(first, last)
        self.is_dirty = True

    def ask_again(self, ranges: Ranges) -> int:
        """Headquarters' store lacks these: mark what is still held as unsent. Gives back how many numbers."""
        count = 0
        for first, last in ranges:
            first, last = max(first, self.first), min(last, self.last)
            for number_range in _overlap(self.receipted, first, last):
                count += number_range[1] - number_range[0] + 1
                self.receipted.remove(*number_range)
                self.done.remove(*number_range)
                self.is_dirty = True
        return count

    def held(self) -> Ranges:
        """What is receipted and still in the file."""
        return Ranges(_overlap(self.receipted, self.first, self.last))

    def unreceipted(self) -> list[Range]:
        """The ranges that headquarters has not answered for, poison included."""
        return list(self.receipted.gaps(1, self.last)) if self.last else []

    def first_unsent(self) -> int | None:
        """The lowest number that still has to be sent."""
        gap = self.done.first_gap(1, self.last)
        return gap[0] if gap else None


def _overlap(ranges: Ranges, first: int, last: int) -> list[Range]:
    return [(max(a, first), min(b, last)) for a, b in ranges if a <= last and b >= first]
