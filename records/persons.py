"""A name as somebody heard or typed it, and an age or date of birth -> persons, the likeliest first."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from records.answers import Found, Person, QueryError
from records.connection import Connection
from records.lexicon import EXACT, INITIAL, ONE_EDIT, SOUND, UNKNOWN, Lexicon, Meant
from records.links import Links, node_of
from records.names import asked_words, parts_of
from records.words import Kind, markers_of

MOST_RESULTS: Final = 10
MOST_DETAILED: Final = 3  # of them with incidents and vehicles; the crew picks one of the others first
MOST_ALIKE: Final = 3  # persons of the very same name, while others fit, too: the crew must see that there are others
MAX_QUERY_CHARACTERS: Final = 128
MOST_ROWS: Final = 1_000  # of pairs of names, looked at for one question
MOST_WEIGHED: Final = 40  # persons whose whole names are compared
_FEW: Final = 5
_BOTH_WRONG: Final = 12  # spellings of either word that are tried together
_SURPLUS: Final = 0.1  # for a part of the name that nobody asked for
_YEARS: Final = 3  # an age may be wrong by so much and still be worth showing


@dataclass(frozen=True, slots=True, repr=False)
class Age:
    """What is known of when a person was born. `as_of`: the day on which `years` was said."""

    born: date | None
    years: int | None
    as_of: date

    def cost(self, born: int | None) -> float:
        """Of a person born on this day (ordinal): 0 when it fits or nothing is known."""
        if self.born is None and self.years is None:
            return 0.0
        if born is None:
            return 0.8
        if self.born is not None:
            return _day_cost(self.born, date.fromordinal(born))
        assert self.years is not None
        off = abs(age_on(date.fromordinal(born), self.as_of) - self.years)
        return (0.0, 0.3, 0.6, 0.9)[off] if off <= _YEARS else 3.0

    @property
    def days(self) -> tuple[int, int] | None:
        """First and last day of birth (ordinal) worth searching for when a name alone is too common."""
        if self.born is not None:
            return self.born.toordinal() - 366 * _YEARS, self.born.toordinal() + 366 * _YEARS
        if self.years is None:
            return None
        newest = self.as_of.toordinal() - 365 * (self.years - 1)
        return max(1, newest - 366 * 4), newest


class Persons:
    """Searches for persons in one file."""

    def __init__(self, connection: Connection, links: Links) -> None:
        self._connection = connection
        self._links = links
        self._names = Lexicon(connection, "name")

    def find(self, name: str, age: Age) -> Found[Person]:
        """Words in any order: forename first or last, an initial, a part of a double name, with or without marks."""
        asked = _asked(name)
        meant = {word: self._names.meant(word) for word in asked}
        rows = self._rows(asked, meant, age)
        cut = len(rows) >= MOST_ROWS
        weighed = self._weighed(rows, asked, meant, age)
        best = _mixed(weighed)
        persons = (self._person(one, age, detailed=place < MOST_DETAILED) for place, one in enumerate(best))
        return Found(tuple(persons), cut or len(weighed) > len(best))

    def _rows(self, asked: list[str], meant: dict[str, list[Meant]], age: Age) -> dict[int, float]:
        """Person -> what the pair of names by which it was found costs, with the age."""
        found: dict[int, float] = {}
        if len(asked) == 1:
            self._single(found, asked[0], meant[asked[0]], age)
            return found
        pairs = [(one, other) for at, one in enumerate(asked) for other in asked[at + 1 :]]
        pairs.sort(key=lambda pair: (pair != (asked[0], asked[-1]), len(pair[0]) < 2 or len(pair[1]) < 2))
        for one, other in pairs:
            self._one_wrong(found, one, other, meant, age)
        if sum(cost < 2 * ONE_EDIT for cost in found.values()) < _FEW:
            for one, other in pairs:
                self._both_wrong(found, meant[one], meant[other], age)
        if not found:  # of two words only one is known here
            for word in asked:
                self._single(found, word, meant[word][:_FEW], age)
        return found

    def _one_wrong(
        self, found: dict[int, float], one: str, other: str, meant: dict[str, list[Meant]], age: Age
    ) -> None:
        """One of the two as it is written, the other as it may be meant."""
        for word, partner in ((one, other), (other, one)):
            for exact in [of for of in meant[word] if of.cost == EXACT]:
                self._pairs(found, exact, meant[partner], age)
                if len(partner) == 1 and (initial := self._names.initial(partner)):
                    condition = "other BETWEEN ? AND ?"
                    self._note(found, exact, condition, initial, lambda _: INITIAL, age)

    def _both_wrong(self, found: dict[int, float], ones: list[Meant], others: list[Meant], age: Age) -> None:
        for one in ones[:_BOTH_WRONG]:
            self._pairs(found, one, others[:_BOTH_WRONG], age)

    def _pairs(self, found: dict[int, float], one: Meant, others: Sequence[Meant], age: Age) -> None:
        costs = {other.id: other.cost for other in others}
        if costs:
            condition = f"other IN ({','.join('?' * len(costs))})"
            self._note(found, one, condition, list(costs), lambda other: costs[other], age)

    def _single(self, found: dict[int, float], word: str, meant: list[Meant], age: Age) -> None:
        for one in meant[: _FEW if len(word) > 1 else 1]:
            self._note(found, one, "true", (), lambda _: UNKNOWN / 2, age)

    def _note(
        self,
        found: dict[int, float],
        one: Meant,
        condition: str,
        values: Sequence[int],
        cost_of: Callable[[int], float],
        age: Age,
    ) -> None:
        room = MOST_ROWS - len(found)
        if room <= 0:
            return
        within = "" if age.days is None else " AND (born IS NULL OR born BETWEEN ? AND ?)"
        sql = f"SELECT other, person, born FROM named WHERE one = ? AND {condition}{within} LIMIT ?"
        for other, person, born in self._connection.execute(sql, [one.id, *values, *(age.days or ()), room]):
            cost = one.cost + cost_of(other) + age.cost(born)
            if cost < found.get(person, 99.0):
                found[person] = cost

    def _weighed(
        self, rows: dict[int, float], asked: list[str], meant: dict[str, list[Meant]], age: Age
    ) -> list["_Weighed"]:
        """The likeliest by their whole names, best first."""
        likeliest = sorted(rows, key=lambda person: (rows[person], person))[:MOST_WEIGHED]
        costs = {word: {one.text: one.cost for one in ones} for word, ones in meant.items()}
        marks = ",".join("?" * len(likeliest))
        sql = f"SELECT id, forenames, surname, born, markers, wanted, conditions FROM person WHERE id IN ({marks})"
        found = [
            _Weighed(_name_cost(asked, costs, row[1], row[2]), age.cost(row[3]), row)
            for row in self._connection.execute(sql, likeliest)
        ]
        return sorted(found, key=_Weighed.order)

    def _person(self, weighed: "_Weighed", age: Age, *, detailed: bool) -> Person:
        id_, forenames, surname, born, markers, wanted, conditions = weighed.row
        day = None if born is None else date.fromordinal(born)
        node = node_of(id_, Kind.PERSON)
        return Person(
            forenames,
            surname,
            "exact" if weighed.name_cost < INITIAL else "similar",
            day,
            None if day is None else age_on(day, age.as_of),
            markers_of(markers),
            wanted,
            conditions,
            self._links.home(id_),
            self._links.incidents(node) if detailed else (),
            self._links.vehicles(node) if detailed else (),
        )


@dataclass(frozen=True, slots=True, repr=False)
class _Weighed:
    name_cost: float
    age_cost: float
    row: Sequence[Any]

    def order(self) -> tuple[float, bool, int]:
        """Of two that fit alike the one whom a crew must know of comes first."""
        return round(self.name_cost + self.age_cost, 2), self.row[4] == 0 and self.row[5] is None, self.row[0]


def age_on(born: date, day: date) -> int:
    """Whole years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _asked(name: str) -> list[str]:
    if len(name) > MAX_QUERY_CHARACTERS:
        raise QueryError("a name has at most 128 characters")
    asked = list(dict.fromkeys(asked_words(name)))
    if not any(len(word) > 1 for word in asked):
        raise QueryError("a name has at least one word of two letters")
    return asked


