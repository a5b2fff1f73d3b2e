"""Everything is killed at random moments under load: what was stored is at headquarters once, and nothing else."""

from pathlib import Path

from simulator.numbered import plate
from tests.faults.conftest import BuildRig
from tests.faults.rig.broken import broken_tree
from tests.faults.rig.rig import Rig
from tests.faults.tortures.kill9 import kill9

CYCLES = 40
SEED = 3
MOST, ONE_IN = 50_000, 25  # of the reads is listed


def test_forty_kills_at_random_moments_lose_double_and_invent_nothing(rig: Rig) -> None:
    """[proto-3.1, proto-4.4] 10,000 of them: scripts/torture kill9"""
    rig.car.carry(plate(n) for n in range(0, MOST, ONE_IN))
    rig.start()
    verdict = kill9(rig, range(CYCLES), SEED)
    assert verdict.is_good, verdict
    status = rig.headquarters.status()
    assert (status["alarms"], status["conflicts"], status["unreadable"]) == ([], 0, 0)
    assert {lane["missing"] for vehicle in status["vehicles"] for lane in vehicle["lanes"].values()} == {0}
    assert rig.car.stop() == 0
    assert [piece for piece in rig.car.unreceipted() if piece["lane"] != "health"] == []
    assert not rig.car.follower.of("dropped")
    events = rig.headquarters.events()
    reads = {(event["epoch"], event["seq"]): event["vrm"] for event in events if event["kind"] == "read"}
    hits = [event for event in events if event["kind"] == "hit"]
    assert hits
    assert [hit["vrm"] for hit in hits] == [reads[hit["epoch"], hit["read"]] for hit in hits]  # [proto-3.15]


def test_a_daemon_that_deletes_on_a_puback_fails_the_same_test(build_rig: BuildRig, tmp_path: Path) -> None:
    """The negative control: without it the test above shows nothing."""
    rig = build_rig(tree=broken_tree("puback", tmp_path))
    rig.start()
    assert kill9(rig, range(6), SEED).lost > 0
