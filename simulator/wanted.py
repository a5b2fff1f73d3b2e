"""A seed and the VRMs that will pass -> the list: who is on it (without holding a million strings), and its rows.

Fifteen of sixteen entries that never pass are numbered plates of one run of numbers, so membership is arithmetic; the
sixteenth is in an older form and is held by its key.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import Final

from proto.plates import canonical
from simulator.numbered import number, plate
from simulator.plates import draw_older
from simulator.vehicles import dress

COLUMNS: Final = (
    *("vrm", "make", "model", "colour", "action", "warning_markers", "reason", "nim"),
    *("information", "force_area", "weed_date", "pnc_id", "gpms", "cad", "spare_1", "spare_2"),
)
FIRST_NUMBER: Final = 200_000_000  # `--unique` reads are numbered from 0, listed vehicles that never pass from here
MAX_ENTRIES: Final = 100_000_000  # FIRST_NUMBER + shift + this stays below numbered.CAPACITY

_OLDER_EVERY: Final = 16
_SHIFT_MAX: Final = 40_000_000  # another seed lists other numbers
_KEPT: Final = timedelta(days=42)  # PNC weeds lost and stolen reports after six weeks (domain.md)
_REASONS: Final = (
    ("STOP", "STOLEN", "", 90),
    ("STOP", "NO INSURANCE", "", 50),
    ("STOP", "WANTED PERSON", "VI", 80),
    ("SILENT", "INTELLIGENCE", "", 30),
    ("STOP", "FIREARMS MARKER", "FI", 100),
    ("STOP", "CLONED PLATES", "", 60),
    ("SILENT", "NO MOT", "", 10),
)  # action, reason, warning markers, priority 0-100


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is listed: the passing ones, a run of numbered plates, and older forms."""

    passing: tuple[str, ...]
    first: int
    count: int
    older: tuple[str, ...]
    keys: frozenset[str]
    """The canonical keys of `passing` and `older`."""

    def entry(self, vrm: str) -> str | None:
        """The canonical key under which this VRM is listed; None when it is not."""
        key = canonical(vrm)
        if key is None or key in self.keys:
            return key
        found = number(key)
        return key if found is not None and self.first <= found < self.first + self.count else None


def compose(seed: int, entries: int, passing: Sequence[str]) -> Wanted:
    """A list of `entries` different keys that names all of `passing`. ValueError: it is too short, or too long."""
    if not len(passing) <= entries <= MAX_ENTRIES:
        raise ValueError(
            f"a list of {entries} entries cannot name {len(passing)} passing vehicles (at most {MAX_ENTRIES})"
        )
    chance = Random(f"{seed}/list")
    first = FIRST_NUMBER + chance.randrange(_SHIFT_MAX)
    keys = {key for key in map(canonical, passing) if key is not None}
    older: list[str] = []
    rest = entries - len(passing)
    while len(older) < rest // _OLDER_EVERY:
        vrm = draw_older(chance)
        key = canonical(vrm)
        if key is not None and key not in keys:
            keys.add(key)
            older.append(vrm)
    return Wanted(tuple(passing), first, rest - len(older), tuple(older), frozenset(keys))


def rows(wanted: Wanted, seed: int, made: date) -> Iterator[tuple[str, ...]]:
    """The file's rows in COLUMNS' order, the three sorts of entry evenly mixed."""
    chance = Random(f"{seed}/rows")
    weed_date = f"{made + _KEPT}"
    for place, vrm in enumerate(_mixed(wanted, chance)):
        vehicle = dress(vrm, chance)
        action, reason, markers, priority = _REASONS[chance.getrandbits(16) % len(_REASONS)]
        yield (
            *(vrm, vehicle.make, vehicle.model, vehicle.colour, action, markers, reason, "B23", "SIMULATED", "SIM"),
            *(weed_date, f"SIM/{place}", "OFFICIAL", "", f"{priority}", ""),
        )


def _mixed(wanted: Wanted, chance: Random) -> Iterator[str]:
    numbered = map(plate, range(wanted.first, wanted.first + wanted.count))
    few = [*wanted.passing, *wanted.older]
    chance.shuffle(few)
    stride = wanted.count // max(1, len(few))
    for vrm in few:
        yield vrm
        yield from islice(numbered, stride)
    yield from numbered
