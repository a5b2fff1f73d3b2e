"""VRM as seen or listed -> the one canonical key that both are matched by; and that key packed into 64 bits.

The UK plate font draws O and 0 alike, and I and 1: the key does not tell them apart. [proto-6]
"""

import unicodedata
from typing import Final

MAX_KEY_CHARACTERS: Final = 12  # 37**12 < 2**63; the longest registration in use anywhere is 10

_SEPARATORS: Final = " \t-._·•/:'’‐‑‒–—\u00a0\u202f"
_SPELLED_OUT: Final = {
    "Ä": "AE",
    "Ö": "OE",
    "Ü": "UE",
    "Æ": "AE",
    "Œ": "OE",
    "ẞ": "SS",
    "Ø": "O",
    "Đ": "D",
    "Ð": "D",
    "Ł": "L",
}
_DIGITS: Final = {character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1)}
_CHARACTERS: Final = {value: character for character, value in _DIGITS.items()}
_ASCII: Final = str.maketrans("OI", "01", _SEPARATORS)
CLASSES: Final = ("0DOQ", "1I", "2Z", "38B", "5S", "HKMR", "EFP", "TVY")
_LOOK: Final = str.maketrans({character: group[0] for group in CLASSES for character in group})


def canonical(vrm: str) -> str | None:
    """The key of a VRM: A-Z without O and I, and 0-9. None when nothing is left or a letter is outside the table."""
    key = vrm.upper()
    if not key.isascii():
        key = "".join(map(_spelled, unicodedata.normalize("NFC", key)))
    key = key.translate(_ASCII)
    return key if key.isascii() and key.isalnum() else None


def packed(key: str) -> int | None:
    """A canonical key as a positive 64-bit integer (base 37, digits 1..36, so that leading zeros count). None: too long."""
    if len(key) > MAX_KEY_CHARACTERS:
        return None
    number = 0
    for character in key:
        number = number * 37 + _DIGITS[character]
    return number


def unpacked(number: int) -> str:
    """The canonical key that `packed` made this number of. Any other number is a KeyError, or no key."""
    characters = []
    while number > 0:
        number, digit = divmod(number, 37)
        characters.append(_CHARACTERS[digit])
    return "".join(reversed(characters))


def look(key: str) -> str:
    """The key with each confusable character replaced by its class's first: two keys that look alike share it."""
    return key.translate(_LOOK)


def _spelled(character: str) -> str:
    """One NFC character in A-Z; itself when it is outside the table; nothing for a mark that stands by itself.

    Such a mark follows a letter that Unicode has no marked form of, as in the upper case of "ǰ": the letter stays.
    """
    if character in _SPELLED_OUT:
        return _SPELLED_OUT[character]
    parts = unicodedata.normalize("NFD", character)
    letter = parts[:1] if parts[0].isascii() else ""
    return letter if all(map(unicodedata.combining, parts[len(letter) :])) else character
