"""A seed -> the vehicles that drive in the town, with make, model and colour, and who lives in which street."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from simulator.plates import draw
from simulator.town import Street

POPULATION: Final = 20_000
_LOCAL_SHARE: Final = 0.3  # of the passages in a street are by vehicles that live there, so that some are seen again

MODELS: Final = (
    ("FORD", "FIESTA"),
    ("FORD", "TRANSIT"),
    ("VAUXHALL", "CORSA"),
    ("VOLKSWAGEN", "GOLF"),
    ("BMW", "320"),
    ("AUDI", "A3"),
    ("TOYOTA", "YARIS"),
    ("NISSAN", "QASHQAI"),
    ("KIA", "SPORTAGE"),
    ("SKODA", "OCTAVIA"),
)
COLOURS: Final = ("BLACK", "WHITE", "GREY", "SILVER", "BLUE", "RED", "GREEN")


@dataclass(frozen=True, slots=True)
class Vehicle:
    """What can be seen of a vehicle."""

    vrm: str
    make: str
    model: str
    colour: str


@dataclass(frozen=True, slots=True)
class Population:
    """Everybody who may pass, but the listed."""

    vrms: tuple[str, ...]
    streets: int

    def passing(self, street: Street, chance: Random) -> str:
        """The VRM of somebody who passes in this street."""
        if chance.random() < _LOCAL_SHARE:
            share = len(self.vrms) // self.streets
            return self.vrms[street.number * share + chance.randrange(share)]
        return self.vrms[chance.randrange(len(self.vrms))]


def populate(seed: int, streets: int, listed: Callable[[str], str | None]) -> Population:
    """POPULATION vehicles, none of them listed."""
    chance = Random(f"{seed}/population")
    vrms: list[str] = []
    while len(vrms) < POPULATION:
        vrm = draw(chance)
        if listed(vrm) is None:
            vrms.append(vrm)
    return Population(tuple(vrms), streets)


def dress(vrm: str, chance: Random) -> Vehicle:
    """The vehicle behind a VRM, by chance."""
    make, model = MODELS[chance.getrandbits(16) % len(MODELS)]
    return Vehicle(vrm, make, model, COLOURS[chance.getrandbits(16) % len(COLOURS)])
