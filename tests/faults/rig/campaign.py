"""What a torture is told -> what it found, as one JSON line that has the same shape for all tortures."""

import itertools
import json
import math
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tests.faults.rig.program import ROOT

BREACHES: Final = ("lost", "invented", "repeated", "corrupt", "unbootable")


TOOLS: Final = Path(tempfile.gettempdir()) / "patrol-edge-tools"


class NotPossibleError(Exception):
    """This machine or this user lacks what the torture needs; the text says what."""


@dataclass(slots=True)
class Progress:
    """How far a campaign has come, in its own unit: for whoever waits for it."""

    done: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """`cycles`: of the torture's own unit. `tree`: the programs under torture are started from there."""

    folder: Path
    cycles: int
    seed: int
    tree: Path = ROOT
    tools: Path = TOOLS
    """What a torture fetches, so that the next one need not."""
    until_s: float = math.inf
    """Of time.monotonic(): a campaign that can end early begins nothing new after it, and says what it has done."""
    told_to_end: threading.Event = field(default_factory=threading.Event)
    """The same, from outside: SIGTERM or SIGINT."""
    progress: Progress = field(default_factory=Progress)
    """Of all parts together."""

    def is_over(self) -> bool:
        """Whether nothing new is to be begun."""
        return time.monotonic() >= self.until_s or self.told_to_end.is_set()

    def rounds(self) -> Iterator[int]:
        """The cycles, from 0, until they are done or time is up."""
        for cycle in itertools.takewhile(lambda _: not self.is_over(), range(self.cycles)):
            yield cycle
            self.progress.done += 1

    def part(self, number: int, cycles: int) -> "Order":
        """One of several that run side by side: a folder and a seed of its own, ended together with the others."""
        folder = self.folder / f"part-{number}"
        folder.mkdir()
        return replace(self, folder=folder, cycles=cycles, seed=self.seed * 1000 + number)


@dataclass(slots=True)
class Found:
    """Counts of the promises. `more` are the torture's own figures; `broken` other promises that were broken, in words."""

    promised: int = 0
    at_hq: int = 0
    lost: int = 0
    invented: int = 0
    repeated: int = 0
    corrupt: int = 0
    unbootable: int = 0
    cycles: int | None = None
    """What was done, where that is less than what was ordered."""
    more: dict[str, Any] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Something was promised, and every promise was kept."""
        return self.promised > 0 and not self.broken and not any(getattr(self, name) for name in BREACHES)


def summed(founds: Iterable[Found], **more: int) -> Found:
    """The parts of a campaign as one; `more` are its own figures, where there is no part."""
    whole = Found(cycles=0, more=more)
    for found in founds:
        for name in ("cycles", "promised", "at_hq", *BREACHES):
            setattr(whole, name, getattr(whole, name) + (getattr(found, name) or 0))
        for name, value in found.more.items():
            whole.more[name] = whole.more.get(name, 0) + value
        whole.broken += found.broken
    return whole


@dataclass(frozen=True, slots=True)
class Torture:
    """One line of the table. `full` cycles take `minutes` on two cores; `short` ones are in the suite; a broken build must fail within `control`."""

    about: str
    run: Callable[[Order], Found]
    full: int
    short: int
    minutes: float
    control: int = 0
    catches: tuple[str, ...] = ()
    """Broken builds (broken.BROKEN) that it must catch."""
    unit: str = "cycles"
    """What a cycle is; `--UNIT N` says the same as `--cycles N`."""
    row: int | None = None
    """Of the scorecard in docs/reliability.md."""


def line(name: str, order: Order, broken: str | None, found: Found, seconds: float) -> str:
    """The report: one JSON object, without an end of line."""
    figures = asdict(found)
    more, broke = figures.pop("more"), figures.pop("broken")
    done = figures.pop("cycles")
    told = {"torture": name, "broken": broken, "cycles": order.cycles if done is None else done, "seed": order.seed}
    made = {"commit": commit(), "date": f"{datetime.now(UTC):%Y-%m-%d}", "seconds": round(seconds, 1)}
    return json.dumps({**told, **figures, "good": found.is_good, "breaches": broke, **more, **made})


def commit() -> str:
    """Of this tree, short; with a plus when something in it is not committed, and "unknown" where there is no git."""
    words = ["git", "describe", "--always", "--exclude=*", "--dirty=+"]
    asked = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    return asked.stdout.strip() or "unknown"
