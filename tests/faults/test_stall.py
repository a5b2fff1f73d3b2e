"""A card whose writes stall for 5 s: no alert waits for it, and what waited is stored when it is over."""

import time
from pathlib import Path

import pytest

from simulator.numbered import plate
from tests.faults.rig import shim
from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig
from tests.faults.rig.shim import Shim

STALL_S = 5.0
FIRST = 100
LISTED = range(FIRST + 1, FIRST + 20)
PAUSE_S = 0.4


pytestmark = pytest.mark.skipif(not shim.IS_POSSIBLE, reason=shim.REASON)


@pytest.fixture
def stalling(rig: Rig, tmp_path: Path) -> Shim:
    """The card of a rig whose daemon has stored FIRST reads and carries a list."""
    card = Shim(tmp_path)
    rig.car.daemon.environment |= card.environment
    rig.car.carry(plate(n) for n in LISTED)
    rig.broker.start()
    rig.headquarters.start()
    rig.car.plug()
    rig.car.start()
    rig.car.until_heard()
    rig.feeder.say(FIRST)
    until(lambda: rig.car.follower.count("read") == FIRST, "the reads are stored")
    return card


def test_no_alert_waits_for_a_card_that_stalls(rig: Rig, stalling: Shim) -> None:
    delays_ms: list[float] = []
    with stalling.stalled(lambda: rig.feeder.say(1)):
        began_s = time.monotonic()
        mark = rig.car.follower.mark()
        while time.monotonic() - began_s < STALL_S:
            rig.feeder.say(1)
            until(lambda: len(rig.car.follower.of("alert")) > len(delays_ms), "an alert during the stall")
            line = rig.car.follower.of("alert")[-1]
            delays_ms.append((line["mono_ns"] - line["last_byte_ns"]) / 1e6)
            time.sleep(PAUSE_S)
        assert not rig.car.follower.of("stored", mark)
    print(f"alerts during the stall: at most {max(delays_ms):.2f} ms")
    assert rig.settle().is_good


def test_a_stop_does_not_wait_for_a_card_that_stalls_and_says_that_it_was_not_clean(rig: Rig, stalling: Shim) -> None:
    with stalling.stalled(lambda: rig.feeder.say(1)):
        assert rig.car.stop() == 1
    assert rig.settle().is_good
