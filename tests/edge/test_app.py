"""The whole daemon as a process over pseudo-terminals: it starts whatever it finds, warns, and tells nobody what it must not."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from edge.spool import rows
from edge.spool.database import StoreError, connect_spool
from proto.lanes import Lane
from proto.voi import COLUMNS

if TYPE_CHECKING:
    from tests.conftest import Mosquitto
    from tests.edge.rig.daemon import Daemon, Reader
    from tests.edge.rig.device import Device

CAMERA = '[[cameras]]\nname = "front"\ndialect = "axxon"\nport = "../front"\n'
GPS = '[gps]\nport = "../gps"\n'
PLATE, OTHER = "ZZ99ABC", "ZZ99XYZ"
PAGE_BYTES = 1024
MakeDaemon = Callable[..., "Daemon"]
Plug = Callable[[str], "Device"]


def carry(daemon: "Daemon", *plates: str) -> subprocess.CompletedProcess[str]:
    """The plates on the daemon's list."""
    rows = [",".join(plate if column == "vrm" else "" for column in COLUMNS) for plate in plates]
    (daemon.folder / "wanted.csv").write_text("\n".join([",".join(COLUMNS), *rows]))
    return daemon.command("data", "import", str(daemon.folder / "wanted.csv"))


@pytest.fixture
def car(make_daemon: MakeDaemon) -> "Daemon":
    """A car with a camera and a list; it does not run yet."""
    daemon = make_daemon(extra=CAMERA)
    carry(daemon, PLATE)
    return daemon


def meets(reader: "Reader", front: "Device", plate: str = PLATE) -> dict[str, Any]:
    """The plate comes into view; the alert that the crew gets."""
    if not reader.status["devices"]["front"]["up"]:
        reader.until("device", name="front", up=True)
    front.read_plate(plate)
    return reader.until("alert")


def test_a_listed_plate_is_an_alert_and_then_a_promise(car: "Daemon", plug: Plug) -> None:
    front = plug("front")
    reader = car.start()
    assert (reader.status["kind"], reader.status["vehicle"]) == ("status", "k-0417")
    said_ns = time.monotonic_ns()
    alert = meets(reader, front)
    assert (alert["vrm"], alert["list"], alert["camera"], alert["signed"]) == (PLATE, "wanted", "front", False)
    assert said_ns < alert["last_byte_ns"] < alert["mono_ns"]
    stored = reader.until("stored", lane="read")
    assert stored["first"] == 1
    assert len(stored["epoch"]) == 16
    assert car.stop() == 0
    told = json.loads(car.command("spool", "--json").stdout)["unreceipted"]
    assert {"epoch": stored["epoch"], "lane": "read", "first": 1, "last": 1} in told


def test_no_plate_and_no_position_stands_in_a_log_or_in_a_file(
    make_daemon: MakeDaemon, plug: Plug, personal: Callable[[str], list[str]]
) -> None:
    """Debug logging, listed and other plates, a camera and a receiver that also babble, a failing link, a kill and a stop."""
    daemon = make_daemon(extra=CAMERA + GPS)
    front, gps = plug("front"), plug("gps")
    imported = carry(daemon, PLATE, "ZZ99" + "Z" * 40)
    assert personal(imported.stdout + imported.stderr) == []
    for end in (daemon.kill, daemon.stop):
        reader = daemon.start()
        for name in ("front", "gps"):
            if not reader.status["devices"][name]["up"]:
                reader.until("device", name=name, up=True)
        front.say(b"\x02" + OTHER.encode() + b"\x03" + OTHER.encode())
        for second in range(3):
            gps.has_place("5133.00000", "00042.50000", f"12000{second}.000")
        for vrm in (PLATE, OTHER, "ZZ99 \u0416".encode("cp1251", "replace").decode("latin-1"), "ZZ99" * 5):
            front.read_plate(vrm.encode("ascii", "replace").decode())
        lanes: set[str] = set()
        while not {"position", "read"} <= lanes:
            lanes.add(reader.until("stored")["lane"])
        end()
    assert "alert" in daemon.output
    assert '"level": "debug"' in daemon.output
    assert personal(daemon.output) == []
    (daemon.folder / "wanted.csv").unlink()
    files = [path for path in daemon.folder.rglob("*") if path.is_file()]
    assert {"spool.db", "wanted.list"} <= {path.name for path in files}
    assert {path.name for path in files if personal(path.read_bytes().decode("latin-1"))} == set()


def test_two_daemons_refuse_each_other(car: "Daemon") -> None:
    reader = car.start()
    second = car.command("run", check=False)
    assert second.returncode == 1
    assert "another patrol-edge" in second.stderr
    reader.until("stored")
    assert car.stop() == 0


