"""A rig -> the broker away for a while, with a backlog when it is back; who overtakes whom, as a second subscriber sees it."""

import time
from dataclasses import dataclass
from typing import Final

from edge.uplink.lull import LIVE_S
from proto.batches import Batch
from proto.lanes import Lane
from tests.faults.rig.campaign import Found, Order, Torture
from tests.faults.rig.judge import Verdict
from tests.faults.rig.observer import Observer
from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig, built

RECONNECT_S: Final = 10.0  # promised: from the broker's return on
BACKLOG: Final = 20_000
AT_ONCE: Final = 500  # reads: a fraction of the daemon's queue


@dataclass(frozen=True, slots=True)
class Outage:
    """`reconnected_s`: from the broker's return; `overtaken`: batches of backlog behind the first live one."""

    reconnected_s: float
    is_backlog_marked: bool
    overtaken: int
    verdict: Verdict


def outage(rig: Rig, away_s: float, backlog: int) -> Outage:
    """Headquarters joins last, so that whoever looks on sees everything. Raises TimeoutError when something stays down."""
    rig.broker.start()
    rig.car.plug()
    rig.car.start()
    until(lambda: any(line["up"] for line in rig.car.follower.of("link")), "the link is up")
    rig.broker.kill()
    gone_s = time.monotonic()
    _pile_up(rig, backlog)
    earlier = rig.car.follower.stored().numbers
    if away_s < 2 * LIVE_S:  # too short for anything to become old: it becomes an earlier epoch's
        rig.car.kill()
        rig.car.start()
    rig.feeder.start()
    rig.until_stored(1)
    time.sleep(max(0.0, gone_s + away_s - time.monotonic()))
    mark = rig.car.follower.mark()
    rig.broker.start()
    back_s = time.monotonic()
    with Observer(rig.broker.port) as observer:
        until(lambda: any(line["up"] for line in rig.car.follower.of("link", mark)), "the link is up again")
        reconnected_s = time.monotonic() - back_s
        rig.headquarters.start()
        verdict = rig.settle()
    reads = [batch for batch in observer.batches if batch.lane is Lane.READ]
    old = [batch for batch in reads if (of := earlier.get((batch.epoch.hex(), "read"))) and batch.last <= of.last]
    return Outage(reconnected_s, all(batch.backlog for batch in old) and bool(old), _overtaken(reads), verdict)


def _pile_up(rig: Rig, backlog: int) -> None:
    rig.car.until_heard()
    while (said := len(rig.feeder.said)) < backlog:
        rig.feeder.say(AT_ONCE)
        until(lambda: rig.car.follower.count("read") >= said, "the reads are stored")
    until(lambda: rig.car.follower.count("read") >= backlog, "the backlog is stored")


def _overtaken(reads: list[Batch]) -> int:
    """Batches of backlog that came behind a live one."""
    live = [at for at, batch in enumerate(reads) if not batch.backlog]
    return sum(batch.backlog for batch in reads[live[0] :]) if live else 0


def run(order: Order) -> Found:
    """A cycle is a second of absence."""
    with built(order.folder, tree=order.tree) as rig:
        seen = outage(rig, order.cycles, BACKLOG)
    found = seen.verdict.found()
    found.more = {"reconnected_s": round(seen.reconnected_s, 2), "overtaken": seen.overtaken}
    if seen.reconnected_s > RECONNECT_S:
        found.broken.append("the link was up again too late")
    if not seen.is_backlog_marked or not seen.overtaken:
        found.broken.append("live reads did not overtake a marked backlog")
    return found


TORTURE: Final = Torture(
    "the broker away, a backlog, live reads that overtake it",
    run,
    full=60,
    short=6,
    minutes=1.5,
    unit="seconds",
)
