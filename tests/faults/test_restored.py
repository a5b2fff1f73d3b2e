"""Stores that are put back to an older copy, a card that is cloned: asked again, whole again, or said out loud."""

import shutil
from pathlib import Path

from tests.faults.rig.car import Car
from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig

BATCH = 200


def say_and_send(rig: Rig) -> None:
    """Some reads more, until headquarters has answered for all of them."""
    rig.car.until_heard()
    then = rig.car.follower.count("read")
    rig.feeder.say(BATCH)
    until(lambda: rig.car.follower.count("read") == then + BATCH, "the reads are stored")
    rig.car.until_sent()


def begin(rig: Rig) -> None:
    rig.broker.start()
    rig.headquarters.start()
    rig.car.plug()
    rig.car.start()
    say_and_send(rig)


def put_back(copy: Path, place: Path) -> None:
    """A folder is again what it was."""
    shutil.rmtree(place)
    shutil.copytree(copy, place)


def test_headquarters_store_put_back_to_yesterdays_copy_is_made_whole_again(rig: Rig) -> None:
    """[proto-4.5]"""
    begin(rig)
    rig.headquarters.kill()
    copies = [(file, file.read_bytes()) for file in rig.headquarters.store.parent.glob("hq.db*")]
    rig.headquarters.start()
    say_and_send(rig)
    rig.headquarters.kill()
    whole = rig.verdict()
    for file in rig.headquarters.store.parent.glob("hq.db*"):
        file.unlink()
    for file, content in copies:
        file.write_bytes(content)
    assert rig.verdict().lost >= BATCH
    rig.headquarters.start()
    until(lambda: rig.headquarters.count() >= whole.at_headquarters, "headquarters has everything again")
    assert rig.verdict() == whole


def test_a_spool_put_back_to_an_older_copy_stores_new_reads_and_headquarters_raises_an_alarm(rig: Rig) -> None:
    """[proto-3.14]"""
    begin(rig)
    assert rig.car.stop() == 0
    copy = rig.car.folder / "copy"
    shutil.copytree(rig.car.state, copy)
    rig.car.start()
    say_and_send(rig)
    assert rig.car.stop() == 0
    put_back(copy, rig.car.state)
    rig.car.start()
    say_and_send(rig)
    verdict = rig.settle()
    assert verdict.said == 3 * BATCH
    assert verdict.is_good, verdict
    assert rig.headquarters.alarm_names() & {"two children", "knows less"}


def test_a_clone_of_a_cars_card_is_noticed_at_headquarters(rig: Rig, tmp_path: Path) -> None:
    """[proto-3.14]"""
    begin(rig)
    assert rig.car.stop() == 0
    (tmp_path / "clone").mkdir()
    clone = Car(tmp_path / "clone", rig.broker.url)
    shutil.copytree(rig.car.state, clone.state)
    rig.car.start()
    clone.start()
    try:
        until(lambda: "two children" in rig.headquarters.said, "headquarters has noticed the clone")
    finally:
        clone.kill()
    assert rig.settle().is_good
    assert "two children" in rig.headquarters.alarm_names()
