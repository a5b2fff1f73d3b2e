"""A damaged spool, a damaged list, a full card, a clock in 1970: the service starts, warns the crew, and says what is wrong."""

import os
from pathlib import Path
from random import Random

import pytest

from simulator.numbered import plate
from tests.faults.rig import shim
from tests.faults.rig.car import Car
from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig
from tests.faults.rig.shim import Shim
from tests.faults.tortures.disk_full import fill, small_disk

READS = 1500
AT_ONCE = 50
PAGE_BYTES = 1024


def say_stored(car: Car, rig: Rig, reads: int = READS) -> None:
    """So many reads, group by group, stored."""
    car.until_heard()
    for _ in range(reads // AT_ONCE):
        then = car.follower.count("read")
        rig.feeder.say(AT_ONCE)
        until(lambda: car.follower.count("read") >= then + AT_ONCE, "the reads are stored")  # noqa: B023


def until_warned(rig: Rig) -> None:
    """The next read is of a listed vehicle: the crew sees it."""
    then = len(rig.car.follower.of("alert"))
    rig.car.until_heard()
    rig.feeder.say(1)
    until(lambda: len(rig.car.follower.of("alert")) > then, "an alert")


def spoil(path: Path, at: int, size: int) -> None:
    """Noise over a part of a file."""
    with path.open("r+b") as file:
        file.seek(at)
        file.write(Random(at).randbytes(size))


@pytest.mark.parametrize("at", [0.0, 0.5], ids=["first page", "in the middle"])
def test_a_damaged_spool_is_salvaged_and_the_service_warns_and_says_so(rig: Rig, at: float) -> None:
    rig.car.carry(plate(n) for n in range(READS, READS + 9))
    rig.car.plug()
    rig.car.start()
    say_stored(rig.car, rig)
    assert rig.car.stop() == 0
    spool = rig.car.state / "spool.db"
    spoil(spool, int((spool.stat().st_size - PAGE_BYTES) * at) // PAGE_BYTES * PAGE_BYTES, PAGE_BYTES)
    rig.broker.start()
    rig.headquarters.start()
    with rig.car.kept_running():  # what is found only when it is read ends the daemon; its next start salvages
        until_warned(rig)
        until(lambda: rig.car.follower.count("read", since=rig.car.life), "the read is stored")
        until(lambda: "the spool was damaged" in rig.car.daemon.said, "the damage is found")
        verdict = rig.settle()
    assert "spool-damaged" in rig.headquarters.alarm_names()
    assert (verdict.doubled, verdict.invented) == (0, 0)
    assert verdict.lost < READS / 2, verdict
    assert list(rig.car.state.glob("spool.damaged-1.db"))


@pytest.mark.parametrize("has_previous", [True, False], ids=["the one before is used", "there was none before"])
def test_a_damaged_list_is_no_reason_to_stay_down(rig: Rig, has_previous: bool) -> None:
    for _ in range(1 + has_previous):
        rig.car.carry(plate(n) for n in range(9))
    damaged = rig.car.state / "lists" / "voi.list"
    spoil(damaged, 0, damaged.stat().st_size)
    rig.broker.start()
    rig.headquarters.start()
    rig.car.plug()
    rig.car.start()
    if has_previous:
        until_warned(rig)
    else:
        rig.car.until_heard()
        rig.feeder.say(1)
    until(lambda: rig.car.follower.count("read") == 1, "the read is stored")
    assert rig.settle().is_good
    assert "list-damaged" in rig.headquarters.alarm_names()


@pytest.mark.skipif(os.geteuid() != 0, reason="not root: a small file system cannot be mounted")
def test_a_full_card_gets_no_promise_and_the_crew_its_warning_and_room_is_noticed(rig: Rig) -> None:
    with small_disk(rig.car.state):
        rig.car.carry(plate(n) for n in range(AT_ONCE, 10_000))
        rig.broker.start()
        rig.headquarters.start()
        rig.car.plug()
        rig.car.start()
        say_stored(rig.car, rig, AT_ONCE)
        fill(rig.car.state / "filler")
        until(lambda: _is_full_of_reads(rig), "the card is full, too, when its ballast is given up")
        mark = rig.car.follower.mark()
        until_warned(rig)
        assert not rig.car.follower.of("stored", mark)
        (rig.car.state / "filler").unlink()
        until(lambda: _disk(rig)[-1:] == [True], "room is noticed")
        until(lambda: rig.car.follower.count("read") >= len(rig.feeder.said), "everything is stored")
        verdict = rig.settle()
        assert rig.car.stop() == 0
        rig.car.unplug()
    assert verdict.is_good, verdict
    assert not rig.car.follower.of("dropped")


def _is_full_of_reads(rig: Rig) -> bool:
    rig.feeder.say(AT_ONCE)
    fill(rig.car.state / "filler-2")
    return _disk(rig)[-1:] == [False]


def _disk(rig: Rig) -> list[bool]:
    return [line["up"] for line in rig.car.follower.of("device") if line["name"] == "disk"]


@pytest.mark.skipif(not shim.IS_POSSIBLE, reason=shim.REASON)
def test_with_a_clock_in_1970_the_service_warns_and_stores_and_says_that_it_does_not_know_the_time(
    rig: Rig, tmp_path: Path
) -> None:
    """[proto-3.4, proto-3.5]"""
    rig.car.carry(plate(n) for n in range(9))
    rig.car.daemon.environment |= Shim(tmp_path).environment | {"SHIM_1970": "1"}
    rig.broker.start()
    rig.headquarters.start()
    rig.car.plug()
    rig.car.start()
    until_warned(rig)
    assert rig.car.status()["clock"] == {"quality": "unset", "utc_ms": None}
    until(lambda: rig.car.follower.count("read") == 1, "the read is stored")
    assert rig.settle().is_good
    assert {(event["at"], event["clock"]) for event in rig.headquarters.events()} == {(None, "unset")}
