"""A VRM with wildcards, as a list has it -> the pattern of the keys that it stands for. `*`: any characters, `?`: one. [proto-7.7]"""

import re
from typing import Final

from proto.plates import MAX_KEY_CHARACTERS, canonical

ALL: Final = "*"
"""Alone it is no entry: its row says when and where the list holds (`limits.py`)."""
CREW: Final = "crew"
"""The list of what a crew looks out for; no file and no published set has its name. [proto-9.4]"""
MOST_STARS: Final = 2
LEAST_TOGETHER: Final = 2  # characters side by side: less would be every third vehicle
MOST_OF_A_LIST: Final = 1000  # each car holds them in memory and looks at some of them at each read

_WILD: Final = re.compile(r"([*?])")
_TOGETHER: Final = re.compile(rf"[^*?]{{{LEAST_TOGETHER}}}")


def is_pattern(text: str) -> bool:
    """Whether it has wildcards."""
    return "*" in text or "?" in text


def pattern(vrm: str) -> str | None:
    """In the characters of keys. None: a letter that has none, too many wildcards, or hardly anything beside them."""
    parts = [part if part in ("*", "?") else _part(part) for part in _WILD.split(vrm)]
    if None in parts:
        return None
    found = "".join(part for part in parts if part is not None)
    while "**" in found:
        found = found.replace("**", "*")
    if found == ALL:
        return ALL
    is_one = found.count("*") <= MOST_STARS and len(found.replace("*", "")) <= MAX_KEY_CHARACTERS
    return found if is_one and _TOGETHER.search(found) else None


def _part(text: str) -> str | None:
    """The key of a part, which may be separators only."""
    key = canonical(f"X{text}")
    return None if key is None else key[1:]
