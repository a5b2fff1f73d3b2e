"""Two words -> how far apart they are written and sound. The libraries are loaded at the first search, not with this module."""

from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


@cache
def _library() -> "ModuleType":
    import jellyfish  # 1.1 MB; whoever never asks for a name does not pay for it

    return jellyfish


def edits(one: str, other: str) -> int:
    """Letters put in, left out, changed or swapped with a neighbour (Damerau-Levenshtein)."""
    return int(_library().damerau_levenshtein_distance(one, other))


def likeness(one: str, other: str) -> float:
    """0 to 1 (Jaro-Winkler)."""
    return float(_library().jaro_winkler_similarity(one, other))


@lru_cache(maxsize=1024)
def sound(word: str) -> str:
    """How it sounds in English (Metaphone); "" when it cannot be said, as with digits."""
    return str(_library().metaphone(word)) if word.isalpha() and word.isascii() else ""
