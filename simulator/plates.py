"""Chance -> a VRM in one of the forms seen on UK roads, in shares that are plausible rather than counted."""

from collections.abc import Callable
from random import Random
from typing import Final

_CURRENT: Final = "ABCDEFGHJKLMNOPRSTUVWXY"  # no I, Q, Z
_TAIL: Final = "ABCDEFGHJKLMNOPRSTUVWXYZ"  # no I, Q
_YEAR: Final = "ABCDEFGHJKLMNPRSTVWXY"  # year letters never used I, O, Q, U, Z
_AGES: Final = tuple(f"{year:02}" for year in (*range(2, 25), *range(51, 75)))
_AGE_WEIGHTS: Final = tuple(1 + place % 24 for place in range(len(_AGES)))  # newer cars are more


def draw(chance: Random) -> str:
    """One VRM without separators; forms by the weights of FORMS."""
    (form,) = chance.choices(_FORMS, _WEIGHTS)
    return form(chance)


def draw_older(chance: Random) -> str:
    """One VRM in any form but the current one, by the same weights."""
    (form,) = chance.choices(_FORMS[1:], _WEIGHTS[1:])
    return form(chance)


def _letters(chance: Random, alphabet: str, count: int) -> str:
    return "".join(chance.choices(alphabet, k=count))


def _current(chance: Random) -> str:
    (age,) = chance.choices(_AGES, _AGE_WEIGHTS)
    return f"{_letters(chance, _CURRENT, 2)}{age}{_letters(chance, _TAIL, 3)}"


def _prefix(chance: Random) -> str:
    return f"{chance.choice(_YEAR)}{chance.randint(1, 999)}{_letters(chance, _CURRENT, 3)}"


def _northern_ireland(chance: Random) -> str:
    """Three letters with an I in the middle or a Z at the end, then 1 to 4 digits."""
    first, second = chance.choice(_CURRENT), chance.choice(_CURRENT)
    area = f"{first}I{second}" if chance.random() < 0.4 else f"{first}{second}Z"
    return f"{area}{chance.randint(1, 9999)}"


def _dateless(chance: Random) -> str:
    letters, digits = _letters(chance, _CURRENT, chance.randint(1, 3)), chance.randint(1, 999)
    return f"{letters}{digits}" if chance.random() < 0.5 else f"{digits}{letters}"


def _suffix(chance: Random) -> str:
    return f"{_letters(chance, _CURRENT, 3)}{chance.randint(1, 999)}{chance.choice(_YEAR)}"


def _unknown_age(chance: Random) -> str:
    return f"Q{chance.randint(1, 999)}{_letters(chance, _CURRENT, 3)}"


def _military(chance: Random) -> str:
    return f"{_letters(chance, _CURRENT, 2)}{chance.randint(10, 99)}{_letters(chance, _CURRENT, 2)}"


def _diplomatic(chance: Random) -> str:
    return f"{chance.randint(101, 399)}{chance.choice('DX')}{chance.randint(101, 999)}"


# form -> vehicles in a thousand. No count of the UK's plates by form was found: the order is right, the figures are ours.
FORMS: Final[dict[Callable[[Random], str], int]] = {
    _current: 860,
    _prefix: 50,
    _northern_ireland: 40,
    _dateless: 30,
    _suffix: 12,
    _unknown_age: 3,
    _military: 3,
    _diplomatic: 2,
}
_FORMS: Final = tuple(FORMS)
_WEIGHTS: Final = tuple(FORMS.values())
