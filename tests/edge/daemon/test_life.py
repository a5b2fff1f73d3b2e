"""The whole daemon as a process over pseudo-terminals: it alerts, promises, takes a new list, ends when told to, and is succeeded."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.edge.rig.street import OTHER, PLATE, carry, meets
from tests.patience import KILLED_S

if TYPE_CHECKING:
    from tests.edge.rig.daemon import Daemon
    from tests.edge.rig.device import Device

Plug = Callable[[str], "Device"]


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


def test_an_interrupt_ends_it_as_well(car: "Daemon") -> None:
    car.start()
    assert car.process is not None
    car.process.send_signal(signal.SIGINT)
    assert car.process.wait(KILLED_S) == 0


def test_a_daemon_whose_broker_speaks_no_tls_has_loaded_none(car: "Daemon") -> None:
    car.start()
    assert car.process is not None
    loaded = Path(f"/proc/{car.process.pid}/maps").read_text()
    assert "sqlcipher3" in loaded
    assert [name for name in ("_ssl", "_hashlib", "_sqlite3") if f"lib-dynload/{name}." in loaded] == []
