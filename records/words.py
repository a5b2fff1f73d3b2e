"""The POLE words of records -> the small numbers that stand for them in a file: kinds, roles, warning markers. Only ever appended to."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Final


class Kind(IntEnum):
    """The four entities of POLE. An object is a vehicle here."""

    PERSON = 0
    OBJECT = 1
    LOCATION = 2
    EVENT = 3


ROLES: Final[dict[str, tuple[Kind, Kind]]] = {
    "keeper": (Kind.PERSON, Kind.OBJECT),
    "driver": (Kind.PERSON, Kind.OBJECT),
    "resident": (Kind.PERSON, Kind.LOCATION),
    "seen": (Kind.OBJECT, Kind.LOCATION),
    "suspect": (Kind.PERSON, Kind.EVENT),
    "arrested": (Kind.PERSON, Kind.EVENT),
    "victim": (Kind.PERSON, Kind.EVENT),
    "witness": (Kind.PERSON, Kind.EVENT),
    "informant": (Kind.PERSON, Kind.EVENT),
    "missing": (Kind.PERSON, Kind.EVENT),
    "stolen": (Kind.OBJECT, Kind.EVENT),
    "used": (Kind.OBJECT, Kind.EVENT),
    "damaged": (Kind.OBJECT, Kind.EVENT),
    "associate": (Kind.PERSON, Kind.PERSON),
}
"""What the first is of the second: a person is the keeper of an object. The place in the table is the number in a file."""
ROLE_CODES: Final = {role: code for code, role in enumerate(ROLES)}
ROLE_WORDS: Final = tuple(ROLES)

MARKERS: Final = (
    "firearms",
    "weapons",
    "explosives",
    "violent",
    "escaper",
    "drugs",
    "contagious",
    "ailment",
    "mental health",
    "self-harm",
    "sexual offender",
    "domestic abuse",
    "vulnerable",
    "dangerous dog",
    "stolen",
    "false plates",
    "no insurance",
    "no MOT",
    "no tax",
    "no licence",
    "disqualified",
    "drink drive",
    "fails to stop",
    "wanted",
    "missing",
)
"""Warning markers and what else must be said first. The place in the table is the bit in a file."""
_BITS: Final = {word.casefold(): 1 << place for place, word in enumerate(MARKERS)}


def bits_of(words: Iterable[str]) -> int:
    """Marker words, in any case, as bits. KeyError on a word that is none."""
    bits = 0
    for word in words:
        bits |= _BITS[word.casefold()]
    return bits


def markers_of(bits: int) -> tuple[str, ...]:
    """The words of bits; bits of a later version are passed over."""
    return tuple(word for place, word in enumerate(MARKERS) if bits >> place & 1)
