"""What people and devices do wrong: a sentence that says what and where, or a counted Junk, and nothing lost."""

from pathlib import Path

import pytest

from simulator.numbered import plate
from tests.faults.rig.car import COLUMNS, Car
from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig

REFUSED = 2


@pytest.fixture
def car(tmp_path: Path) -> Car:
    return Car(tmp_path, "mqtt://127.0.0.1:9", ["front", "rear"])


def refusal(car: Car, command: str) -> str:
    """What is said to a configuration that cannot be used."""
    asked = car.command(command)
    assert asked.returncode == REFUSED
    return asked.stderr


@pytest.mark.parametrize("command", ["check", "run"])
def test_an_unknown_key_is_named_with_file_line_and_the_nearest_right_one(car: Car, command: str) -> None:
    lines = car.config.read_text().replace("key_file", "keyfile")
    car.config.write_text(lines)
    line = lines[: lines.index("keyfile")].count("\n") + 1
    said = refusal(car, command)
    assert f"{car.config}:{line}: unknown key 'storage.keyfile'" in said
    assert "key_file" in said.replace("keyfile", "")


def test_two_cameras_on_one_port_are_refused_by_the_ports_name(car: Car) -> None:
    car.config.write_text(car.config.read_text().replace('"port-rear"', '"port-front"'))
    assert "port-front is given to two devices" in refusal(car, "run")


def name_another(rig: Rig) -> None:
    """A second camera, on the port `alias`."""
    more = '\n[[cameras]]\nname = "rear"\ndialect = "axxon"\nport = "alias"\n'
    rig.car.config.write_text(rig.car.config.read_text() + more)


def link_to_the_same(rig: Rig) -> None:
    """`alias` becomes another name of the first camera's port."""
    front = rig.car.ports["front"].path
    front.with_name("alias").symlink_to(front.name)


def test_two_names_of_one_port_are_refused_when_they_can_be_seen_to_be_one(rig: Rig) -> None:
    name_another(rig)
    link_to_the_same(rig)
    rig.car.plug()
    assert "alias is given to two devices" in refusal(rig.car, "run")


def test_two_names_of_a_port_that_comes_later_leave_one_camera_reading_and_the_other_told_why(rig: Rig) -> None:
    name_another(rig)
    rig.broker.start()
    rig.headquarters.start()
    rig.car.start()
    until(lambda: rig.car.follower.of("status"), "the service is up")
    rig.car.plug()
    rig.car.until_heard()  # first: whichever name is opened first has the port
    link_to_the_same(rig)
    until(lambda: "in use by another program" in _reasons(rig), "the second one is told")
    rig.feeder.say(50)
    until(lambda: rig.car.follower.count("read") == 50, "the first one reads")
    assert rig.settle().is_good


def _reasons(rig: Rig) -> str:
    return " ".join(line["reason"] for line in rig.car.follower.of("device"))


def test_an_absent_port_is_waited_for_and_its_absence_said(rig: Rig) -> None:
    assert rig.car.command("check").returncode == 0
    rig.car.start()
    until(lambda: rig.car.follower.of("status"), "the service is up")
    device = rig.car.status()["devices"]["front"]
    assert not device["up"]
    rig.car.plug()
    rig.car.until_heard()
    rig.feeder.say(5)
    until(lambda: rig.car.follower.count("read") == 5, "it is read once it is there")


def test_a_plate_of_ten_kilobytes_is_a_counted_junk_and_the_reads_around_it_are_kept(rig: Rig) -> None:
    rig.broker.start()
    rig.headquarters.start()
    rig.car.plug()
    rig.car.start()
    rig.car.until_heard()
    rig.feeder.say(5)
    rig.feeder.port.say([b"\x0220261123183105" + b"01" + b"A" * 10_000 + b"\x03"], patience_s=30)
    rig.feeder.say(5)
    until(lambda: rig.car.follower.count("read") == 10, "the reads around it are stored")
    assert sum(rig.car.status()["devices"]["front"]["junk"].values()) > 0
    verdict = rig.settle()
    assert verdict.is_good, verdict


def test_a_list_with_a_byte_order_mark_and_windows_line_ends_is_read(car: Car) -> None:
    file = car.folder / "voi.csv"
    rows = [COLUMNS, *(f"{plate(n)},,,,,,,,,,,,,,," for n in range(3))]
    file.write_bytes("\r\n".join(rows).encode("utf-8-sig") + b"\r\n")
    asked = car.command("data", "import", str(file))
    assert (asked.returncode, asked.stderr) == (0, "")
    assert "3 entries in place" in asked.stdout


def test_a_list_without_a_column_is_refused_by_the_columns_name_and_the_old_list_stays(car: Car) -> None:
    car.carry([plate(0)])
    before = (car.state / "lists" / "voi.list").read_bytes()
    file = car.folder / "voi.csv"
    file.write_text(file.read_text().replace("action,", "").replace("STOP,", ""))
    asked = car.command("data", "import", str(file))
    assert asked.returncode == 1
    assert "action" in asked.stderr
    assert (car.state / "lists" / "voi.list").read_bytes() == before
