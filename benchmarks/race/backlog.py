"""A backlog made while the link is down -> the rate at which it drains when a contestant is started with the link up."""

import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.peers.programs import Contestant
from benchmarks.race.stand import Stand, stands

READS: Final = 100_000
MOST_DRAIN_S: Final = 40.0
FILL_PER_S: Final = 9_000.0  # what a contestant is offered; the line's flow control holds back what it cannot take
MOST_FILL_S: Final = 900.0
_BUSY: Final = 0.05  # of a core: less, for 3 s, and it has put away what it was told
_NOT_KEPT: Final = ("front", "seen", "hq.db", "hq.db-wal", "hq.db-shm", "edge.sock")


def fill(contestants: Sequence[Contestant], kit: Path, kept: Path, say: Callable[[str], None]) -> None:
    """Makes `kept`/NAME of those with a store: stopped cleanly with READS reads that could not be sent. Side by side."""
    wanted = [each for each in contestants if each.keeps and not (kept / each.name).is_dir()]
    if not wanted:
        return
    with stands(wanted, kit) as all_:
        for stand in all_:
            stand.start()
        for stand in all_:
            stand.greet()
        for stand in all_:
            stand.link.cut()
        feeders = [(stand, stand.say([(FILL_PER_S, READS / FILL_PER_S)])) for stand in all_]
        until_s = time.monotonic() + MOST_FILL_S
        while feeders and time.monotonic() < until_s:
            time.sleep(3.0)
            for stand, feeder in [pair for pair in feeders if pair[1].is_over]:
                feeders.remove((stand, feeder))
                _put_away(stand)
                stand.stop()
                _keep(stand.folder, kept / stand.contestant.name)
                say(f"{stand.contestant.name}: a backlog of {READS:,} is kept")
        for stand, feeder in feeders:
            feeder.stop()
            say(f"{stand.contestant.name}: {feeder.said:,} of {READS:,} in {MOST_FILL_S:.0f} s; no backlog is kept")


def _put_away(stand: Stand) -> None:
    for _ in range(40):
        before = stand.figures().cpu_s
        time.sleep(3.0)
        if stand.figures().cpu_s - before < _BUSY * 3.0:
            return


def _keep(folder: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    fresh = to.with_name(f"{to.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(folder, fresh, symlinks=True, ignore=shutil.ignore_patterns(*_NOT_KEPT, "*.log"))
    fresh.rename(to)


def drain(contestant: Contestant, kit: Path, kept: Path) -> dict[str, Any]:
    """Reads/s of a backlog of 100,000, from the first to the last that arrives after a start with the link up; 40 s at most.

    Of ours: from the first to the last receipt. Who has no store over a stop has no backlog: None.
    """
    if not (kept / contestant.name).is_dir():
        return {"reads_per_s": None, "arrived": 0}
    with stands([contestant], kit, direct=True, kept=kept) as (stand,):
        started_s = time.monotonic()
        stand.start()
        while (first := stand.seen.distinct) == 0 and time.monotonic() - started_s < 60.0:
            time.sleep(0.002)
        first_s = last_s = time.monotonic()
        arrived = first
        while arrived < READS and time.monotonic() - first_s < MOST_DRAIN_S and time.monotonic() - last_s < 8.0:
            time.sleep(0.002)
            if (now := stand.seen.distinct) != arrived:
                arrived, last_s = now, time.monotonic()
        seconds = last_s - first_s
        return {
            "reads_per_s": round((arrived - first) / seconds) if seconds else None,
            "arrived": arrived,
            "from_start_s": round(last_s - started_s, 2),
            "rss_mb": stand.figures().rss_mb,
        }
