"""Vehicle and lane <-> MQTT topic: `pe/1/<vehicle>/up/<lane>`, `pe/1/<vehicle>/down/<kind>`, `pe/1/all/<kind>`. [proto-1]"""

import re
from dataclasses import dataclass
from typing import Final

PREFIX: Final = "pe/1"
ALL_UP: Final = f"{PREFIX}/+/up/#"
HELLO: Final = f"{PREFIX}/all/hello"
MANIFEST: Final = f"{PREFIX}/all/manifest"
ALL_CARS: Final = f"{PREFIX}/all/+"
_VEHICLE: Final = re.compile(r"[a-z0-9-]{1,32}")
_WORD: Final = re.compile(r"[a-z0-9-]{1,32}")


@dataclass(frozen=True, slots=True)
class Topic:
    """Where a message goes: `vehicle` is None for all cars; `way` is "up", "down" or "all"."""

    vehicle: str | None
    way: str
    word: str


def is_vehicle(name: str) -> bool:
    """Whether a name may stand in a topic: 1 to 32 of a-z, 0-9 and hyphen, and not `all`."""
    return name != "all" and _VEHICLE.fullmatch(name) is not None


def up(vehicle: str, word: str) -> str:
    """The topic a vehicle publishes to; word is a lane's name, `held` or `want`."""
    return f"{PREFIX}/{vehicle}/up/{word}"


def down(vehicle: str, kind: str) -> str:
    """The topic headquarters publishes to for one vehicle; kind is `receipt`, `again`, `refused` or what later issues add."""
    return f"{PREFIX}/{vehicle}/down/{kind}"


def parse(topic: str) -> Topic | None:
    """The parts of a topic, or None when it is not of this language."""
    match topic.split("/"):
        case ["pe", "1", "all", word] if _WORD.fullmatch(word):
            return Topic(None, "all", word)
        case ["pe", "1", vehicle, ("up" | "down") as way, word] if is_vehicle(vehicle) and _WORD.fullmatch(word):
            return Topic(vehicle, way, word)
    return None
