"""A seed -> what kind of world this history has: drawn once, before it begins."""

from dataclasses import dataclass
from random import Random
from typing import Final

ROOMY: Final = 64 << 20
HELD_HOURS: Final = 36.0


@dataclass(frozen=True, slots=True)
class Plan:
    """`poison`: "refused" or "ignored" where some events cannot be read by headquarters, else None."""

    cameras: int
    quota_bytes: int
    keep_hours: float
    poison: str | None
    refusing: bool
    """The broker throws lanes away without a word, for minutes at a time."""
    restored: bool
    """Headquarters is put back to a copy."""
    troubles: float
    """How often something happens, in times an hour."""

    @property
    def may_drop(self) -> bool:
        """Whether the quota is so small that events must go."""
        return self.quota_bytes < ROOMY

    @property
    def may_set_aside(self) -> bool:
        """Whether events may be refused, or go unanswered while others are answered."""
        return self.poison is not None or self.refusing


def drawn(chance: Random) -> Plan:
    """One."""
    small = chance.random() < 0.25
    restored = not small and chance.random() < 0.3
    poison = chance.choice(("refused", "ignored")) if chance.random() < 0.2 else None
    return Plan(
        cameras=chance.randint(1, 2),
        quota_bytes=chance.choice((20_000, 80_000)) if small else ROOMY,
        keep_hours=HELD_HOURS if restored or chance.random() < 0.5 else chance.choice((0.0, 0.5)),
        poison=poison,
        refusing=poison is None and chance.random() < 0.1,
        restored=restored,
        troubles=chance.choice((3.0, 12.0, 40.0)),
    )
