"""A true VRM -> what a camera's character recognition says it read, and how sure it is."""

from random import Random
from typing import Final

MISREAD_SHARE: Final = 0.03  # "97 % accurate" is what makers claim
_MISSING_SHARE: Final = 0.2  # of the misreads: one character not seen; the others are one confusable character
_CLASSES: Final = ("0DOQ", "1I", "2Z", "38B", "5S", "HKMR", "EFP", "TVY")
_OTHERS: Final = {character: group.replace(character, "") for group in _CLASSES for character in group}


def recognise(vrm: str, chance: Random) -> tuple[str, float]:
    """The VRM said and its confidence 0..1; a misread is less sure, but not reliably so."""
    if chance.random() < MISREAD_SHARE:
        return misread(vrm, chance), chance.uniform(0.55, 0.93)
    return vrm, chance.uniform(0.8, 0.99)


def misread(vrm: str, chance: Random) -> str:
    """The VRM with one character missing, or one replaced by another that looks like it; never the same string."""
    doubtful = [place for place, character in enumerate(vrm) if character in _OTHERS]
    if not doubtful or chance.random() < _MISSING_SHARE:
        place = chance.randrange(len(vrm))
        return vrm[:place] + vrm[place + 1 :]
    place = chance.choice(doubtful)
    return vrm[:place] + chance.choice(_OTHERS[vrm[place]]) + vrm[place + 1 :]
