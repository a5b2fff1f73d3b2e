"""Chance -> names of persons that nobody has: composed of parts, in frequencies like those of real ones (few are borne by many)."""

from bisect import bisect
from itertools import accumulate
from random import Random
from typing import Final

# s = 0.9 and q = 10: the most frequent surname is borne by some 0.8 %, as the most frequent one in England is by 1.2 %.
_S: Final = 0.9
_Q: Final = 10.0
_SURNAME_BEGINS: Final = (
    *("Brac", "Tarn", "Wend", "Hask", "Pell", "Grov", "Lith", "Dunn", "Mar", "Fen", "Thor", "Ald", "Wick", "Cald"),
    *("Rav", "Sted", "Harl", "Quill", "Bram", "Cor", "Drav", "Ell", "Gild", "Hob", "Jarv", "Kest", "Lang", "Mord"),
    *("Nor", "Orm", "Pren", "Rud", "Sal", "Tren", "Ul", "Varn", "Wal", "Yard", "Ash", "Beck", "Crom", "Dal", "Est"),
    *("Fal", "Gar", "Hest", "Ing", "Kel", "Lud", "Mel", "Net", "Os", "Pick", "Roth", "Shel", "Til", "Und", "Vex"),
    *("Whit", "Yel", "Bur", "Chal", "Dor", "Ever", "Fros", "Gos", "Hem", "Iv", "Kir", "Lock"),
)
_SURNAME_MIDDLES: Final = ("", "er", "en", "ing", "el", "or", "al", "is", "um")
_SURNAME_ENDS: Final = (
    *("ton", "ham", "ley", "worth", "well", "field", "by", "wick", "more", "shaw", "den", "ford", "combe", "stead"),
    *(
        "brook",
        "gate",
        "house",
        "land",
        "mere",
        "croft",
        "man",
        "son",
        "sett",
        "low",
        "ridge",
        "wood",
        "thwaite",
        "ard",
    ),
    *("ick", "ow", "ell", "ant", "kin", "bert", "ney", "lock", "stone", "dale", "burn", "cote", "try", "dge", "vale"),
    *("pole", "stow", "ent", "wyn", "grave", "haw", "ling", "mark", "nall"),
)
_FORENAME_BEGINS: Final = (
    *("Al", "Ber", "Cas", "Dor", "El", "Fen", "Gar", "Hal", "Is", "Jor", "Kel", "Lor", "Mar", "Nol", "Or", "Per"),
    *("Quen", "Ros", "Sel", "Tam", "Ul", "Ver", "Wil", "Yas", "Zan", "Bran", "Con", "Dem", "Ev", "Hes", "Lin", "Mir"),
)
_FORENAME_ENDS: Final = {
    "M": ("bert", "win", "ric", "den", "o", "mund", "ian", "us", "ton", "vid", "an", "ek", "ias", "dor", "fred", "ley"),
    "F": (
        "a",
        "ine",
        "ina",
        "wen",
        "ella",
        "is",
        "ette",
        "ia",
        "orah",
        "y",
        "anne",
        "ild",
        "ora",
        "eth",
        "issa",
        "ika",
    ),
}
_FROM_ABROAD: Final = (
    *(
        "Müllwitz",
        "Jørvund",
        "Brännfeld",
        "Żerwin",
        "Lacôste-Brun",
        "Peñalver",
        "Çelkin",
        "Łomnik",
        "Ştefrin",
        "Grünholt",
    ),
    *("Ångmark", "Benévour", "Kövesd", "Halász", "Nguyet", "Okonde", "Adebanjo", "Chaudhri", "Ahmedi", "Rahmani"),
)
_DOUBLE_SHARE: Final = 0.04
_ABROAD_SHARE: Final = 0.02
_SCOTTISH_SHARE: Final = 0.03
_IRISH_SHARE: Final = 0.015
_MIDDLE_SHARE: Final = 0.35


class Ranked:
    """Names by rank, drawn in Zipf-like shares."""

    def __init__(self, names: list[str]) -> None:
        self._names = names
        self._sums = list(accumulate((rank + _Q) ** -_S for rank in range(len(names))))

    def draw(self, chance: Random) -> str:
        """One of them."""
        return self._names[bisect(self._sums, chance.random() * self._sums[-1])]


class Names:
    """The names of one town."""

    def __init__(self, seed: int) -> None:
        chance = Random(f"{seed}/names")
        self._surnames = Ranked(_shuffled(_surnames(), chance))
        self._forenames = {
            sex: Ranked(_shuffled([begin + end for begin in _FORENAME_BEGINS for end in ends], chance))
            for sex, ends in _FORENAME_ENDS.items()
        }

    def surname(self, chance: Random) -> str:
        """Of a household; some of two parts, some with marks."""
        name, lot = self._surnames.draw(chance), chance.random()
        if lot < _DOUBLE_SHARE:
            return f"{name}-{self._surnames.draw(chance)}"
        lot -= _DOUBLE_SHARE
        if lot < _ABROAD_SHARE:
            return chance.choice(_FROM_ABROAD)
        lot -= _ABROAD_SHARE
        if lot < _SCOTTISH_SHARE:
            return f"Mc{name}"
        return f"O'{name}" if lot < _SCOTTISH_SHARE + _IRISH_SHARE else name

    def forenames(self, sex: str, chance: Random) -> str:
        """One, or two."""
        ranked = self._forenames[sex]
        first = ranked.draw(chance)
        return f"{first} {ranked.draw(chance)}" if chance.random() < _MIDDLE_SHARE else first


def _surnames() -> list[str]:
    return [begin + middle + end for middle in _SURNAME_MIDDLES for begin in _SURNAME_BEGINS for end in _SURNAME_ENDS]


def _shuffled(names: list[str], chance: Random) -> list[str]:
    distinct = sorted(set(names))
    chance.shuffle(distinct)
    return distinct
