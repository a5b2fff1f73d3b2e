"""Make and colour as a list has them and as a camera saw them -> which of them differ: perhaps a cloned plate."""

import re
from typing import Final

from drivers.readings import PlateSeen
from edge.matcher.entry import Entry

_WORD: Final = re.compile(r"[A-Z0-9]+")
_COLOURS: Final = {
    **dict.fromkeys(("GRAY", "GREY", "SILVER"), "GREY"),  # no camera tells them apart at night
    **dict.fromkeys(("BEIGE", "CREAM", "GOLD", "IVORY", "TAN", "BRONZE", "BROWN"), "BROWN"),
    **dict.fromkeys(("MAROON", "BURGUNDY", "RED"), "RED"),
    **dict.fromkeys(("PURPLE", "VIOLET", "MAUVE"), "PURPLE"),
    **dict.fromkeys(("NAVY", "BLUE", "TURQUOISE"), "BLUE"),
}
_MAKES: Final = {"VW": "VOLKSWAGEN", "MERC": "MERCEDES", "BENZ": "MERCEDES", "CHEVY": "CHEVROLET", "LR": "LAND"}
_SAY_NOTHING: Final = frozenset({"MULTI", "MULTICOLOUR", "UNKNOWN", "OTHER"})


def mismatch(entry: Entry, seen: PlateSeen) -> tuple[str, ...]:
    """Words of `make` and `colour`; what either side does not state does not differ."""
    differ = []
    if _differ(entry.make, seen.make, _MAKES):
        differ.append("make")
    if _differ(entry.colour, seen.colour, _COLOURS):
        differ.append("colour")
    return tuple(differ)


def _differ(listed: str | None, seen: str | None, same: dict[str, str]) -> bool:
    if listed is None or seen is None:
        return False
    ours, theirs = _words(listed, same), _words(seen, same)
    return bool(ours and theirs and not (ours | theirs) & _SAY_NOTHING and not ours & theirs)


def _words(text: str, same: dict[str, str]) -> set[str]:
    """`MERCEDES-BENZ` shares a word with `Mercedes`; `silver-gray` is one colour."""
    return {same.get(word, word) for word in _WORD.findall(text.upper())}
