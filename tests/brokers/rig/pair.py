"""A folder, a broker and a vehicle's name -> headquarters, a car and its camera as real processes, ended as a whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from tests.brokers.rig.brokers import Broker
from tests.faults.rig.car import Car
from tests.faults.rig.feeder import Feeder
from tests.faults.rig.headquarters import Headquarters
from tests.faults.rig.judge import Verdict, judge
from tests.faults.rig.program import until

RATE: Final = 100.0  # reads/s


class Pair:
    """The parts are public; a test kills what it likes."""

    def __init__(self, folder: Path, broker: Broker, vehicle: str, shown: str = "") -> None:
        self.broker = broker
        self.headquarters = Headquarters(folder, broker.url)
        self.car = Car(folder, broker.url, vehicle=vehicle)
        self.car.config.write_text(self.car.config.read_text().replace("[broker]\n", f"[broker]\n{shown}"))
        self.feeder = Feeder(self.car.ports["front"], count(), RATE)

    def start(self) -> None:
        """Everything runs, the camera reads."""
        self.headquarters.start()
        self.car.plug()
        self.car.start()
        self.feeder.start()
        self.headquarters.until_ready()

    def until_stored(self, more: int) -> None:
        """Returns when so many further reads are announced as stored."""
        then = self.car.follower.count("read")
        until(lambda: self.car.follower.count("read") >= then + more, f"{more} reads more are stored")

    def until_receipted(self, more: int) -> None:
        """Returns when so many further reads are receipted."""
        then = self.car.follower.count("read", "receipt")
        until(lambda: self.car.follower.count("read", "receipt") >= then + more, f"{more} reads more are receipted")

    def until_link(self, words: str) -> str:
        """The reason that the car gives for its link, once these words stand in it."""

        def reason() -> str | None:
            reasons = [str(line["reason"]) for line in self.car.follower.of("link")]
            return next((reason for reason in reasons if words in reason), None)

        return until(reason, f"link: {words}")

    def settle(self) -> Verdict:
        """The camera falls silent; the verdict once everything is receipted."""
        self.feeder.stop()
        self.car.until_sent()
        return judge(self.feeder.said, self.car.follower.stored(), self.headquarters.events(), self.car.vehicle)

    def end(self) -> None:
        """Nothing runs any more but the broker."""
        self.feeder.stop()
        self.car.kill()
        self.headquarters.kill()
        self.car.unplug()


@contextmanager
def paired(folder: Path, broker: Broker, vehicle: str, shown: str = "") -> Iterator[Pair]:
    """`with paired(...) as pair`: nothing but the broker runs yet. `shown`: lines of the car's section [broker]."""
    pair = Pair(folder, broker, vehicle, shown)
    try:
        yield pair
    finally:
        pair.end()
