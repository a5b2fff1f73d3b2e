"""What the uplink asks of whoever takes what headquarters sends down, beside receipts; the link is one, for both."""

from collections.abc import Sequence
from typing import Protocol


class Downlink(Protocol):
    """Times are the event loop's, in seconds."""

    @property
    def words(self) -> frozenset[str]:
        """Which messages down it takes."""
        ...

    def connected(self) -> None:
        """A new connection, or headquarters is there again."""
        ...

    def take(self, word: str, payload: bytes, now_s: float) -> None:
        """A message came down. Raises FrameError: it is none of this word."""
        ...

    def sayings(self, now_s: float) -> list[tuple[str, bytes]]:
        """What to say up now, as (word, message); it counts as said."""
        ...

    def next_due_s(self) -> float | None:
        """When there is something to say next without anything coming; None: never."""
        ...


class Downlinks:
    """Several as one: each takes its own words."""

    def __init__(self, parts: Sequence[Downlink] = ()) -> None:
        self._parts = parts
        self._by_word = {word: part for part in parts for word in part.words}

    @property
    def words(self) -> frozenset[str]:
        return frozenset(self._by_word)

    def connected(self) -> None:
        for part in self._parts:
            part.connected()

    def take(self, word: str, payload: bytes, now_s: float) -> None:
        self._by_word[word].take(word, payload, now_s)

    def sayings(self, now_s: float) -> list[tuple[str, bytes]]:
        return [said for part in self._parts for said in part.sayings(now_s)]

    def next_due_s(self) -> float | None:
        dues = [part.next_due_s() for part in self._parts]
        return min((due for due in dues if due is not None), default=None)
