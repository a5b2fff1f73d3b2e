"""One drive: what it is made of, and what has come of it so far that only its observers know."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from simulator.demo.scene import Scene
from simulator.demo.timeline import Timeline
from simulator.demo.witness import Witness
from simulator.folder import CONFIGURATION


class View(Protocol):
    """Somewhere to show a scene."""

    def tick(self, scene: Scene) -> None: ...

    def close(self) -> None: ...


@dataclass(slots=True)
class Drive:
    """Everything that happens lies in `folder`."""

    when: Timeline
    seed: int
    folder: Path
    view: View
    witness: Witness = field(default_factory=Witness)
    kills_ns: list[int] = field(default_factory=list)
    """CLOCK_MONOTONIC of each kill -9 that ended a daemon."""
    mishaps: list[str] = field(default_factory=list)
    """What should not have happened, a sentence each."""

    @property
    def store(self) -> str:
        """Headquarters' store."""
        return f"sqlite:///{self.folder / 'headquarters.db'}"

    @property
    def config(self) -> Path:
        """The car's configuration."""
        return self.folder / CONFIGURATION
