"""A row that headquarters will not read: it goes alone, is set aside, counted and alarmed, and the rest flows."""

from edge.uplink.lull import LIVE_S
from proto.batches import Batch
from proto.lanes import Lane
from tests.faults.conftest import BuildRig
from tests.faults.rig.observer import Observer
from tests.faults.rig.program import until

READS = 500
POISON = 77
LINGER_S = 2.0
SOON_S = LIVE_S - 10  # after LIVE_S nothing lingers any more


def test_a_row_that_is_refused_is_set_aside_and_counted_and_the_rest_flows(build_rig: BuildRig) -> None:
    """[proto-4.6] Rows that go singly do not linger, or this would take minutes."""
    rig = build_rig(linger_s=LINGER_S)
    singly: list[int] = []

    def answer(observer: Observer, vehicle: str, batch: Batch) -> None:
        if batch.lane is Lane.READ and batch.first <= POISON <= batch.last:
            observer.refuse(vehicle, batch)
            if batch.first == batch.last:
                singly.append(batch.first)
        else:
            observer.receipt(vehicle, batch)

    rig.broker.start()
    with Observer(rig.broker.port, answer):
        rig.car.plug()
        rig.car.start()
        rig.car.until_heard()
        rig.feeder.say(READS)
        until(lambda: rig.car.follower.count("read") == READS, "the reads are stored")
        until(lambda: rig.car.follower.count("read", "receipt") == READS - 1, "all others are receipted", SOON_S)
        until(lambda: [line["name"] for line in rig.car.follower.of("alarm")] == ["poison"], "an alarm is raised")
        lane = rig.car.status()["lanes"]["read"]
        rig.feeder.say(READS)
        until(lambda: rig.car.follower.count("read", "receipt") == 2 * READS - 1, "what comes later flows too")
        assert rig.car.stop() == 0
    assert singly == [POISON]
    assert (lane["aside"], lane["unsent"]) == (1, 0)
    assert [(piece["first"], piece["last"]) for piece in rig.car.unreceipted() if piece["lane"] == "read"] == [
        (POISON, POISON)
    ]
