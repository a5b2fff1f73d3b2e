"""What a child is told -> one value that travels to it. In a file of its own: the daemon must not load what verifies signatures."""

from dataclasses import dataclass, field
from pathlib import Path

from edge.data.admission import Judge, Now


@dataclass(frozen=True, slots=True)
class Place:
    """Where sets are put: the storage folder and its key."""

    storage: Path
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Orders:
    """`name` None: verify the manifest only; else put the set of this name, which has come whole, in place."""

    message: bytes = field(repr=False)
    judge: Judge
    now: Now
    place: Place
    name: str | None = None
