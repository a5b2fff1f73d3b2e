"""What a search answers with: frozen values, bounded, best first. None of them shows personal data in its repr."""

from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

T = TypeVar("T")


class QueryError(ValueError):
    """A question that cannot be searched for; the text says what is missing and holds nothing of the question."""


@dataclass(frozen=True, slots=True, repr=False)
class Incident:
    """An event. `role`: what the person or vehicle asked for was in it. `metres`: from the point asked for."""

    ref: str
    category: str
    day: date
    minute: int | None
    address: str | None
    summary: str | None
    role: str | None = None
    metres: int | None = None

    def __repr__(self) -> str:
        return "Incident(...)"  # a repr may reach a log


@dataclass(frozen=True, slots=True, repr=False)
class LinkedPerson:
    """A person in short. `role`: of the vehicle, place or event that was asked for."""

    name: str
    born: date | None
    role: str
    markers: tuple[str, ...]
    is_wanted: bool

    def __repr__(self) -> str:
        return "LinkedPerson(...)"


@dataclass(frozen=True, slots=True, repr=False)
class LinkedVehicle:
    """A vehicle in short. `role`: what the person is of it, or what it was in the event."""

    vrm: str
    make: str | None
    model: str | None
    colour: str | None
    role: str
    markers: tuple[str, ...]

    def __repr__(self) -> str:
        return "LinkedVehicle(...)"


@dataclass(frozen=True, slots=True, repr=False)
class Vehicle:
    """A vehicle. `match`: `exact` by its canonical key, `part`, or `look-alike`: one character that is easily misread."""

    vrm: str
    match: str
    make: str | None
    model: str | None
    colour: str | None
    keeper_area: str | None
    markers: tuple[str, ...]
    persons: tuple[LinkedPerson, ...]
    incidents: tuple[Incident, ...]

    def __repr__(self) -> str:
        return "Vehicle(...)"


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """A person. `match`: `exact`, or `similar`: another spelling or sound. `wanted`: for what. `conditions`: bail, curfew."""

    forenames: str
    surname: str
    match: str
    born: date | None
    age: int | None
    markers: tuple[str, ...]
    wanted: str | None
    conditions: str | None
    home: str | None
    incidents: tuple[Incident, ...]
    vehicles: tuple[LinkedVehicle, ...]

    def __repr__(self) -> str:
        return "Person(...)"


@dataclass(frozen=True, slots=True, repr=False)
class MarkedPlace:
    """An address with warning markers, near the point that was asked for."""

    address: str
    metres: int
    markers: tuple[str, ...]

    def __repr__(self) -> str:
        return "MarkedPlace(...)"


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """An address. WGS 84 degrees. `total`: of its incidents, of which the newest are shown."""

    address: str
    match: str
    lat: float
    lon: float
    markers: tuple[str, ...]
    total: int
    incidents: tuple[Incident, ...]
    persons: tuple[LinkedPerson, ...]
    vehicles: tuple[LinkedVehicle, ...]

    def __repr__(self) -> str:
        return "Place(...)"


@dataclass(frozen=True, slots=True, repr=False)
class Around:
    """What is around a point. `total`: incidents found, of which the newest are shown; `categories`: how many of each, most first."""

    total: int
    categories: tuple[tuple[str, int], ...]
    incidents: tuple[Incident, ...]
    marked: tuple[MarkedPlace, ...]
    persons: tuple[LinkedPerson, ...]
    vehicles: tuple[LinkedVehicle, ...]
    is_cut: bool
    """There was more than is looked through; what lies farther off is missing."""

    def __repr__(self) -> str:
        return "Around(...)"


@dataclass(frozen=True, slots=True, repr=False)
class Found(Generic[T]):
    """Results, best first. `more`: there are others; a narrower question finds them."""

    results: tuple[T, ...]
    more: bool = False

    def __repr__(self) -> str:
        return f"Found({len(self.results)}{'+' if self.more else ''})"
