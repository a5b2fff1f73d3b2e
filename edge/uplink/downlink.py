"""What the uplink asks of whoever takes what headquarters sends down, beside receipts; the link is one, for both."""

from typing import Protocol


class Downlink(Protocol):
    """Times are the event loop's, in seconds."""

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


class NoDownlink:
    """Nobody takes anything."""

    def connected(self) -> None: ...

    def take(self, word: str, payload: bytes, now_s: float) -> None: ...

    def sayings(self, now_s: float) -> list[tuple[str, bytes]]:  # noqa: ARG002
        return []

    def next_due_s(self) -> float | None:
        return None
