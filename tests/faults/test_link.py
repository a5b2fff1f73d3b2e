"""Brokers that are away, that die with what they acknowledged, or that forget who was connected: nothing is lost."""

from proto.lanes import Lane
from tests.faults.rig import forgetful
from tests.faults.rig.observer import Observer
from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig
from tests.faults.tortures.outage import RECONNECT_S, outage


def test_after_an_outage_the_link_is_up_in_ten_seconds_and_live_reads_overtake_the_marked_backlog(rig: Rig) -> None:
    """[proto-2.9, proto-5.4, proto-5.5] A minute of it: scripts/torture outage --seconds 60"""
    found = outage(rig, away_s=6.0, backlog=20_000)
    assert found.reconnected_s <= RECONNECT_S
    assert found.is_backlog_marked
    assert found.overtaken > 0
    assert found.verdict.is_good, found


def test_what_a_broker_acknowledged_and_took_into_its_grave_is_sent_again(rig: Rig) -> None:
    """[proto-4.4]"""
    rig.broker.start()
    rig.car.plug()
    rig.car.start()
    rig.car.until_heard()
    with Observer(rig.broker.port) as observer:
        rig.feeder.say(100)
        until(lambda: any(batch.lane is Lane.READ for batch in observer.batches), "the broker has a batch")
    rig.broker.kill()
    verdict = rig.settle()
    assert verdict.stored >= 100
    assert verdict.is_good, verdict


def test_a_broker_that_forgets_sessions_loses_nothing(rig: Rig) -> None:
    """[proto-1.1]"""
    rig.broker.words = forgetful.words(rig.broker.port)
    rig.start()
    rig.headquarters.kill()
    rig.until_stored(200)
    rig.broker.kill()
    rig.until_stored(200)
    rig.start_the_dead()
    rig.headquarters.until_ready()
    rig.until_stored(200)
    verdict = rig.settle()
    assert verdict.is_good, verdict
