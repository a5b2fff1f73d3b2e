"""A seed, homes and people -> years of incidents: at addresses that have many, near those that had one last week, by few offenders."""

from bisect import bisect
from collections import deque
from collections.abc import Iterator
from datetime import date
from itertools import accumulate
from random import Random
from typing import Final

from simulator.records.homes import Homes

YEARS: Final = 5
_HOT_SHARE: Final = 0.3  # of the incidents happen at
_HOT_HOMES: Final = 0.02  # of the addresses, the first of them most
_NEAR_SHARE: Final = 0.12  # follow another within days, a few doors away
_NEAR_DAYS: Final = 14
_REMEMBERED: Final = 400
_OFFENDERS: Final = 0.04  # of the persons
# category -> (weight, what its summaries begin with, the hours it peaks at)
_CATEGORIES: Final = {
    "other": (20, ("nuisance", "dispute of neighbours", "noise", "found property"), 18),
    "assault": (18, ("punched", "pushed", "threatened", "struck with a bottle"), 22),
    "other_theft": (16, ("bicycle taken", "parcel taken", "purse taken", "tools taken"), 14),
    "criminal_damage": (12, ("window broken", "graffiti", "fence broken", "car scratched"), 21),
    "burglary": (10, ("rear window forced", "front door forced", "shed broken into", "through open window"), 3),
    "theft_from_vehicle": (9, ("window smashed", "catalytic converter cut", "tools from van", "plates taken"), 2),
    "theft_of_vehicle": (5, ("keys taken in burglary", "keyless", "left running"), 4),
    "robbery": (3, ("telephone", "at knife point", "by two on a moped"), 21),
    "drugs": (4, ("dealing", "possession", "cannabis factory"), 16),
    "public_order": (3, ("shouting", "fight", "threats"), 23),
}
_WORDS: Final = tuple(_CATEGORIES)
_SUMS: Final = tuple(accumulate(weight for weight, _, _ in _CATEGORIES.values()))
_SUMMARY_SHARE: Final = 0.6
_AFTER: Final = ("", "", ", seen on camera", ", suspect ran off", ", second time", ", no witness", ", offender known")
_VEHICLE_ROLES: Final = {
    "theft_of_vehicle": "stolen",
    "theft_from_vehicle": "damaged",
    "robbery": "used",
    "drugs": "used",
}


class Incidents:
    """In the order of their days, up to `as_of`."""

    def __init__(self, seed: int, count: int, homes: Homes, as_of: date) -> None:
        self._seed = seed
        self._count = count
        self._homes = homes
        self._last = as_of.toordinal()

    def rows(self) -> Iterator[str]:
        """The lines of events.csv."""
        chance = Random(f"{self._seed}/events")
        recent: deque[tuple[int, str]] = deque(maxlen=_REMEMBERED)
        first = self._last - YEARS * 365
        yield "event_id,category,occurred_at,location_id,summary"
        for number, category in enumerate(self._categories()):
            day = first + YEARS * 365 * number // self._count
            home = self._home(category, recent, chance)
            recent.append((home, category))
            _, begins, peak = _CATEGORIES[category]
            minute = round(chance.gauss(peak * 60, 200)) % 1440
            summary = ""
            if chance.random() < _SUMMARY_SHARE:
                summary = chance.choice(begins) + chance.choice(_AFTER).replace(",", " -")
            at = date.fromordinal(day).isoformat()
            yield f"E{number},{category},{at}T{minute // 60:02}:{minute % 60:02},L{home},{summary}"

    def links(self, persons: int, vehicles: int) -> Iterator[str]:
        """Lines of relationships.csv: who and what was in them."""
        chance = Random(f"{self._seed}/involved")
        offenders = max(1, int(persons * _OFFENDERS))
        for number, category in enumerate(self._categories()):
            if chance.random() < 0.55:
                yield f"victim,P{chance.randrange(persons)},E{number}"
            if chance.random() < 0.22:
                # The square makes a few of them busy: a tenth of the offenders is named in a third of what has a suspect.
                offender = int(offenders * chance.random() ** 2) * 7919 % persons
                yield f"{'arrested' if chance.random() < 0.3 else 'suspect'},P{offender},E{number}"
            if chance.random() < 0.12:
                yield f"witness,P{chance.randrange(persons)},E{number}"
            if (role := _VEHICLE_ROLES.get(category)) and chance.random() < 0.7:
                yield f"{role},V{chance.randrange(vehicles)},E{number}"

    def _categories(self) -> Iterator[str]:
        """The same each time: events and links are written apart."""
        chance = Random(f"{self._seed}/categories")
        for _ in range(self._count):
            yield _WORDS[bisect(_SUMS, chance.random() * _SUMS[-1])]

    def _home(self, category: str, recent: deque[tuple[int, str]], chance: Random) -> int:
        lot = chance.random()
        if lot < _NEAR_SHARE and recent:
            near, of = chance.choice(recent) if len(recent) < 3 else recent[chance.randrange(len(recent))]
            if of == category:
                return self._homes.neighbour(near, chance)
        if lot < _NEAR_SHARE + _HOT_SHARE:
            hot = int(len(self._homes) * _HOT_HOMES) + 1
            return int(hot * chance.random() ** 2) * 104_729 % len(self._homes)
        return chance.randrange(len(self._homes))