def _mixed(weighed: list[_Weighed]) -> list[_Weighed]:
    """MOST_RESULTS of them, in order; of one name at most MOST_ALIKE before the others had their turn."""
    seen: dict[tuple[str, str], int] = {}
    first: list[_Weighed] = []
    rest: list[_Weighed] = []
    for one in weighed:
        name = (one.row[1], one.row[2])
        seen[name] = seen.get(name, 0) + 1
        (first if seen[name] <= MOST_ALIKE else rest).append(one)
    return [*first, *rest][:MOST_RESULTS]


def _name_cost(asked: Iterable[str], costs: dict[str, dict[str, float]], forenames: str, surname: str) -> float:
    """Each word asked for takes the part of the name that fits it best; what is left over costs a little."""
    parts = parts_of(forenames, surname)
    left, total = list(parts), 0.0
    for word in sorted(asked, key=len, reverse=True):
        fits = [(_part_cost(word, part, costs[word]), part) for part in left]
        cost, part = min(fits, default=(UNKNOWN, None))
        total += min(cost, UNKNOWN)
        if part is not None and cost < UNKNOWN:
            left.remove(part)
    return total + _SURPLUS * min(len(left), 3)


def _part_cost(word: str, part: str, costs: dict[str, float]) -> float:
    if word == part:
        return EXACT
    if len(word) == 1 or len(part) == 1:
        return INITIAL if word[0] == part[0] else UNKNOWN
    return costs.get(part, UNKNOWN)


def _day_cost(asked: date, born: date) -> float:
    if asked == born:
        return 0.0
    if (asked.year, asked.month, asked.day) == (born.year, born.day, born.month):
        return 0.4
    wrong = sum(one != other for one, other in zip(f"{asked:%Y%m%d}", f"{born:%Y%m%d}", strict=True))
    if wrong == 1:
        return 0.5 * SOUND
    return 1.0 if asked.year == born.year else 2.0
