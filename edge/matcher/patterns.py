"""Entries with wildcards, of all lists -> those that a key matches; held in memory, found by two characters side by side.

Every pattern has two literal characters together [proto-7.7]; a key has them too, or does not match. So a key costs a look
into a table for each pair of its own, and a comparison only with patterns that share a pair with it.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

from edge.matcher.entry import Entry

_RUN: Final = re.compile(r"[^*?]{2,}")


class _Compiled(NamedTuple):
    matches: re.Pattern[str]
    entry: Entry


class Patterns:
    """All patterns of all lists."""

    def __init__(self, patterns: Iterable[tuple[str, Entry]]) -> None:
        """(pattern, entry): `pattern` as `proto.patterns.pattern` makes it."""
        listed = [(pattern, entry, _pairs(pattern)) for pattern, entry in patterns]
        often = Counter(pair for _, _, pairs in listed for pair in pairs)
        self._by_pair: dict[str, list[_Compiled]] = {}
        for pattern, entry, pairs in listed:
            rarest = min(pairs, key=lambda pair: often[pair])
            self._by_pair.setdefault(rarest, []).append(_Compiled(_compiled(pattern), entry))

    def __bool__(self) -> bool:
        return bool(self._by_pair)

    def find(self, key: str) -> list[Entry]:
        """The entries whose pattern a key matches, each once."""
        by_pair = self._by_pair
        pairs = {pair for at in range(len(key) - 1) if (pair := key[at : at + 2]) in by_pair}
        return [one.entry for pair in pairs for one in by_pair[pair] if one.matches.fullmatch(key)]


def _pairs(pattern: str) -> list[str]:
    return [run[at : at + 2] for run in _RUN.findall(pattern) for at in range(len(run) - 1)]


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("*", ".*").replace("?", "."))
