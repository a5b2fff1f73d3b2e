"""A script as it is played -> a live view in the terminal: each port, what it said last, what is wrong with it, what comes next.

Needs rich, of the extra `simulator`. Where the output is no terminal, one plain line stands in its place every ten seconds.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from simulator.faults import Fault
from simulator.script import Moment, Saying
from simulator.truth import Truth
from simulator.words import WORDS

_EVERY_S: Final = 0.25
_PLAINLY_EVERY_S: Final = 10.0
_BAR_WIDE: Final = 40
_NEXT: Final = 3
_GOOD, _BAD, _DIM = "green3", "orange1", "grey50"


@dataclass(slots=True)
class Said:
    """What one port has said so far."""

    reads: int = 0
    spoilt: int = 0
    bytes: int = 0
    vrm: str = ""
    """The latest plate; the vehicles are invented."""


@dataclass(slots=True)
class Stage:
    """What the view is of."""

    truth: Truth
    faults: tuple[Fault, ...]
    reads: int
    """In all."""
    at_s: float = 0.0
    ports: dict[str, Said] = field(default_factory=dict)

    def hear(self, moment: Moment) -> None:
        """One more moment."""
        self.at_s = moment.due_s
        if not isinstance(moment, Saying):
            return
        said = self.ports.setdefault(moment.port, Said())
        said.bytes += len(moment.data)
        if moment.read is not None:
            said.reads += 1
            said.spoilt += moment.fault is not None
            said.vrm = moment.read.vrm_said


def watched(
    moments: Iterable[Moment], truth: Truth, faults: Iterable[Fault], reads: int, out: TextIO
) -> Iterator[Moment]:
    """The same moments; meanwhile the view of them, drawn up to four times a second; what it showed last stays."""
    stage = Stage(truth, tuple(faults), reads)
    console = Console(file=out)
    if not console.is_terminal:
        yield from _each(moments, stage, _PLAINLY_EVERY_S, lambda: print(line(stage), file=out, flush=True))
        return
    with Live(console=console, auto_refresh=False) as screen:
        yield from _each(moments, stage, _EVERY_S, lambda: screen.update(view(stage), refresh=True))


def _each(moments: Iterable[Moment], stage: Stage, every_s: float, draw: Callable[[], None]) -> Iterator[Moment]:
    drawn_s = time.monotonic() - every_s
    for moment in moments:
        stage.hear(moment)
        if (now_s := time.monotonic()) - drawn_s >= every_s:
            draw()
            drawn_s = now_s
        yield moment
    draw()


def line(stage: Stage) -> str:
    """How it stands, in one line."""
    wrong = ", ".join(_named(fault) for fault in _now(stage))
    spoilt = sum(stage.truth.faults.values())
    counts = f"reads {stage.truth.reads}, hits {stage.truth.hits_expected}, spoilt {spoilt}"
    return f"{stage.at_s:7.1f} s   {counts}   {wrong or 'all is well'}"


def view(stage: Stage) -> RenderableType:
    """How it stands, port by port."""
    bar = ProgressBar(total=stage.reads, completed=stage.truth.reads, width=_BAR_WIDE)
    return Group(Text(line(stage)), Padding(bar, (0, 0, 1, 0)), _table(stage), *_next(stage))


def _table(stage: Stage) -> Table:
    table = Table(box=None, header_style=_DIM, padding=(0, 2, 0, 0))
    table.add_column("port")
    for name in ("reads", "spoilt", "kB"):
        table.add_column(name, justify="right")
    table.add_column("last plate", min_width=12)
    table.add_column("now")
    for port, said in sorted(stage.ports.items()):
        wrong = ", ".join(_word(fault) for fault in _now(stage) if fault.port == port)
        counts = (str(said.reads), str(said.spoilt), f"{said.bytes / 1000:.1f}")
        table.add_row(port, *counts, said.vrm, Text(wrong or "well", style=_BAD if wrong else _GOOD))
    for fault in _now(stage):
        if not fault.port:
            table.add_row(_word(fault), "", "", "", "", Text(f"until {fault.end_s:g} s", style=_BAD))
    return table


def _next(stage: Stage) -> list[Text]:
    coming = sorted((f for f in stage.faults if f.start_s > stage.at_s), key=lambda fault: fault.start_s)
    return [Text(f"in {fault.start_s - stage.at_s:.0f} s  {_named(fault)}", style=_DIM) for fault in coming[:_NEXT]]


def _now(stage: Stage) -> list[Fault]:
    return [fault for fault in stage.faults if fault.start_s <= stage.at_s < fault.end_s]


def _word(fault: Fault) -> str:
    return next(name for name, word in WORDS.items() if word is fault.word)


def _named(fault: Fault) -> str:
    return f"{fault.port}: {_word(fault)}" if fault.port else _word(fault)
