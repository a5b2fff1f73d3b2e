"""Failures in a row -> seconds to wait: full jitter, doubling, capped."""

from collections.abc import Callable
from typing import Final

FIRST_S: Final = 0.25
LONGEST_S: Final = 4.0  # with the connect time-out of 4 s, a link is back within 8 s of the broker


class Backoff:
    """How long to wait before the next try. `jitter(most)` draws evenly from 0..most, in seconds."""

    def __init__(self, jitter: Callable[[float], float]) -> None:
        self._jitter = jitter
        self._most_s = FIRST_S

    def next_s(self) -> float:
        """The wait after one more failure."""
        most_s, self._most_s = self._most_s, min(LONGEST_S, self._most_s * 2)
        return self._jitter(most_s)

    def reset(self) -> None:
        """It worked: the next failure is a first one."""
        self._most_s = FIRST_S
