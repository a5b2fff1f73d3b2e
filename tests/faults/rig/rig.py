"""A folder -> a whole world in small: broker, headquarters, a car and a camera that reads all the time; ended as a whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from tests.faults.rig.broker import Mosquitto
from tests.faults.rig.car import Car
from tests.faults.rig.feeder import Feeder
from tests.faults.rig.headquarters import Headquarters
from tests.faults.rig.judge import Verdict, judge, missing
from tests.faults.rig.program import ROOT, until
from tests.faults.rig.zygote import Zygote

RATE: Final = 600.0  # reads/s: ten times a busy street
LINGER_S: Final = 0.1  # a fiftieth of the usual: what is stored goes out soon


class Rig:
    """The parts are public; a test kills what it likes."""

    def __init__(self, folder: Path, linger_s: float = LINGER_S, tree: Path = ROOT, address: str = "127.0.0.1") -> None:
        self.broker = Mosquitto(folder, address)
        self.headquarters = Headquarters(folder, self.broker.url, tree)
        self.car = Car(folder, self.broker.url, linger_s=linger_s, tree=tree)
        self.feeder = Feeder(self.car.ports["front"], count(), RATE)
        self.cycles = 0
        """Of a campaign, done so far."""
        self.unfounded = 0
        """Receipts for what a headquarters that was killed had not stored."""

    def start(self) -> None:
        """Everything runs, the camera reads, and the first of it is stored."""
        self.broker.start()
        self.headquarters.start()
        self.car.plug()
        self.car.start()
        self.feeder.start()
        self.headquarters.until_ready()
        self.until_stored(1)

    def until_stored(self, more: int) -> None:
        """Returns when so many further reads are announced as stored."""
        then = self.car.follower.count("read")
        until(
            lambda: self.car.is_alive() and self.car.follower.count("read") >= then + more,
            f"{more} reads more are stored",
        )

    def settle(self) -> Verdict:
        """The camera falls silent, whoever is dead is started; the verdict once everything is receipted."""
        self.feeder.stop()
        self.start_the_dead()
        self.car.until_sent()
        return self.verdict()

    def start_the_dead(self) -> None:
        """Whatever does not run is started; waits for the broker only."""
        if not self.broker.is_running():
            self.broker.start()
        if not self.headquarters.is_running():
            self.headquarters.start()
        if not self.car.daemon.is_running():
            self.car.start()

    def kill_headquarters(self) -> None:
        """SIGKILL, and a look into its store: what it has given a receipt for must be there."""
        self.headquarters.kill()
        receipted = self.car.follower.receipted()
        if receipted:
            self.unfounded += missing(receipted, self.headquarters.accounted())

    def verdict(self) -> Verdict:
        """As things stand at headquarters now."""
        return judge(self.feeder.said, self.car.follower.stored(), self.headquarters.exported())

    def hurry(self, zygote: Zygote) -> None:
        """For campaigns of thousands of lives: forked, watched by their own words, and remembered in sums only."""
        self.car.daemon.zygote = self.headquarters.zygote = zygote
        follower, port = self.car.follower, self.feeder.port
        follower.kept = ("alarm", "dropped")
        self.feeder.heard = lambda: "front" in follower.up and port.opened()

    def end(self) -> None:
        """Nothing runs any more."""
        self.feeder.stop()
        self.car.kill()
        self.headquarters.kill()
        self.broker.kill()
        self.car.unplug()


@contextmanager
def built(folder: Path, linger_s: float = LINGER_S, tree: Path = ROOT) -> Iterator[Rig]:
    """`with built(folder) as rig`: nothing runs yet; everything is ended at the end."""
    rig = Rig(folder, linger_s, tree)
    try:
        yield rig
    finally:
        rig.end()
