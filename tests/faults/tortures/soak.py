"""A drive that goes on and on over a bad radio -> memory, descriptors and forgotten tasks of a daemon that is never restarted. [row 20]"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median
from typing import Final

from tests.faults.rig.campaign import Found, Order, Torture
from tests.faults.rig.complaints import look
from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig
from tests.faults.rig.wire import HERE, Wire

RATE: Final = 300.0  # reads/s: an hour of a busy street in four minutes
QUOTA_MB: Final = 4  # full within minutes: then as much goes as comes, as in a car after weeks
SAMPLE_S: Final = 2.0
WARM: Final = 0.4  # of the run: caches, pools, the quota and the allocator have what they will have
MOST_GROWTH: Final = 0.01
MOST_GROWTH_WARMING: Final = 0.05  # within minutes nothing is warm yet: the short form only finds a flood
LEAST_S: Final = 15.0
LONG: Final = 20  # minutes
LOSS_PERCENT: Final = 5
FORGOTTEN: Final = re.compile(r"never retrieved|was never awaited|ResourceWarning|Task was destroyed")


@dataclass(frozen=True, slots=True)
class Sample:
    rss_kb: int
    descriptors: int


@contextmanager
def _world(order: Order) -> Iterator[tuple[Rig, Wire]]:
    wire = Wire()
    rig = Rig(order.folder, tree=order.tree, address=HERE)
    rig.car.daemon.words[:0] = wire.car_words
    rig.car.daemon.environment |= {"PYTHONWARNINGS": "default::ResourceWarning"}
    rig.car.config.write_text(rig.car.config.read_text().replace("[storage]\n", f"[storage]\nquota_mb = {QUOTA_MB}\n"))
    rig.car.follower.kept = ("alarm", "dropped")
    rig.feeder.rate = RATE
    try:
        yield rig, wire
    finally:
        rig.end()
        wire.end()


def run(order: Order) -> Found:
    """A cycle is a minute."""
    with _world(order) as (rig, wire):
        rig.start()
        wire.thin()
        wire.lossy(LOSS_PERCENT)
        pid, samples = rig.car.daemon.pid, list(_samples(rig, wire, order))
        wire.whole()
        wire.wide()
        rig.feeder.stop()
        until(lambda: not rig.car.unsent(), "everything is receipted", 300.0)
        found = rig.verdict().found()
        look(rig, found)
        found.unbootable = int(rig.car.daemon.pid != pid or not rig.car.daemon.is_running())
        forgotten = len(FORGOTTEN.findall(rig.car.daemon.said))
    found.more |= _grown(samples) | {"samples": len(samples), "forgotten_tasks": forgotten}
    found.broken += _breaches(found.more, MOST_GROWTH if order.cycles >= LONG else MOST_GROWTH_WARMING)
    return found


def _samples(rig: Rig, wire: Wire, order: Order) -> Iterator[Sample]:
    chance, began_s = Random(order.seed), time.monotonic()
    end_s = began_s + max(60 * order.cycles, LEAST_S)
    while time.monotonic() < end_s and not order.is_over():
        order.progress.done = int(time.monotonic() - began_s) // 60
        assert rig.car.is_alive()
        yield Sample(rig.car.daemon.rss_kb(), len(list(Path(f"/proc/{rig.car.daemon.pid}/fd").iterdir())))
        if chance.random() < SAMPLE_S / 30:  # a tunnel about every half minute
            wire.down()
            time.sleep(chance.uniform(0.5, 6))
            wire.up()
        time.sleep(SAMPLE_S)


def _grown(samples: list[Sample]) -> dict[str, float]:
    """Medians of the first and the last sixth of what came after the warm-up: one sample may meet a drain."""
    warm = samples[int(len(samples) * WARM) :]
    part = max(1, len(warm) // 6)
    first, last = warm[:part], warm[-part:]
    before, after = median(s.rss_kb for s in first), median(s.rss_kb for s in last)
    return {
        "rss_kb": after,
        "rss_growth_percent": round(100 * (after - before) / before, 2),
        "descriptors": median(s.descriptors for s in last),
        "descriptors_growth": median(s.descriptors for s in last) - median(s.descriptors for s in first),
    }


def _breaches(figures: dict[str, float], most_growth: float) -> Iterator[str]:
    if figures["rss_growth_percent"] >= 100 * most_growth:
        yield "memory grows"
    if figures["descriptors_growth"] > 0:
        yield "descriptors grow"
    if figures["forgotten_tasks"]:
        yield "a task's exception was never looked at"


TORTURE: Final = Torture(
    "hours of a drive over a thin, lossy link with tunnels: flat memory, flat descriptors, no forgotten task",
    run,
    full=30,
    short=0,
    control=20,
    minutes=31,
    catches=("leak",),
    unit="minutes",
    row=20,
)
