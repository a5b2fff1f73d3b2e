"""A key -> the seeds of the keys that look like it, one character of a confusable class replaced: advice, never an alarm. [proto-6.6]

CRC-32 is linear: the seed of a variant is that of the key, changed by what depends on place and characters only. So a variant
that is not listed costs no text and no checksum: m: p50 7 us a key against a list of
a million, at a load of 30 on 2 cores, where a look-up of an unlisted key took 1.2.
"""

from functools import lru_cache
from typing import Final, TypeAlias
from zlib import crc32

from edge.matcher.sieve import Variant
from proto.plates import CLASSES

SHORTEST, LONGEST = 5, 11  # characters: Genetec's defaults; in shorter keys almost everything looks alike

Change: TypeAlias = tuple[str, int]
"""The other character, and what it changes in the seed."""

_OTHERS: Final = {
    character: tuple(other for other in group if other != character and other not in "OI")
    for group in CLASSES
    for character in group
    if character not in "OI"  # keys have none
}


@lru_cache(maxsize=LONGEST)
def changes(length: int) -> list[dict[str, tuple[Change, ...]]]:
    """By place in a key of this length: for each character the others of its class."""
    zeros = crc32(bytes(length))
    return [
        {
            character: tuple(
                (other, zeros ^ crc32(bytes(at) + bytes([ord(character) ^ ord(other)]) + bytes(length - at - 1)))
                for other in others
            )
            for character, others in _OTHERS.items()
        }
        for at in range(length)
    ]


def variants(key: str, seed: int) -> list[Variant]:
    """(place, other character, seed) of every key that looks alike; none for keys outside SHORTEST..LONGEST."""
    if not SHORTEST <= len(key) <= LONGEST:
        return []
    return [
        (at, other, seed ^ change)
        for at, (character, of) in enumerate(zip(key, changes(len(key)), strict=True))
        for other, change in of.get(character, ())
    ]
