"""A read's number -> a VRM of its own in current UK form, and back: whoever holds the VRM can tell which read it was.

    AB12CDE   A, B: 23 letters (no I, Q, Z)   12: 47 age identifiers (02-24, 51-74)   C, D, E: 24 letters (no I, Q)

To decode by hand, write p for the VRM's place in dictionary order by (12, AB, CDE), each counted from 0 in its own
alphabet: p = (age * 529 + ab) * 13824 + cde. Then n = (p - 87,178,291) * STEP**-1 modulo CAPACITY. The step scatters
neighbours, so that two reads in a row look nothing alike and no tracker takes them for one vehicle.
"""

from itertools import product
from typing import Final

_AREA: Final = "ABCDEFGHJKLMNOPRSTUVWXY"
_FREE: Final = "ABCDEFGHJKLMNOPRSTUVWXYZ"
_AGES: Final = tuple(f"{age:02}" for age in (*range(2, 25), *range(51, 75)))
_TAGS: Final = tuple(map("".join, product(_AREA, repeat=2)))
_TAILS: Final = tuple(map("".join, product(_FREE, repeat=3)))

CAPACITY: Final = len(_AGES) * len(_TAGS) * len(_TAILS)  # 343,706,112
STEP: Final = 212_424_679  # near CAPACITY / golden ratio, without a factor of CAPACITY (2, 3, 23, 47)
_OFFSET: Final = 87_178_291
_BACK: Final = pow(STEP, -1, CAPACITY)

_AGE_PLACES: Final = {age: place for place, age in enumerate(_AGES)}
_TAG_PLACES: Final = {tag: place for place, tag in enumerate(_TAGS)}
_TAIL_PLACES: Final = {tail: place for place, tail in enumerate(_TAILS)}


def plate(number: int) -> str:
    """The VRM that encodes 0 <= number < CAPACITY."""
    if not 0 <= number < CAPACITY:
        raise ValueError(f"a numbered plate holds 0 to {CAPACITY - 1}")
    rest, tail = divmod((number * STEP + _OFFSET) % CAPACITY, len(_TAILS))
    age, tag = divmod(rest, len(_TAGS))
    return f"{_TAGS[tag]}{_AGES[age]}{_TAILS[tail]}"


def number(vrm: str) -> int | None:
    """The number that `plate` made this VRM, or its canonical key (0 for O), of. None: not of this form."""
    tag = _TAG_PLACES.get(vrm[:2].replace("0", "O"))
    age = _AGE_PLACES.get(vrm[2:4].replace("O", "0").replace("I", "1"))
    tail = _TAIL_PLACES.get(vrm[4:].replace("0", "O"))
    if tag is None or age is None or tail is None:
        return None
    place = (age * len(_TAGS) + tag) * len(_TAILS) + tail
    return (place - _OFFSET) * _BACK % CAPACITY