def test_a_killed_daemon_is_succeeded(car: "Daemon", plug: Plug) -> None:
    front = plug("front")
    reader = car.start()
    meets(reader, front)
    first = reader.until("stored", lane="read")
    assert car.process is not None
    car.process.kill()
    car.process.wait()
    assert car.socket.is_socket()
    car.socket.unlink()
    left_behind = os.path.lexists(car.socket)
    assert not left_behind
    second = car.start().status
    meets(car.reader(), front)
    assert second["epoch"] != first["epoch"]
    told = json.loads(car.command("spool", "--json").stdout)["unreceipted"]
    assert {"epoch": first["epoch"], "lane": "read", "first": 1, "last": 1} in told


def test_a_list_that_is_imported_while_it_runs_is_used_at_once(car: "Daemon", plug: Plug) -> None:
    front = plug("front")
    reader = car.start()
    meets(reader, front)
    told = carry(car, OTHER)
    assert "1 entries in place, 0 rows not used; the daemon uses it" in told.stdout
    assert meets(reader, front, OTHER)["listed_vrm"] == OTHER


@pytest.mark.parametrize("content", [b"garbage " * 4000, bytes(4096)])
def test_with_a_corrupt_spool_it_starts_warns_and_says_so(car: "Daemon", plug: Plug, content: bytes) -> None:
    front = plug("front")
    (car.folder / "store").mkdir(exist_ok=True)
    (car.folder / "store" / "spool.db").write_bytes(content)
    reader = car.start()
    meets(reader, front)
    reader.until("stored", lane="read")
    assert "spool-damaged" in car.output
    assert (car.folder / "store" / "spool.damaged-1.db").read_bytes() == content


def test_with_a_corrupt_list_it_starts_and_says_so(car: "Daemon", plug: Plug) -> None:
    plug("front")
    (car.folder / "store" / "lists" / "wanted.list").write_bytes(b"garbage")
    reader = car.start()
    assert reader.status["lists"] == []
    assert "list-damaged" in car.output


def test_with_another_key_it_starts_and_leaves_the_old_spool_alone(car: "Daemon", plug: Plug) -> None:
    front = plug("front")
    reader = car.start()
    meets(reader, front)
    stored = reader.until("stored", lane="read")
    car.stop()
    before = (car.folder / "store" / "spool.db").read_bytes()
    (car.folder / "key").write_text("6b" * 32)
    carry(car, PLATE)
    reader = car.start()
    meets(reader, front)
    reader.until("stored", lane="read")
    assert "key-changed" in car.output
    car.stop()
    assert (car.folder / "store" / "spool.db").read_bytes() == before
    (car.folder / "key").write_text("5a" * 32)
    told = json.loads(car.command("spool", "--json").stdout)["unreceipted"]
    assert stored["epoch"] in {piece["epoch"] for piece in told}


def test_a_page_that_is_found_damaged_in_use_costs_one_restart(
    make_daemon: MakeDaemon, plug: Plug, mosquitto: "Mosquitto"
) -> None:
    """The backlog is read for the uplink; the read fails, the process ends, and the next one has saved the rest."""
    daemon = make_daemon(extra=CAMERA)
    front = plug("front")
    reader = daemon.start()
    if not reader.status["devices"]["front"]["up"]:
        reader.until("device", name="front", up=True)
    for n in range(2000):
        front.read_plate(f"AB{n:06d}")
    stored = reader.until("stored", lane="read")
    while stored["last"] < 2000:
        stored = reader.until("stored", lane="read")
    daemon.stop()
    config = daemon.config.read_text().replace("mqtt://127.0.0.1:1", mosquitto.url)
    daemon.config.write_text(config)
    damage_bodies(daemon.folder / "store" / "spool.db")
    daemon.start()
    assert daemon.process is not None
    assert daemon.process.wait(20) == 1
    assert "ended by a fault" in daemon.output
    assert "spool-damaged" not in daemon.output
    daemon.socket.unlink(missing_ok=True)
    reader = daemon.start()
    reader.until("stored", lane="urgent")
    assert "spool-damaged" in daemon.output
    assert json.loads(daemon.command("spool", "--json").stdout)["unreceipted"]


