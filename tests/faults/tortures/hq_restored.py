"""A headquarters that is put back to yesterday's backup -> it asks again, everything arrives, and it says what happened to it."""

from pathlib import Path
from typing import Final

from tests.faults.rig.campaign import Found, Order, Torture
from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig, built

READS: Final = 300
WHOLE_S: Final = 60.0
ALARM: Final = "receipted and lost"


def run(order: Order) -> Found:
    """A cycle is one backup, some reads more that are receipted, and the backup put back."""
    with built(order.folder, tree=order.tree) as rig:
        rig.broker.start()
        rig.headquarters.start()
        rig.car.plug()
        rig.car.start()
        rig.headquarters.until_ready()
        rig.car.until_heard()
        whole = [_cycle(rig) for _ in order.rounds()]
        found = rig.verdict().found()
        status = rig.headquarters.status()
    found.corrupt = status["conflicts"] + status["unreadable"]
    found.more["alarms"] = sum(alarm["times"] for alarm in status["alarms"] if alarm["alarm"] == ALARM)
    found.cycles = len(whole)
    if slow := whole.count(False):
        found.broken.append(f"{slow} times the store was not whole again within {WHOLE_S:.0f} s")
    if not found.more["alarms"]:
        found.broken.append("headquarters did not say that it had lost what it had given receipts for")
    return found


def _cycle(rig: Rig) -> bool:
    """Whether the store was whole again in time."""
    _say(rig)
    rig.headquarters.kill()
    copies = [(file, file.read_bytes()) for file in _files(rig)]
    rig.headquarters.start()
    _say(rig)
    before = rig.headquarters.count()
    rig.headquarters.kill()
    for file in _files(rig):
        file.unlink()
    for file, content in copies:
        file.write_bytes(content)
    assert rig.headquarters.count() < before
    rig.headquarters.start()
    try:
        until(lambda: rig.headquarters.count() >= before, "everything is there again", WHOLE_S)
    except TimeoutError:
        return False
    return True


def _files(rig: Rig) -> list[Path]:
    return sorted(rig.headquarters.store.parent.glob("hq.db*"))


def _say(rig: Rig) -> None:
    then = rig.car.follower.count("read")
    rig.feeder.say(READS)
    until(lambda: rig.car.follower.count("read") >= then + READS, "the reads are stored")
    rig.car.until_sent()


TORTURE: Final = Torture(
    "headquarters' store put back to an older copy",
    run,
    full=100,
    short=1,
    control=2,
    minutes=10,
    catches=("again-ignored",),
)
