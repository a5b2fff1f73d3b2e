"""A VRM, whole or in part -> vehicles: exact, by a part with wildcards, or one easily misread character away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from re import compile as compiled
from re import split
from typing import Any, Final

from proto.plates import canonical, look
from records.answers import Found, QueryError, Vehicle
from records.connection import Connection
from records.links import Links, node_of
from records.postings import decoded
from records.words import Kind, markers_of

MOST_RESULTS: Final = 20
MOST_CANDIDATES: Final = 400  # rows read for one part: 4 ms from an encrypted file whose pages are not in memory
MOST_NARROWED: Final = 1_000  # and when make, model or colour leave out most of them
MAX_QUERY_CHARACTERS: Final = 32
GRAM: Final = 3
_LOOK_ALIKE: Final = range(5, 12)  # characters of a key whose look-alikes are searched
_ALPHABET: Final = "023456789ABCDEFGH1JKLMNPQRSTUVWXYZ"
_ROW: Final = "id, key, vrm, make, model, colour, area, markers"


@dataclass(frozen=True, slots=True)
class Look:
    """What a vehicle looks like, as far as somebody saw it; in any case."""

    make: str | None = None
    model: str | None = None
    colour: str | None = None


class Vehicles:
    """Searches for vehicles in one file."""

    def __init__(self, connection: Connection, links: Links) -> None:
        self._connection = connection
        self._links = links

    def find(self, query: str, looks: Look) -> Found[Vehicle]:
        """`*` any characters, `?` one. Without them: the VRM itself, else what holds it as a part, else look-alikes."""
        pattern = _pattern(query)
        if not set(pattern) & set("*?"):
            rows = self._rows("key = ?", [pattern], looks)
            if rows:
                return self._found(rows, "exact")
            if rows := self._look_alikes(pattern, looks):
                return self._found(rows, "look-alike")
            if len(pattern) < GRAM:
                raise QueryError("a part of a VRM has at least 3 characters; or say where it stands, as in AB*")
            pattern = f"*{pattern}*"
        return self._by_part(pattern, looks)

    def _by_part(self, pattern: str, looks: Look) -> Found[Vehicle]:
        fixed = split(r"[*?]", pattern)[0]
        grams = _grams(pattern)
        if len(fixed) >= 2 and not any(len(gram.strip("^$")) == GRAM for gram in grams):
            condition, values = "key >= ? AND key < ? AND key GLOB ?", [fixed, fixed + "\x7f", pattern]
            rows = self._rows(condition, values, looks, MOST_CANDIDATES)
            return self._found(rows, "part", cut=len(rows) == MOST_CANDIDATES)
        if not grams:
            raise QueryError("a part of a VRM needs 2 characters at an end or 3 in a row")
        ids = self._with_grams(grams)
        most = MOST_CANDIDATES if looks == Look() else MOST_NARROWED
        rows = []
        for at in range(0, min(len(ids), most), MOST_CANDIDATES):
            some = ids[at : min(at + MOST_CANDIDATES, most)]
            rows += self._rows(f"id IN ({_marks(some)})", some, looks)
        fits = compiled(pattern.replace("*", ".*").replace("?", ".")).fullmatch
        return self._found([row for row in rows if fits(row[1])], "part", cut=len(ids) > most)

    def _with_grams(self, grams: Sequence[str]) -> list[int]:
        lists = self._connection.execute(f"SELECT vehicles FROM gram WHERE gram IN ({_marks(grams)})", grams).fetchall()
        if len(lists) < len(grams):
            return []
        shortest, *others = sorted((written for (written,) in lists), key=len)
        ids = decoded(shortest)
        for written in others:
            if len(ids) <= GRAM * 10 or len(written) > 50 * len(ids):
                break  # reading the rows is cheaper than reading a long list
            held = set(decoded(written))
            ids = [id_ for id_ in ids if id_ in held]
        return ids

    def _look_alikes(self, key: str, looks: Look) -> list[Any]:
        if len(key) not in _LOOK_ALIKE:
            return []
        others = [
            key[:at] + other + key[at + 1 :]
            for at, character in enumerate(key)
            for other in _ALPHABET
            if other != character and look(other) == look(character)
        ]
        return self._rows(f"key IN ({_marks(others)})", others, looks) if others else []

    def _rows(self, condition: str, values: Sequence[Any], looks: Look, most: int = -1) -> list[Any]:
        conditions, parameters = [condition], list(values)
        for column, text in (("make", looks.make), ("model", looks.model), ("colour", looks.colour)):
            if text is not None:
                conditions.append(f"{column} IN (SELECT id FROM word WHERE text = ? COLLATE NOCASE)")
                parameters.append(text.strip())
        sql = f"SELECT {_ROW} FROM vehicle WHERE {' AND '.join(conditions)} LIMIT ?"
        rows: list[Any] = self._connection.execute(sql, [*parameters, most]).fetchall()
        return rows

    def _found(self, rows: list[Any], match: str, *, cut: bool = False) -> Found[Vehicle]:
        best = sorted(rows, key=lambda row: (row[7] == 0, row[0]))[:MOST_RESULTS]
        detailed = len(best) <= 5  # of many, the crew picks one first
        return Found(
            tuple(self._vehicle(row, match, detailed=detailed) for row in best), cut or len(rows) > MOST_RESULTS
        )

    def _vehicle(self, row: Sequence[Any], match: str, *, detailed: bool) -> Vehicle:
        id_, key, vrm, make, model, colour, area, markers = row
        node, word = node_of(id_, Kind.OBJECT), self._links.word
        return Vehicle(
            vrm or key,
            match,
            word(make),
            word(model),
            word(colour),
            word(area),
            markers_of(markers),
            self._links.persons(node) if detailed else (),
            self._links.incidents(node) if detailed else (),
        )


def grams_of(key: str) -> Iterable[str]:
    """The three-character parts of a canonical key between its marked ends."""
    marked = f"^{key}$"
    return dict.fromkeys(marked[at : at + GRAM] for at in range(len(marked) - GRAM + 1))


def _grams(pattern: str) -> list[str]:
    """Those that every key of a pattern has."""
    pieces = split(r"[*?]", f"^{pattern}$")
    return list(dict.fromkeys(piece[at : at + GRAM] for piece in pieces for at in range(len(piece) - GRAM + 1)))


def _pattern(query: str) -> str:
    """Canonical between its wildcards; runs of * as one. Raises QueryError."""
    if len(query) > MAX_QUERY_CHARACTERS:
        raise QueryError("a VRM has at most 32 characters")
    parts = [_piece(part) for part in split(r"([*?])", query)]
    pattern = "".join(parts)
    while "**" in pattern:
        pattern = pattern.replace("**", "*")
    if not pattern.strip("*?"):
        raise QueryError("a VRM has letters or digits")
    return pattern


def _piece(part: str) -> str:
    if part in ("*", "?") or not part.strip():
        return part.strip()
    key = canonical(part)
    if key is None:
        if any(character.isalnum() for character in part):
            raise QueryError("a VRM has letters A to Z and digits")
        return ""
    return key


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))
