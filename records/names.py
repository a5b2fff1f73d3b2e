"""A name or an address as written -> folded words: a-z and 0-9, without marks; and what of them a misspelt word still shares."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

MAX_WORDS: Final = 6  # of one name: beyond them nobody searches, and pairs grow with the square
MAX_WORD_CHARACTERS: Final = 24

_SPELLED_OUT: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
)
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_APOSTROPHES: Final = re.compile(r"['’‘`´.]")
_WORD: Final = re.compile(r"[^\W_]+")
_TITLES: Final = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "sir"})


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Lower case without marks: Müller is muller. What is not Latin stays as it is."""
    if text.isascii():
        return text.lower()
    lower = unicodedata.normalize("NFC", text).lower().translate(_SPELLED_OUT)
    return "".join(
        character for character in unicodedata.normalize("NFD", lower) if not unicodedata.combining(character)
    )


def words(text: str) -> list[str]:
    """The folded words, in order, bounded: O'Brien-Smith is obrien, smith."""
    found = _WORD.findall(_APOSTROPHES.sub("", folded(text)))
    return [word[:MAX_WORD_CHARACTERS] for word in found[:MAX_WORDS]]


def asked_words(name: str) -> list[str]:
    """The words of a name that somebody asks for: without a title."""
    found = words(name)
    return [word for word in found if word not in _TITLES] or found


def parts_of(forenames: str, surname: str) -> list[str]:
    """What a person is found by: every part of the name, a surname of several parts also as one, umlauts also as two letters."""
    last = words(surname)
    found = [*words(forenames), *last]
    if len(last) > 1:
        found.append("".join(last)[:MAX_WORD_CHARACTERS])
    for name in (forenames, surname):
        if not name.isascii() and (spelled := name.lower().translate(_UMLAUTS)) != name.lower():
            found += words(spelled)
    return list(dict.fromkeys(found))[:MAX_WORDS]


def shortened(word: str) -> set[str]:
    """The word without one of its letters, each way. Two words of one typing error apart share one of these, or are one."""
    return {word[:at] + word[at + 1 :] for at in range(len(word))} if len(word) > 1 else set()
