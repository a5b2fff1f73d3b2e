"""An answer on its way to the officer: where it is from, how old what it says is, and what that is in JSON's terms."""

from dataclasses import dataclass, field
from typing import Any, Final

CARRIED: Final = "carried"
CACHED: Final = "cached"
HEADQUARTERS: Final = "headquarters"
REFUSED: Final = "refused"


@dataclass(frozen=True, slots=True)
class Known:
    """What one source knows. `as_of_ms`: UTC; None: it does not say. `result`: None when it found nothing."""

    source: str
    as_of_ms: int | None
    found: int
    result: dict[str, Any] | None = field(repr=False)
    outcome: str | None = None
    """Headquarters' own word, where it is not just found or none."""

    def age_s(self, utc_ms: int | None) -> int | None:
        """Seconds; None when either time is not known."""
        return None if utc_ms is None or self.as_of_ms is None else max(0, (utc_ms - self.as_of_ms) // 1000)

    def said(self, utc_ms: int | None) -> dict[str, Any]:
        """For the socket."""
        named = {"source": self.source, "age_s": self.age_s(utc_ms), "found": self.found, "result": self.result}
        return named if self.outcome is None else {**named, "outcome": self.outcome}