def damage_bodies(spool: Path) -> None:
    """A page that a start does not look at and a read does."""
    sound = spool.read_bytes()
    for page in range(len(sound) // PAGE_BYTES - 1, 0, -1):
        spool.write_bytes(sound[: page * PAGE_BYTES] + os.urandom(PAGE_BYTES) + sound[(page + 1) * PAGE_BYTES :])
        with closing(connect_spool(spool, "5a" * 32)) as connection:
            try:
                loaded = rows.load(connection)
            except StoreError:
                continue
            reads = next(stretch for stretch in loaded.stretches if stretch.lane is Lane.READ)
            try:
                list(rows.read(connection, reads.epoch, Lane.READ, 0, (1, reads.last)))
            except StoreError:
                return
    raise AssertionError("no such page")


def use_up(filler: Path) -> None:
    """Nothing more fits beside the file."""
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


@pytest.fixture
def full_disk() -> Iterator[Callable[[Path], Path]]:
    """`full_disk(folder)`: the folder becomes a small file system without room; the file that takes it."""
    mounted: list[Path] = []

    def fill(folder: Path) -> Path:
        if os.geteuid() != 0:
            pytest.skip("mounting a small file system needs root")
        ended = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=False)
        if ended.returncode != 0:
            pytest.skip("mounting is not allowed here")
        mounted.append(folder)
        return folder / "filler"

    yield fill
    for folder in mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_on_a_full_disk_it_starts_warns_says_so_and_goes_on(
    car: "Daemon", plug: Plug, full_disk: Callable[[Path], Path]
) -> None:
    front = plug("front")
    lists = car.folder / "store" / "lists"
    sound = (lists / "wanted.list").read_bytes()
    filler = full_disk(car.folder / "store")
    lists.mkdir()
    (lists / "wanted.list").write_bytes(sound)
    use_up(filler)
    reader = car.start()
    if not reader.status["devices"]["front"]["up"]:
        reader.until("device", name="front", up=True)
    if reader.status["disk"]["up"] is None:
        reader.until("device", name="disk", up=False)
    front.read_plate(PLATE)
    reader.until("alert", vrm=PLATE)
    filler.unlink()
    reader.until("stored", lane="read")
    assert car.stop() == 0


def test_a_stop_is_obeyed_though_the_disk_is_full(car: "Daemon", full_disk: Callable[[Path], Path]) -> None:
    filler = full_disk(car.folder / "store")
    use_up(filler)
    reader = car.start()
    if reader.status["disk"]["up"] is None:
        reader.until("device", name="disk", up=False)
    asked = time.monotonic()
    assert car.stop() in (0, 1)
    assert time.monotonic() - asked < 4.0


def test_a_configuration_that_is_wrong_ends_with_2_and_a_sentence(car: "Daemon") -> None:
    car.config.write_text(car.config.read_text().replace("vehicle", "vehicel"))
    for words in (["run"], ["check"], ["status"], ["spool"], ["follow"], ["data", "import", "x.csv"]):
        ended = car.command(*words, check=False)
        assert ended.returncode == 2, words
        assert "did you mean 'vehicle'?" in ended.stderr
        assert "Traceback" not in ended.stderr


def test_a_key_that_is_wrong_ends_with_2_and_a_sentence(car: "Daemon") -> None:
    (car.folder / "key").write_text("short")
    for words in (["run"], ["check"], ["spool"], ["data", "import", str(car.folder / "wanted.csv")]):
        ended = car.command(*words, check=False)
        assert (ended.returncode, "Traceback" in ended.stderr) == (2, False), words
        assert "openssl rand -hex 32" in ended.stderr


def test_commands_that_need_a_daemon_say_that_there_is_none(car: "Daemon") -> None:
    for words in (["status"], ["follow"]):
        ended = car.command(*words, check=False)
        assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)
        assert "no patrol-edge is listening" in ended.stderr


def test_a_spool_that_is_not_there_yet_is_empty(car: "Daemon") -> None:
    assert json.loads(car.command("spool", "--json").stdout) == {"unreceipted": []}
    (car.folder / "store" / "spool.db").touch()
    assert json.loads(car.command("spool", "--json").stdout) == {"unreceipted": []}


def test_the_status_is_of_the_running_daemon(car: "Daemon", plug: Plug) -> None:
    front = plug("front")
    reader = car.start()
    meets(reader, front)
    reader.until("stored", lane="read")
    ended = car.command("status", "--json", check=False)
    status = json.loads(ended.stdout)
    assert ended.returncode == 1
    assert (status["link"]["up"], status["devices"]["front"]["up"], status["reads"], status["alerts"]) == (
        False,
        True,
        1,
        1,
    )
    assert (status["lanes"]["read"]["first_unsent"], status["lanes"]["read"]["last"]) == (1, 1)
    assert "link         DOWN" in car.command("status", check=False).stdout


def test_an_interrupt_ends_it_as_well(car: "Daemon") -> None:
    car.start()
    assert car.process is not None
    car.process.send_signal(signal.SIGINT)
    assert car.process.wait(5) == 0
