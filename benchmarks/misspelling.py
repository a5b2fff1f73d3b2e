"""A word and chance -> the word with one typing error, or as somebody might write down what they heard."""

from collections.abc import Callable
from random import Random
from typing import Final

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_SOUNDS: Final = (
    *(("ph", "f"), ("ck", "k"), ("qu", "kw"), ("th", "t"), ("wh", "w"), ("ee", "ea"), ("ie", "y"), ("ey", "y")),
    *(("gh", "g"), ("ai", "ay"), ("c", "k"), ("ll", "l"), ("tt", "t"), ("nn", "n"), ("ss", "s"), ("rr", "r")),
    *(("x", "ks"), ("sh", "sch"), ("oo", "u"), ("er", "ur"), ("ar", "er"), ("en", "an"), ("i", "y"), ("w", "wh")),
)


def substitution(word: str, chance: Random) -> str:
    """One letter is another."""
    at = chance.randrange(len(word))
    other = chance.choice([letter for letter in _LETTERS if letter != word[at].lower()])
    return word[:at] + other + word[at + 1 :]


def deletion(word: str, chance: Random) -> str:
    """One letter is missing."""
    at = chance.randrange(len(word))
    return word[:at] + word[at + 1 :]


def insertion(word: str, chance: Random) -> str:
    """One letter too many."""
    at = chance.randrange(len(word) + 1)
    return word[:at] + chance.choice(_LETTERS) + word[at:]


def transposition(word: str, chance: Random) -> str:
    """Two neighbours have changed places; the word itself when all its letters are one."""
    places = [at for at in range(len(word) - 1) if word[at].lower() != word[at + 1].lower()]
    if not places:
        return word
    at = chance.choice(places)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def sound_alike(word: str, chance: Random) -> str:
    """Spelt otherwise and said alike, or nearly; the word itself when no rule fits."""
    lower = word.lower()
    fitting = [(one, other) for one, other in _SOUNDS if one in lower]
    if not fitting:
        return word
    one, other = chance.choice(fitting)
    return lower.replace(one, other, 1)


ERRORS: Final[dict[str, Callable[[str, Random], str]]] = {
    "substitution": substitution,
    "deletion": deletion,
    "insertion": insertion,
    "transposition": transposition,
    "sound-alike": sound_alike,
}


def misspelt(name: str, error: Callable[[str, Random], str], chance: Random) -> str:
    """A name with the error in one of its words of four letters or more (in any, when none is so long)."""
    words = name.split()
    places = [at for at, word in enumerate(words) if len(word) >= 4] or list(range(len(words)))
    at = chance.choice(places)
    words[at] = error(words[at], chance)
    return " ".join(words)
