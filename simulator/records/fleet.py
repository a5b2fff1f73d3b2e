"""A seed and people -> the vehicles of a town, UK formats and ages, and who keeps which; a world's listed ones with their markers."""

from bisect import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Final

from simulator.plates import draw
from simulator.vehicles import COLOURS, MODELS

_MORE_MODELS: Final = (
    *(("FORD", "FOCUS"), ("FORD", "KUGA"), ("FORD", "PUMA"), ("VAUXHALL", "ASTRA"), ("VAUXHALL", "VIVARO")),
    *(("VOLKSWAGEN", "POLO"), ("VOLKSWAGEN", "TIGUAN"), ("VOLKSWAGEN", "TRANSPORTER"), ("BMW", "118"), ("BMW", "X5")),
    *(("AUDI", "A1"), ("AUDI", "Q5"), ("MERCEDES-BENZ", "A180"), ("MERCEDES-BENZ", "SPRINTER"), ("TOYOTA", "COROLLA")),
    *(("TOYOTA", "HILUX"), ("NISSAN", "JUKE"), ("NISSAN", "LEAF"), ("KIA", "PICANTO"), ("HYUNDAI", "I10")),
    *(("HYUNDAI", "TUCSON"), ("PEUGEOT", "208"), ("PEUGEOT", "PARTNER"), ("RENAULT", "CLIO"), ("CITROEN", "C3")),
    *(("FIAT", "500"), ("SEAT", "IBIZA"), ("MINI", "COOPER"), ("LAND ROVER", "DEFENDER"), ("TESLA", "MODEL 3")),
    *(("HONDA", "JAZZ"), ("MAZDA", "3"), ("VOLVO", "XC40"), ("YAMAHA", "MT-07"), ("DAF", "XF")),
)
_MODELS: Final = MODELS + _MORE_MODELS
_MODEL_SUMS: Final = tuple(accumulate(1 / (rank + 3) for rank in range(len(_MODELS))))
_COLOURS: Final = (*COLOURS, "ORANGE", "YELLOW", "BROWN", "BEIGE", "PURPLE")
_COLOUR_SUMS: Final = tuple(accumulate((22, 17, 17, 12, 15, 9, 3, 2, 1, 1, 1, 0.5)))
# marker -> in a thousand vehicles
_MARKERS: Final = {
    "no insurance": 30.0,
    "no MOT": 20.0,
    "no tax": 15.0,
    "drugs": 3.0,
    "stolen": 2.0,
    "false plates": 1.0,
    "fails to stop": 1.0,
    "firearms": 0.5,
    "weapons": 0.5,
}
_KEPT_SHARE: Final = 0.55  # by a person who is known here; the others by firms, or by persons elsewhere
_AREAS: Final = tuple(
    f"{name} Ward" for name in ("Kiln", "Mill", "Harbour", "Castle", "Abbey", "Station", "Moor", "Park")
)
_AREA_NUMBERS: Final = 12


@dataclass(frozen=True, slots=True)
class Listed:
    """A vehicle that must be in the fleet; what is not known of it is drawn."""

    vrm: str
    make: str | None = None
    model: str | None = None
    colour: str | None = None
    marker: str | None = None


class Fleet:
    """`listed`: before all others, and each with a keeper."""

    def __init__(self, seed: int, count: int, persons: int, listed: Iterable[Listed] = ()) -> None:
        self._seed = seed
        self._count = count
        self._persons = persons
        self._listed = {one.vrm: one for one in listed}

    def rows(self) -> Iterator[str]:
        """The lines of objects.csv."""
        chance = Random(f"{self._seed}/objects")
        yield "object_id,vrm,make,model,colour,keeper_area,markers"
        for number, vrm in enumerate(self._vrms()):
            make, model = _MODELS[bisect(_MODEL_SUMS, chance.random() * _MODEL_SUMS[-1])]
            colour = _COLOURS[bisect(_COLOUR_SUMS, chance.random() * _COLOUR_SUMS[-1])]
            area = f"{_AREAS[chance.getrandbits(3)]} {chance.randrange(_AREA_NUMBERS) + 1}"
            markers, one = _markers(chance), self._listed.get(vrm)
            if one is not None:
                colour, markers = one.colour or colour, one.marker or markers
                make, model = (one.make, one.model or "") if one.make else (make, model)
            yield f"V{number},{vrm},{make},{model},{colour},{area},{markers}"

    def keepers(self) -> Iterator[str]:
        """Lines of relationships.csv."""
        chance = Random(f"{self._seed}/keepers")
        for vehicle in range(self._count):
            if chance.random() < _KEPT_SHARE or vehicle < len(self._listed):
                yield f"keeper,P{chance.randrange(self._persons)},V{vehicle}"

    def _vrms(self) -> Iterator[str]:
        """Each once."""
        chance = Random(f"{self._seed}/vrms")
        yield from self._listed
        known = set(self._listed)  # m: 75 MB for a million
        while len(known) < self._count:
            vrm = draw(chance)
            if vrm not in known:
                known.add(vrm)
                yield vrm


def _markers(chance: Random) -> str:
    if chance.random() > 0.1:
        return ""
    return ";".join(word for word, share in _MARKERS.items() if chance.random() < share / 100)
