"""A camera that babbles noise as fast as the line takes it: neither another camera's alerts nor memory suffer."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from random import Random

from simulator.numbered import plate
from simulator.port import Port
from tests.faults.rig.car import Car
from tests.faults.rig.feeder import Feeder
from tests.faults.rig.program import until

LISTED = 20
NOISE_BYTES = 16_000_000  # four times what memory may grow by
MOST_GROWTH_KB = 4_000


class Babbler:
    """Noise on a port, as much as its reader takes; half of it looks like the beginning of frames."""

    def __init__(self, port: Port) -> None:
        self.said_bytes = 0
        self._port = port
        self._stop = threading.Event()

    @contextmanager
    def babbling(self) -> Iterator[None]:
        thread = threading.Thread(target=self._babble)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _babble(self) -> None:
        chance = Random(5)
        pieces = [chance.randbytes(40), b"\x02" + chance.randbytes(30), b"\x0220261123183105", b"\x03"]
        while not self._stop.is_set():
            noise = chance.choices(pieces, k=50)
            self.said_bytes += sum(len(noise[at]) for at in range(len(self._port.say(noise, 0.1))))


def test_a_babbling_camera_harms_neither_the_alerts_of_another_nor_memory(tmp_path: Path) -> None:
    car = Car(tmp_path, "mqtt://127.0.0.1:9", ["front", "rear"])
    car.carry(plate(n) for n in range(LISTED))
    feeder, babbler = Feeder(car.ports["front"], count(), 0), Babbler(car.ports["rear"])
    car.plug()
    car.start()
    try:
        car.until_heard()
        feeder.say(1)
        until(lambda: len(car.follower.of("alert")) == 1, "the first alert")
        before_kb = car.daemon.rss_kb()
        with babbler.babbling():
            for n in range(2, LISTED + 1):
                feeder.say(1)
                until(lambda: len(car.follower.of("alert")) == n, "an alert while the other camera babbles")  # noqa: B023
            until(lambda: babbler.said_bytes > NOISE_BYTES, "there was enough noise")
            after_kb = car.daemon.rss_kb()
        junk = car.status()["devices"]["rear"]["junk"]
        assert sum(junk.values()) > NOISE_BYTES / 100
        assert after_kb - before_kb < MOST_GROWTH_KB
        delays_ms = sorted((alert["mono_ns"] - alert["last_byte_ns"]) / 1e6 for alert in car.follower.of("alert"))
        print(f"alerts {delays_ms[LISTED // 2]:.2f} ms, at most {delays_ms[-1]:.2f}; {after_kb - before_kb:+} kB")
    finally:
        car.kill()
        car.unplug()
