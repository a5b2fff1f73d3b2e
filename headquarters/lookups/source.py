"""The one class to implement for a force whose records are elsewhere; docs/own-records.md has an example."""

from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Protocol, TypeAlias

from records.answers import Around, Found, Person, Place, Vehicle


class UnavailableError(Exception):
    """It cannot be known now: the system is away, or nothing was imported yet. The text may reach a log."""


class Source(Protocol):
    """Whoever knows. Called one at a time, on a thread that is its own from the first call to `close`; it may take seconds.

    Each raises QueryError for a question that cannot be answered, and UnavailableError.
    """

    def as_of_ms(self) -> int | None:
        """UTC milliseconds that what is known is of; None: not known."""
        ...

    def vehicle(
        self, query: str, *, make: str | None = None, model: str | None = None, colour: str | None = None
    ) -> Found[Vehicle]:
        """A VRM whole or in part (`*`, `?`)."""
        ...

    def person(self, name: str, *, born: date | None = None, age: int | None = None, as_of: date) -> Found[Person]:
        """A name as it was heard; `age` in years on the day `as_of`."""
        ...

    def place(self, address: str) -> Found[Place]:
        """An address as it was said."""
        ...

    def near(self, lat: float, lon: float, *, metres: int, days: int, as_of: date) -> Around:
        """What is around a point (degrees WGS 84), in the last so many days up to `as_of`."""
        ...

    def close(self) -> None:
        """No question any more."""
        ...


MakeSource: TypeAlias = Callable[[Path], Source]
"""The store's path -> who knows. Opens nothing yet."""


def named(name: str) -> MakeSource:
    """`MODULE:NAME`, such as `ourforce.records:Records`: what is to be called with the store's path. Raises ValueError."""
    module, _, attribute = name.partition(":")
    try:
        make: MakeSource = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"no {name}: --source is MODULE:NAME of a class that can be imported ({error})") from error
    return make
