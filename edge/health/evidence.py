"""What one look at a device found -> evidence of one ailment, kept from look to look. Pure; seconds are the caller's.

Every kind of evidence has two thresholds: `holds` begins an ailment, `is_over` ends it, and between them nothing
changes. So a lens that lets one plate in ten through is one report, not a storm of them.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

WINDOW_LOOKS: Final = 60
GARBLED_LEAST: Final = 30  # pieces of junk in a window: a plug that was pulled and put back makes a few
GARBLED_SHARE: Final = 0.9  # of all that came; a wrong line speed makes nothing but junk
CLEAN_SHARE: Final = 0.5
CLEAN_LEAST: Final = 3
REGAINED: Final = 5  # times that what was lacking is there again: one gleam is no cure

FRAMING: Final = frozenset({"noise", "cut off", "too long", "checksum", "no checksum", "bad field"})
"""Reasons of junk that a device does not give when dialect, line speed and cable are right."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a device did since the look before, and what the car and its other cameras did meanwhile."""

    elapsed_s: float
    moved_s: float = 0.0
    """Of driving: `elapsed_s`, or 0 while the car stands or nobody knows."""
    spoke: bool = False
    """A byte came."""
    readings: int = 0
    garbled: int = 0
    """Pieces of junk of a reason in FRAMING."""
    others: int = 0
    """Plates that the other cameras read."""
    hour: int | None = None
    """Of the day, UTC; None while the car does not know."""


class Evidence(Protocol):
    """Of one ailment of one device."""

    def take(self, look: Look, /) -> None:
        """One look more."""
        ...

    def holds(self) -> bool:
        """Enough to say that the device has it."""
        ...

    def is_over(self) -> bool:
        """Enough to say that it has not, or no more."""
        ...


class Lack:
    """For how long something that should come has not come."""

    def __init__(self, comes: Callable[[Look], int], is_telling: Callable[["Lack"], bool]) -> None:
        self.elapsed_s = 0.0
        self.moved_s = 0.0
        self.others = 0
        """Plates that the other cameras read meanwhile, while the car moved."""
        self._comes = comes
        self._is_telling = is_telling
        self._regained = REGAINED

    def take(self, look: Look, /) -> None:
        """Ends with what was lacking; else goes on."""
        if count := self._comes(look):
            self.elapsed_s = self.moved_s = self.others = 0
            self._regained = min(self._regained + count, REGAINED)
            return
        self.elapsed_s += look.elapsed_s
        if look.moved_s:
            self.moved_s += look.moved_s
            self.others += look.others
        if self.holds():
            self._regained = 0

    def holds(self) -> bool:
        """It has been lacking for too long."""
        return self._is_telling(self)

    def is_over(self) -> bool:
        """It has come REGAINED times since."""
        return self._regained >= REGAINED


class Garble:
    """The share of junk in the last WINDOW_LOOKS looks."""

    def __init__(self) -> None:
        self._looks: deque[tuple[int, int]] = deque(maxlen=WINDOW_LOOKS)

    def take(self, look: Look, /) -> None:
        """The oldest look leaves the window."""
        self._looks.append((look.garbled, look.readings))

    def holds(self) -> bool:
        """Nearly everything is junk."""
        garbled, readings = self._sums()
        return garbled >= GARBLED_LEAST and garbled >= GARBLED_SHARE * (garbled + readings)

    def is_over(self) -> bool:
        """Readings come, and not much else."""
        garbled, readings = self._sums()
        return readings >= CLEAN_LEAST and garbled <= CLEAN_SHARE * (garbled + readings)

    def _sums(self) -> tuple[int, int]:
        return sum(garbled for garbled, _ in self._looks), sum(readings for _, readings in self._looks)
