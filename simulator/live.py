"""A script as it is played, and its truth -> one line on a terminal that says how the drive stands."""

import time
from collections.abc import Iterable, Iterator
from typing import Final, TextIO

from simulator.faults import Fault
from simulator.script import Moment
from simulator.truth import Truth
from simulator.words import WORDS

_EVERY_S: Final = 0.25


def watched(moments: Iterable[Moment], truth: Truth, faults: Iterable[Fault], out: TextIO) -> Iterator[Moment]:
    """The same moments; the line is drawn over itself, up to four times a second, and ends with the last."""
    drawn = 0.0
    width = 0
    faults = tuple(faults)
    for moment in moments:
        now = time.monotonic()
        if now - drawn >= _EVERY_S:
            line = status(truth, faults, moment.due_s)
            width = max(width, len(line))
            print(f"\r{line:{width}}", end="", file=out, flush=True)
            drawn = now
        yield moment
    print(file=out, flush=True)


def status(truth: Truth, faults: Iterable[Fault], at_s: float) -> str:
    """How it stands at `at_s`, and what is wrong then."""
    wrong = ", ".join(_named(fault) for fault in faults if fault.start_s <= at_s < fault.end_s)
    spoilt = sum(truth.faults.values())
    return (
        f"{at_s:7.1f} s   reads {truth.reads}, hits {truth.hits_expected}, spoilt {spoilt}   {wrong or 'all is well'}"
    )


def _named(fault: Fault) -> str:
    name = next(name for name, word in WORDS.items() if word is fault.word)
    return f"{fault.port}: {name}" if fault.port else name
