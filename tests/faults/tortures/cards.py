"""A card that is put back to an older copy, a card that is cloned -> nothing lost, nothing mixed up, and an alarm each time."""

import shutil
from itertools import count
from pathlib import Path
from typing import Final

from tests.faults.rig.campaign import Found, Order, Torture
from tests.faults.rig.car import Car
from tests.faults.rig.feeder import Feeder
from tests.faults.rig.judge import judge
from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig, built

READS: Final = 200
CLONE_FROM: Final = 100_000_000  # the clone's camera says other numbers
ALARMS: Final = {"two children", "knows less"}


class _Cards:
    """One car, its clone that lives in another machine, and one headquarters."""

    def __init__(self, rig: Rig, tree: Path) -> None:
        self.rig = rig
        (rig.car.folder / "clone").mkdir()
        self.clone = Car(rig.car.folder / "clone", rig.broker.url, linger_s=0.1, tree=tree)
        self.clone_feeder = Feeder(self.clone.ports["front"], count(CLONE_FROM), 0)
        self.cycles = self.silent = 0
        """Cycles in which headquarters raised no alarm."""
        self._copy = rig.car.folder / "copy"

    def cycle(self) -> None:
        """Drives, and the card is copied; drives on, and the copy is put back; then the copy drives in another car."""
        self.cycles += 1
        alarms = self._alarms()
        self._drive(self.rig.car, self.rig.feeder)
        shutil.rmtree(self._copy, ignore_errors=True)
        shutil.copytree(self.rig.car.state, self._copy)
        self._drive(self.rig.car, self.rig.feeder)
        _put(self._copy, self.rig.car.state)
        self._drive(self.rig.car, self.rig.feeder)
        self.silent += self._alarms() == alarms
        alarms = self._alarms()
        _put(self.rig.car.state, self.clone.state)
        self._drive(self.rig.car, self.rig.feeder)
        self._drive(self.clone, self.clone_feeder)
        self.silent += self._alarms() == alarms

    def found(self) -> Found:
        """Of both cars together: headquarters knows them as one vehicle."""
        said = {*self.rig.feeder.said, *self.clone_feeder.said}
        promised = self.rig.car.follower.stored()
        promised.join(self.clone.follower.stored())
        found = judge(said, promised, self.rig.headquarters.exported()).found()
        status = self.rig.headquarters.status()
        found.corrupt = status["conflicts"] + status["unreadable"]
        found.cycles, found.more["alarms"] = self.cycles, self._alarms()
        if self.silent:
            found.broken.append(f"{self.silent} restored or cloned cards raised no alarm")
        return found

    def _alarms(self) -> int:
        return sum(alarm["times"] for alarm in self.rig.headquarters.status()["alarms"] if alarm["alarm"] in ALARMS)

    def _drive(self, car: Car, feeder: Feeder) -> None:
        car.start()
        car.until_heard()
        then = car.follower.count("read")
        feeder.say(READS)
        until(lambda: car.follower.count("read") >= then + READS, "the reads are stored")
        car.until_sent()
        assert car.stop() == 0


def _put(copy: Path, place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(copy, place)


def run(order: Order) -> Found:
    """A cycle is one card put back, and one cloned."""
    with built(order.folder, tree=order.tree) as rig:
        cards = _Cards(rig, order.tree)
        try:
            rig.broker.start()
            rig.headquarters.start()
            rig.headquarters.until_ready()
            rig.car.plug()
            cards.clone.plug()
            for _ in order.rounds():
                cards.cycle()
            return cards.found()
        except (TimeoutError, AssertionError) as down:
            return Found(unbootable=1, broken=[f"{down}"[:300]])
        finally:
            cards.clone.kill()
            cards.clone.unplug()


TORTURE: Final = Torture(
    "cards put back to an older copy, cards cloned into another car",
    run,
    full=50,
    short=1,
    control=2,
    minutes=12,
    catches=("epoch-kept",),
)
