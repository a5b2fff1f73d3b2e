"""No network, no time, no receiver -> how long after its process began a car warns of the first listed vehicle. [row 18]"""

import os
import time
from statistics import median
from typing import Final

from simulator.numbered import plate
from tests.faults.rig.campaign import Found, NotPossibleError, Order, Torture
from tests.faults.rig.car import Car
from tests.faults.rig.clock import YEAR_S, Clock
from tests.faults.rig.feeder import frame
from tests.faults.rig.program import until

LISTED: Final = 20_000
FIRST_HIT_S: Final = 2.0
PAUSE_S: Final = 0.01
CLOCK_TICK: Final = os.sysconf("SC_CLK_TCK")


def run(order: Order) -> Found:
    """A cycle is one start."""
    if os.geteuid():
        raise NotPossibleError("a car without a network needs root")
    car, clock = Car(order.folder, "mqtt://192.0.2.1", tree=order.tree), Clock(order.folder)
    car.carry(plate(n) for n in range(LISTED))
    car.daemon.words[:0] = ["unshare", "--net"]
    clock.off(-time.time() / YEAR_S)  # as a board without a battery: 1970
    car.daemon.environment |= clock.environment
    car.plug()
    try:
        starts = [_first_hit(car, cycle) for cycle in order.rounds()]
    except TimeoutError as late:
        return Found(unbootable=1, broken=[str(late)])
    finally:
        car.kill()
        car.unplug()
    return _found(starts, sum(line["last"] - line["first"] + 1 for line in car.follower.of("stored")))


def _first_hit(car: Car, cycle: int) -> tuple[float, float]:
    """Seconds by the clock, and of the processor, from the start of the process to the alert."""
    mark, began_s = car.follower.mark(), time.monotonic()
    car.start()
    number = cycle * 1000 % LISTED
    until(car.ports["front"].opened, "the port is open")
    while not car.follower.of("alert", mark):  # what is said before the line is set up is thrown away
        car.ports["front"].say([frame(number % LISTED)])
        number += 1
        time.sleep(PAUSE_S)
        if time.monotonic() - began_s > 60:
            raise TimeoutError("no alert within 60 s of the start")
    alert_s = car.follower.of("alert", mark)[0]["mono_ns"] / 1e9 - began_s
    with open(f"/proc/{car.daemon.pid}/stat") as stat:  # noqa: PTH123 - a file of the kernel's
        fields = stat.read().rpartition(")")[2].split()
    until(lambda: car.follower.of("stored", mark), "it is stored, too")
    clock = car.status()["clock"]["quality"]
    assert clock == "unset", clock
    car.kill()
    return alert_s, (int(fields[11]) + int(fields[12])) / CLOCK_TICK


def _found(starts: list[tuple[float, float]], promised: int) -> Found:
    """The promise is of a machine with nothing else to do: where there is a queue for the processor, its seconds count."""
    wall, cpu = [wall for wall, _ in starts], [cpu for _, cpu in starts]
    found = Found(
        promised,
        cycles=len(starts),
        more={"first_hit_s": {"median": round(median(wall), 2), "most": round(max(wall), 2)}},
    )
    found.more |= {"first_hit_cpu_s": round(max(cpu), 2), "load": round(os.getloadavg()[0], 1), "listed": LISTED}
    is_busy = os.getloadavg()[0] > (os.cpu_count() or 1)
    if max(cpu if is_busy else wall) > FIRST_HIT_S:
        found.broken.append("the first hit came too late")
    return found


TORTURE: Final = Torture(
    "starts with no network, a clock in 1970 and no receiver: the first hit within 2 s",
    run,
    full=100,
    short=2,
    control=1,
    minutes=4,
    catches=("waits-for-time",),
    row=18,
)
