"""A port is closed and made again under the same name: it is read again within 5 s, however often."""

import time
from itertools import groupby

import pytest

from tests.faults.rig.program import until
from tests.faults.rig.pulled import PulledPort
from tests.faults.rig.rig import Rig

AGAIN_S = 5.0


@pytest.mark.parametrize("name_stays", [False, True], ids=["the name goes and comes", "the name stays"])
@pytest.mark.parametrize("away_s", [0.0, 1.5], ids=["at once", "after a while"])
def test_a_port_that_was_made_again_is_read_within_five_seconds_every_time(
    rig: Rig, name_stays: bool, away_s: float
) -> None:
    rig.car.ports["front"] = rig.feeder.port = port = PulledPort(rig.car.ports["front"].path)
    port.plug()
    rig.car.start()
    rig.car.until_heard()
    rig.feeder.say(10)
    until(lambda: rig.car.follower.count("read") == 10, "the reads are stored")
    for round_ in (2, 3):
        if name_stays:
            port.pull()
        else:
            port.unplug()
        time.sleep(away_s)
        port.plug()
        back_s = time.monotonic()
        until(port.opened, "the port is opened again", AGAIN_S)
        print(f"opened again after {time.monotonic() - back_s:.2f} s")
        rig.car.until_heard()
        rig.feeder.say(10)
        until(lambda: rig.car.follower.count("read") == 10 * round_, "the reads are stored")  # noqa: B023
    ups = [line["up"] for line in rig.car.follower.of("device") if line["name"] == "front"]
    changes = [up for up, _ in groupby(ups)]  # a new reason is said, too
    assert changes[-4:] == [False, True, False, True]
