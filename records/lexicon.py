"""A word as somebody typed it -> the words that may be meant, each with what it costs to believe so. Over three tables of a file."""

from dataclasses import dataclass
from typing import Final

from records.connection import Connection
from records.names import shortened
from records.spelling import edits, likeness, sound

EXACT: Final = 0.0
INITIAL: Final = 0.4
ONE_EDIT: Final = 1.0
SOUND: Final = 1.0  # and up to 1 more, the less alike it is written
UNKNOWN: Final = 2.5  # a word that nothing answers to
MOST_LOOKED_AT: Final = 600
MOST_NEAR: Final = 60
MOST_SOUNDING: Final = 24


@dataclass(frozen=True, slots=True)
class Meant:
    """A word of the file that may be meant. `cost` 0: it is the word."""

    id: int
    text: str
    cost: float


class Lexicon:
    """The words of one kind: `table` is `name` or `term`."""

    def __init__(self, connection: Connection, table: str) -> None:
        self._connection = connection
        self._table = table

    def meant(self, word: str) -> list[Meant]:
        """Best first. One typing error is always among them, unless MOST_LOOKED_AT others share as much with the word."""
        near = self._near(word)
        known = {one.id for one in near}
        return [*near, *sorted((one for one in self._sounding(word) if one.id not in known), key=_by_cost)]

    def initial(self, letter: str) -> tuple[int, int] | None:
        """The first and last number of the words that begin so."""
        sql = f"SELECT min(id), max(id) FROM {self._table} WHERE text >= ? AND text < ?"
        first, last = self._connection.execute(sql, (letter, letter[:-1] + chr(ord(letter[-1]) + 1))).fetchone()
        return None if first is None else (first, last)

    def texts(self, ids: list[int]) -> dict[int, str]:
        """The words of these numbers."""
        marks = ",".join("?" * len(ids))
        return dict(self._connection.execute(f"SELECT id, text FROM {self._table} WHERE id IN ({marks})", ids))

    def _near(self, word: str) -> list[Meant]:
        shorter = sorted(shortened(word))
        keys = [word, *shorter]
        marks = ",".join("?" * len(keys))
        whole = self._connection.execute(f"SELECT id, text FROM {self._table} WHERE text IN ({marks})", keys).fetchall()
        cut = self._connection.execute(
            f"SELECT of.id, of.text FROM {self._table}_short AS short JOIN {self._table} AS of ON of.id = short.name"
            f" WHERE short.text IN ({marks}) LIMIT {MOST_LOOKED_AT}",
            keys,
        ).fetchall()
        found = [Meant(id_, text, _cost(word, text)) for id_, text in {*whole, *cut}]
        return sorted((one for one in found if one.cost < UNKNOWN), key=_by_cost)[:MOST_NEAR]

    def _sounding(self, word: str) -> list[Meant]:
        code = sound(word)
        if len(code) < 2:  # too many sound like a single consonant
            return []
        rows = self._connection.execute(
            f"SELECT of.id, of.text FROM {self._table}_sound AS sound JOIN {self._table} AS of ON of.id = sound.name"
            f" WHERE sound.text = ? LIMIT {MOST_LOOKED_AT}",
            (code,),
        )
        found = [Meant(id_, text, SOUND + 1 - likeness(word, text)) for id_, text in rows]
        return sorted(found, key=_by_cost)[:MOST_SOUNDING]


def _by_cost(one: Meant) -> tuple[float, str]:
    return one.cost, one.text


def _cost(word: str, text: str) -> float:
    if word == text:
        return EXACT
    if edits(word, text) > 1:
        return UNKNOWN
    # Among one-letter neighbours the one that begins alike is likelier; sorting by it keeps the bound from cutting it off.
    return ONE_EDIT + (1 - likeness(word, text)) / 2
