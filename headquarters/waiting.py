"""What one task puts, many at a time, for the one that takes: bounded, and what finds no room is counted."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Waiting(Generic[T]):
    """A queue that never makes the putting side wait and hands out all that waits, up to a bound, at once."""

    def __init__(self, most: int) -> None:
        self._items: deque[T] = deque()
        self._most = most
        self._stirred = asyncio.Event()
        self._closed = False
        self.dropped = 0
        """How many found no room."""

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: T) -> bool:
        """Whether there was room. After `close` there is none, and nothing is counted."""
        if self._closed:
            return False
        if len(self._items) >= self._most:
            self.dropped += 1
            return False
        self._items.append(item)
        self._stirred.set()
        return True

    def close(self) -> None:
        """Nothing more is let in; what waits can still be taken."""
        self._closed = True
        self._stirred.set()

    async def take(self, most: int) -> list[T]:
        """One or more items, oldest first, at most `most`; none when closed and empty. Cancelling it loses nothing."""
        while not self._items and not self._closed:
            self._stirred.clear()
            await self._stirred.wait()
        return [self._items.popleft() for _ in range(min(most, len(self._items)))]
