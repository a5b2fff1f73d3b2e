"""Intake -> recorder: one bounded queue that never makes the intake wait. When it is full, reads are dropped and counted."""

import asyncio
from collections import Counter, deque
from typing import Final, Generic, TypeVar

T = TypeVar("T")

MOST: Final = 32_768  # nine minutes at 60 reads/s while a card stalls; about 16 MB
RESERVE: Final = 1_024  # places that only what is urgent may take
MOST_AT_ONCE: Final = 4_096  # one commit: a card that needs 100 ms for it still takes 40,000 events/s


class Inbox(Generic[T]):
    """Items wait here until enough of them, or the oldest of them long enough, to be worth a commit."""

    def __init__(self, group_events: int, group_s: float) -> None:
        self._group_events = group_events
        self._group_s = group_s
        self._items: deque[T] = deque()
        self._ready = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self.dropped: Counter[str] = Counter()
        """What did not fit since the recorder last looked, by lane."""

    def __len__(self) -> int:
        return len(self._items)

    def offer(self, item: T, lane: str, *, urgent: bool = False) -> bool:
        """Puts an item in line. False when there was no place: it is counted and gone."""
        waiting = len(self._items)
        if waiting >= (MOST if urgent else MOST - RESERVE):
            self.dropped[lane] += 1
            return False
        self._items.append(item)
        if urgent or waiting + 1 >= self._group_events:
            self._ready.set()
        elif self._timer is None and not self._ready.is_set():
            self._timer = asyncio.get_running_loop().call_later(self._group_s, self._ready.set)
        return True

    def flush(self) -> None:
        """What waits is worth a commit now."""
        self._ready.set()

    async def take(self) -> list[T]:
        """The next group, at most MOST_AT_ONCE items; empty only after `flush`."""
        await self._ready.wait()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        items = [self._items.popleft() for _ in range(min(len(self._items), MOST_AT_ONCE))]
        if not self._items:  # what is left has waited behind a whole commit already, and may be urgent
            self._ready.clear()
        return items
