"""The daemon over a spool, a list or a key that is not what it was: it starts, warns, says so, and leaves what is sound alone."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from edge.spool import rows
from edge.spool.database import StoreError, connect_spool
from proto.lanes import Lane
from tests.edge.rig.street import CAMERA, PLATE, carry, meets
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from tests.conftest import Mosquitto
    from tests.edge.conftest import MakeDaemon
    from tests.edge.rig.daemon import Daemon
    from tests.edge.rig.device import Device

Plug = Callable[[str], "Device"]
PAGE_BYTES: Final = 1024


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
    make_daemon: "MakeDaemon", plug: Plug, mosquitto: "Mosquitto"
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
    assert daemon.process.wait(PATIENCE_S) == 1
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
        spool.write_bytes(
            sound[: page * PAGE_BYTES] + Random(1).randbytes(PAGE_BYTES) + sound[(page + 1) * PAGE_BYTES :]
        )
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
