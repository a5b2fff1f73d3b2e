"""The car's route -> what its satellite receiver says, once a second."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Final

from drivers.gps import DIALECTS
from drivers.readings import Fix
from simulator.faults import Fault, active
from simulator.route import Route
from simulator.words import GPS_PORT

_SHAKE_DEG: Final = 0.00002  # about two metres: an open sky


def sentences(
    route: Route, start: datetime, seed: int, dialect: str, faults: Sequence[Fault] = ()
) -> Iterator[tuple[float, bytes]]:
    """(seconds after the start, bytes) for each whole second, for ever. `start` is aware UTC; clocks go wrong by `faults`."""
    encode = DIALECTS[dialect]().encode
    chance = Random(f"{seed}/receiver")
    for second in count():
        wrong = active(faults, "clock", GPS_PORT, second)
        yield float(second), encode(fix(route, second, start if wrong is None else start + wrong.shift, chance))


def fix(route: Route, second: int, start: datetime, chance: Random) -> Fix:
    """The receiver's belief at one second: the truth, shaken by about two metres."""
    moment = route.at(second)
    return Fix(
        lat=moment.lat + chance.gauss(0, _SHAKE_DEG),
        lon=moment.lon + chance.gauss(0, _SHAKE_DEG),
        at=start + timedelta(seconds=second),
        speed_mps=moment.speed_mps,
        heading_deg=moment.heading_deg,
        altitude_m=round(12 + chance.gauss(0, 1), 1),
        hdop=round(chance.uniform(0.7, 1.4), 1),
        satellites=chance.randint(7, 12),
    )
