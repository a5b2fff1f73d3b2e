"""What is known in memory of one lane of one epoch: which numbers exist, which are receipted, and where they lie in the file."""

from bisect import bisect_right
from operator import itemgetter
from typing import Final

from edge.spool.group import Run
from edge.spool.near import Ahead, Tail
from edge.spool.rows import MARK_EVERY, Epoch, Row, Stretch, size_of
from proto.lanes import Lane
from proto.ranges import Range, Ranges

NOWHERE: Final = 2**62


class Ledger:
    """Numbers of one lane of one epoch. `receipted` and `aside` are persisted; the rest is rebuilt at start."""

    def __init__(self, epoch: Epoch, lane: Lane) -> None:
        self.epoch = epoch
        self.lane = lane
        self.first = 1
        """No lower number is in the file; the next one when none is."""
        self.last = 0
        """The highest number ever given, as far as the file tells."""
        self.receipted = Ranges()
        self.aside = Ranges()
        """Poison: refused or never answered; kept in the file, not sent again."""
        self.done = Ranges()
        """receipted + aside: what needs no sending."""
        self.rows = 0
        self.bytes = 0
        """What its rows take of the lane's quota."""
        self.dropped = 0
        """By this process."""
        self.is_dirty = False
        """Receipts arrived that are not in the file yet."""
        self.tail = Tail()
        self.ahead: Ahead | None = None
        self._marks: list[tuple[int, int]] = []
        self._rows_until_mark = 0

    def load(self, stretch: Stretch) -> None:
        """What the file holds of it."""
        self.first, self.last = stretch.first, max(self.last, stretch.last)
        self.rows, self.bytes = stretch.rows, stretch.bytes
        self._marks = stretch.marks
        self._rows_until_mark = MARK_EVERY - 1

    def load_receipts(self, receipted: Ranges, aside: Ranges) -> None:
        """What headquarters had answered for."""
        self.receipted, self.aside = receipted, aside
        self.done = Ranges([*receipted, *aside])
        self.last = max(self.last, self.done.last)
        if not self.rows:
            self.first = self.last + 1

    def added(self, run: Run, row_id: int) -> None:
        """A row was committed."""
        if self._rows_until_mark == 0:
            self._marks.append((run.first, row_id))
            self._rows_until_mark = MARK_EVERY
        self._rows_until_mark -= 1
        self.last = run.last
        self.rows += 1
        self.bytes += size_of(run)
        self.tail.add(run)

    def deleted(self, row: Row) -> int:
        """A row left the file; how many of its numbers nobody had answered for."""
        self.rows -= 1
        self.bytes -= row.bytes
        if not self.rows:
            self.first = self.last + 1
        elif row.first <= self.first:
            self.first = row.last + 1
        self._forget_marks()
        lost = sum(last - first + 1 for first, last in self.done.gaps(row.first, row.last))
        self.dropped += lost
        return lost

    def row_id_near(self, number: int) -> int:
        """A row id at or before the row that holds this number."""
        at = bisect_right(self._marks, number, key=itemgetter(0)) - 1
        return self._marks[at][1] if at >= 0 else 0

    def _forget_marks(self) -> None:
        """Of what lies before the first row; a process that runs for weeks would gather megabytes of them."""
        gone = bisect_right(self._marks, self.first, key=itemgetter(0)) - 1
        if gone > 0:
            del self._marks[:gone]

    def receipt(self, ranges: Ranges) -> Ranges:
        """Headquarters has stored these; gives back those that are news."""
        news = Ranges(gap for first, last in ranges for gap in self.receipted.gaps(first, min(last, self.last)))
        for first, last in news:
            self.receipted.add(first, last)
            self.aside.remove(first, last)
            self.done.add(first, last)
            self.is_dirty = True
        self.tail.answered(self.done)
        if self.ahead is not None and self.ahead.is_answered(self.done):
            self.ahead = None
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

    @property
    def unsent_bytes(self) -> int:
        """What of `bytes` is not answered for, estimated by the share of its numbers."""
        held = self.last - self.first + 1
        unsent = sum(last - first + 1 for first, last in self.done.gaps(self.first, self.last)) if held else 0
        return self.bytes * unsent // held if unsent else 0

    def first_unsent(self) -> int | None:
        """The lowest number that still has to be sent."""
        gap = self.done.first_gap(1, self.last)
        return gap[0] if gap else None


def _overlap(ranges: Ranges, first: int, last: int) -> list[Range]:
    return [(max(a, first), min(b, last)) for a, b in ranges if a <= last and b >= first]
