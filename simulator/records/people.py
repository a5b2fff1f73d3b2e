"""A seed and homes -> the households in them: names, dates of birth, warnings, what they are wanted for."""

from array import array
from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Final

from simulator.records.names import Names

PERSONS_A_HOME: Final = 2.5
_SIZES: Final = (1, 2, 3, 4, 5, 7)
_SIZE_WEIGHTS: Final = (30, 34, 15, 13, 6, 2)  # persons in a household, in the shares of a census, roughly
_OTHER_NAME_SHARE: Final = 0.15  # of a household bear another surname
# marker -> in a thousand persons
_MARKERS: Final = {
    "violent": 10.0,
    "drugs": 12.0,
    "weapons": 4.0,
    "mental health": 8.0,
    "self-harm": 5.0,
    "ailment": 3.0,
    "domestic abuse": 6.0,
    "disqualified": 6.0,
    "drink drive": 5.0,
    "escaper": 1.0,
    "firearms": 1.0,
    "missing": 0.5,
}
_WANTED: Final = ("burglary", "assault", "fails to appear at court", "theft of vehicle", "breach of bail", "robbery")
_WANTED_SHARE: Final = 0.006
_CONDITIONS: Final = (
    "bail: not to enter Kiln Lane",
    "curfew 21:00 to 06:00",
    "bail: no contact with a witness",
    "curfew 19:00 to 07:00; tag",
    "to report on Mondays",
)
_CONDITIONS_SHARE: Final = 0.008


class People:
    """Who lives where. `homes_of`: the home of each person, for as many as were written."""

    def __init__(self, seed: int, count: int, homes: int, as_of: date) -> None:
        self._seed = seed
        self._count = count
        self._homes = homes
        self._as_of = as_of
        self.homes_of: array[int] = array("i")

    def rows(self) -> Iterator[str]:
        """The lines of persons.csv."""
        chance, names = Random(f"{self._seed}/persons"), Names(self._seed)
        yield "person_id,forenames,surname,born,sex,markers,wanted,conditions"
        home = 0
        while len(self.homes_of) < self._count:
            (size,) = chance.choices(_SIZES, _SIZE_WEIGHTS)
            surname, oldest = names.surname(chance), self._oldest(chance)
            for place in range(min(size, self._count - len(self.homes_of))):
                own = surname if chance.random() >= _OTHER_NAME_SHARE else names.surname(chance)
                sex = "MF"[chance.getrandbits(1)]
                born = self._born(oldest, place, chance)
                yield f"P{len(self.homes_of)},{names.forenames(sex, chance)},{own},{born},{sex},{_warnings(chance)}"
                self.homes_of.append(home)
            home = (home + 1) % self._homes

    def _oldest(self, chance: Random) -> int:
        return round(chance.triangular(19, 95, 42))

    def _born(self, oldest: int, place: int, chance: Random) -> str:
        """The second of a household is about as old as the first; the others are their children."""
        age = oldest if place == 0 else oldest + chance.randint(-6, 6)
        if place > 1:
            age = max(0, oldest - chance.randint(20, 38))
        days = min(max(0, age * 365 + chance.randrange(365)), 109 * 365)
        known = chance.random() < 0.97
        return date.fromordinal(self._as_of.toordinal() - days).isoformat() if known else ""


def _warnings(chance: Random) -> str:
    """Three columns; most persons have none."""
    if chance.random() > 0.08:
        return ",,"
    held = [word for word, share in _MARKERS.items() if chance.random() < share / 80]
    wanted = chance.choice(_WANTED) if chance.random() < _WANTED_SHARE / 0.08 else ""
    conditions = chance.choice(_CONDITIONS) if chance.random() < _CONDITIONS_SHARE / 0.08 else ""
    return f"{';'.join(held)},{wanted},{conditions}"
