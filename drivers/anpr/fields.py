"""What a camera writes into a field -> a value, or unknown; and why a plate is none. Shared by the dialects of many fields."""

from datetime import UTC, datetime
from typing import Final

from drivers.readings import Junk, PlateSeen, Reason

MAX_PLATE: Final = 24  # twice the longest canonical key; a longer one is no plate of any country
MAX_WORD: Final = 32  # a camera's name or a country: of a stranger's text no more is carried

_WORDS: Final = frozenset(
    [
        *("NOREAD", "NO READ", "NO_READ", "NOPLATE", "NO PLATE", "NO_PLATE", "NOT DEFINED", "UNKNOWN"),
        *("LCR", "WRONG DIR", "WRONG_DIR", "WRONGDIR"),  # LUMO's events: change of lane, wrong direction
    ]
)
_EPOCH: Final = datetime.fromisoformat("1970-01-01")


def fault_of(vrm: str) -> Reason | None:
    """Why this is no plate; None when it is one."""
    if not any(map(str.isalnum, vrm)) or vrm.strip().upper() in _WORDS:
        return "no plate"
    return None if len(vrm) <= MAX_PLATE and vrm.isprintable() else "bad plate"


def word(value: object) -> str | None:
    """A short printable text, or a whole number as text; None for anything else, of any type."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**MAX_WORD:
        return str(value)
    is_word = isinstance(value, str) and 0 < len(value) <= MAX_WORD and value.isprintable()
    return str(value) if is_word else None


def share(text: str, whole: float) -> float | None:
    """`text` out of `whole`, 0..1; None when it is no such number."""
    try:
        part = float(text) / whole
    except ValueError:
        return None
    return part if 0 <= part <= 1 else None


def utc_face(text: object) -> datetime | None:
    """ISO 8601 as the face of a clock: in UTC when it names a zone, else as it stands."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
        return at if at.tzinfo is None else at.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def face_of_ms(ms: float | None) -> datetime | None:
    """Milliseconds since 1970 UTC as the face of a clock in UTC."""
    return None if ms is None or not 0 < ms < 4e12 else datetime.fromtimestamp(ms / 1000, UTC).replace(tzinfo=None)


def ms_of_face(face: datetime) -> int:
    """Milliseconds since 1970 of a clock's face, taken as UTC."""
    gap = face - _EPOCH
    return gap.days * 86_400_000 + gap.seconds * 1000 + gap.microseconds // 1000


def of_one_line(line: bytes, said: list[PlateSeen | Reason]) -> list[PlateSeen | Junk]:
    """A line's readings; when it has none, the line as junk with its first reason; nothing when nothing was said."""
    readings = [each for each in said if isinstance(each, PlateSeen)]
    reasons = [each for each in said if isinstance(each, str)]
    return [*readings] if readings or not reasons else [Junk(line, reasons[0])]
