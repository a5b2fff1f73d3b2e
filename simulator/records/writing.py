"""A seed and a scale -> five CSV files that `patrol-hq records import` takes, line by line; how far it is, it says as it goes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from math import ceil
from pathlib import Path
from typing import Final

from simulator.records.fleet import Fleet, Listed
from simulator.records.homes import lay_out
from simulator.records.homes import rows as home_rows
from simulator.records.incidents import Incidents
from simulator.records.people import PERSONS_A_HOME, People

VEHICLES: Final = 1_000_000
PERSONS: Final = 500_000
EVENTS: Final = 2_000_000
STEP: Final = 100_000  # lines between two words of progress


@dataclass(frozen=True, slots=True)
class Town:
    """What is written: `scale` 1 is a million vehicles, half a million persons, two million incidents up to `as_of`."""

    seed: int
    scale: float
    as_of: date
    listed: tuple[Listed, ...] = ()

    def count(self, whole: int) -> int:
        """So many at this scale, at least one."""
        return max(1, round(whole * self.scale))


def write(town: Town, folder: Path, progress: Callable[[str], None]) -> dict[str, int]:
    """The files, by name the rows of each. Memory: some 100 MB at scale 1. Raises OSError."""
    persons, events = town.count(PERSONS), town.count(EVENTS)
    vehicles = max(town.count(VEHICLES), len(town.listed))
    homes = lay_out(town.seed, ceil(persons / PERSONS_A_HOME))
    people = People(town.seed, persons, len(homes), town.as_of)
    fleet = Fleet(town.seed, vehicles, persons, town.listed)
    incidents = Incidents(town.seed, events, homes, town.as_of)

    def relationships() -> Iterator[str]:
        residents = (f"resident,P{person},L{home}" for person, home in enumerate(people.homes_of))
        yield "role,from_id,to_id"
        yield from chain(residents, fleet.keepers(), incidents.links(persons, vehicles))

    files = {
        "locations": home_rows(homes, town.seed),
        "persons": people.rows(),
        "objects": fleet.rows(),
        "events": incidents.rows(),
        "relationships": relationships(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    return {name: _write(folder / f"{name}.csv", lines, progress) for name, lines in files.items()}


def _write(path: Path, lines: Iterable[str], progress: Callable[[str], None]) -> int:
    count = -1
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for count, line in enumerate(lines):
            file.write(f"{line}\n")
            if count and count % STEP == 0:
                progress(f"{path.name}: {count:,}")
    progress(f"{path.name}: {count:,} rows")
    return count
