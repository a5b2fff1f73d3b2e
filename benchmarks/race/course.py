"""`benchmarks/run --peers`: the smoke gate, then the rows of the race, interleaved, each saved as it goes; progress on stderr."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.peers.programs import CONTESTANTS, Contestant
from benchmarks.race import backlog, ladder, together
from benchmarks.race.stand import stands
from benchmarks.results import FOLDER, Results
from benchmarks.rig import ROOT

KIT: Final = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "patrol-edge-peers"
BACKLOGS: Final = KIT / "backlogs"
SHORT_OUTAGE_S: Final = 30.0
FULL_OUTAGE_S: Final = 180.0

Each = Callable[[Contestant], dict[str, Any]]
Together = Callable[[Sequence[Contestant]], together.Figures]

ALONE: Final[dict[str, tuple[Each, str]]] = {
    "rate": (lambda each: ladder.rate(each, KIT), ladder.rate.__doc__ or ""),
    "drain": (lambda each: backlog.drain(each, KIT, BACKLOGS), backlog.drain.__doc__ or ""),
}
"""One contestant after the other, for they need the processor."""
AT_ONCE: Final[dict[str, tuple[Together, str]]] = {
    "footprint": (lambda all_: together.footprint(all_, KIT), together.footprint.__doc__ or ""),
    "kill": (lambda all_: together.killed(all_, KIT), together.killed.__doc__ or ""),
    "stop": (lambda all_: together.stopped(all_, KIT), together.stopped.__doc__ or ""),
    "outage-30": (lambda all_: together.outage(all_, KIT, SHORT_OUTAGE_S), together.outage.__doc__ or ""),
    "outage-180": (lambda all_: together.outage(all_, KIT, FULL_OUTAGE_S), together.outage.__doc__ or ""),
}
"""All side by side: the clock is not the figure, or it counts in seconds."""
ROWS: Final = (*ALONE, *AT_ONCE)
SHORT: Final = tuple(row for row in ROWS if row != "outage-180")
"""What runs when no row is named: 180 s of silence are for who asks for them."""


def race(rows: Sequence[str], runs: int, folder: Path = FOLDER) -> int:
    """0 when every row ran; whoever fails the smoke gate is left out. 1: that is ours."""
    started_s = time.monotonic()
    subprocess.run((ROOT / "benchmarks" / "peers" / "install", KIT), check=True)
    contestants = [each for each in CONTESTANTS.values() if (KIT / f"{each.needs}.stamp").exists()]
    bad = _smoke(contestants) and _smoke(contestants)  # a busy machine is given a second chance
    if any(each.is_ours for each in bad):
        return 1
    contestants = [each for each in contestants if each not in bad]
    if "drain" in rows:
        backlog.fill(contestants, KIT, BACKLOGS, _tell)
    for row in rows:
        results = Results(row, (ALONE.get(row) or AT_ONCE[row])[1], folder)
        for run in range(1, runs + 1):
            _tell(f"{time.monotonic() - started_s:6.0f} s  {row}, run {run} of {runs}")
            _run(row, contestants, results)
    _tell(f"{time.monotonic() - started_s:6.0f} s  done")
    return 0


def _run(row: str, contestants: Sequence[Contestant], results: Results) -> None:
    if row in AT_ONCE:
        figures = AT_ONCE[row][0](contestants)
        for name, each in figures.items():
            _tell(f"    {name}: {each}")
        results.add(figures)
        return
    for contestant in contestants:
        try:
            part = ALONE[row][0](contestant)
        except TimeoutError as error:
            part = {"failed": str(error).partition(":")[0]}
        _tell(f"    {contestant.name}: {part}")
        results.extend({contestant.name: part})


def _smoke(contestants: Sequence[Contestant]) -> list[Contestant]:
    """Who does not deliver 100 reads of 100 end to end: it is not worth measuring."""
    with stands(contestants, KIT) as all_:
        for stand in all_:
            stand.start()
        for stand in all_:
            stand.greet()
        for feeder in [stand.say([(20.0, 5.0)]) for stand in all_]:
            feeder.wait(30.0)
        together.wait_until_settled(all_, [stand.next for stand in all_], 15.0, 60.0)
        bad = [stand.contestant for stand in all_ if stand.missing(stand.next)]
    if bad:
        _tell(f"smoke: of {', '.join(each.name for each in bad)} not everything arrives")
    return bad


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
