"""An event loop that stands still, again and again -> aborted and there again within 5 s; a dead device beside it stops nobody. [row 17]"""

import os
import shutil
import time
from itertools import count
from statistics import median
from typing import Final

from simulator.numbered import plate
from tests.faults.rig.broker import Mosquitto
from tests.faults.rig.campaign import Found, Order, Torture
from tests.faults.rig.car import Car
from tests.faults.rig.fault import Edit, apply
from tests.faults.rig.feeder import Feeder, framed
from tests.faults.rig.headquarters import Headquarters
from tests.faults.rig.judge import judge
from tests.faults.rig.program import until
from tests.faults.rig.supervisor import Supervisor

STALLS: Final = "ST4LLED"  # the plate that makes the copy under torture hang for ever
AGAIN_S: Final = 5.0
READS: Final = 20
EDIT: Final = Edit(
    "edge/intake/camera.py",
    "            self.reads += 1\n",
    f'            self.reads += 1\n            if item.vrm == "{STALLS}":\n                __import__("time").sleep(3600)\n',
)


def run(order: Order) -> Found:
    """A cycle is one hang. In every other one the second camera is unplugged."""
    tree = order.folder / "hanging"
    shutil.copytree(order.tree, tree, ignore=shutil.ignore_patterns(".*", "__pycache__", "captures", "node_modules"))
    apply(EDIT, tree)
    broker = Mosquitto(order.folder)
    headquarters = Headquarters(order.folder, broker.url)
    car = Car(order.folder, broker.url, ["front", "rear"], tree=tree)
    car.carry(plate(n) for n in range(0, READS * order.cycles * 2, READS))
    feeder = Feeder(car.ports["front"], count(), 0)
    try:
        broker.start()
        headquarters.start()
        car.plug()
        hangs = _hang(order, car, feeder)
        found = judge(feeder.said, car.follower.stored(), headquarters.exported()).found()
    except TimeoutError as down:
        return Found(unbootable=1, broken=[str(down)])
    finally:
        car.kill()
        headquarters.kill()
        broker.kill()
        car.unplug()
    found.cycles = len(hangs)
    begun, ready = [begun for begun, _ in hangs], [ready for _, ready in hangs]
    found.more |= {
        "begun_again_s": _spread(begun),
        "ready_again_s": _spread(ready),
        "load": round(os.getloadavg()[0], 1),
    }
    found.more["supervisor"] = "a stand-in for systemd with the unit's WatchdogSec=3 and RestartSec=1"
    if max(begun) > AGAIN_S:
        found.broken.append(f"begun again only after {max(begun):.1f} s")
    return found


def _hang(order: Order, car: Car, feeder: Feeder) -> list[tuple[float, float]]:
    """For each hang: seconds until the next process begins, and until it says that it is ready."""
    times = []
    with Supervisor(car).watching() as supervisor:
        for cycle in order.rounds():
            until(lambda: len(supervisor.ready_s) > cycle, "the daemon is ready")  # noqa: B023
            _alerts(car, feeder)
            if cycle % 2:
                car.ports["rear"].unplug()
                _alerts(car, feeder)  # a device that is dead stops nobody else
                car.ports["rear"].plug()
            hung_s = time.monotonic()
            feeder.port.say([framed(STALLS)], 1.0)
            until(lambda: len(supervisor.ready_s) > cycle + 1, "the daemon is ready again")  # noqa: B023
            times.append((supervisor.started_s[-1] - hung_s, supervisor.ready_s[-1] - hung_s))
        _alerts(car, feeder)
        car.until_sent()
    return times


def _alerts(car: Car, feeder: Feeder) -> None:
    """The crew is warned of a listed vehicle, and what was read is stored."""
    car.until_heard("front")
    alerts, stored = len(car.follower.of("alert")), car.follower.count("read")
    feeder.say(READS)
    until(lambda: len(car.follower.of("alert")) > alerts, "an alert")
    until(lambda: car.follower.count("read") >= stored + READS, "the reads are stored")


def _spread(seconds: list[float]) -> dict[str, float]:
    return {"median": round(median(seconds), 2), "most": round(max(seconds), 2)}


TORTURE: Final = Torture(
    "the event loop hangs: aborted by the watchdog, there again within 5 s; a dead camera stops nobody",
    run,
    full=100,
    short=1,
    control=1,
    minutes=13,
    catches=("watchdog-blind",),
    row=17,
)
