"""A real daemon whose key is a file: turned off, back, off for good; what is urgent leaves, all is stored, the command runs."""

import json
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import pytest

from edge.ignition import power
from edge.uplink.lull import FULL_BATCH
from proto.batches import Batch
from proto.lanes import Lane
from tests.faults.rig.observer import Observer
from tests.patience import PATIENCE_S, STOP_S

LISTED: Final = "AB12CDE"


class Broker(Protocol):
    """The running mosquitto of conftest.py."""

    url: str
    port: int


@pytest.fixture
def make_car(
    make_daemon: Callable[..., Any], plug: Callable[[str], Any], write_voi: Callable[..., Path], tmp_path: Path
) -> Callable[..., Any]:
    """`make_car(run_on_s, broker, listed)`: a daemon with a `camera`; its `key` is a file, its `power` one that a command writes."""

    def make(run_on_s: float, broker: str = "mqtt://127.0.0.1:1", listed: Sequence[str] = ()) -> Any:  # noqa: ANN401
        camera = plug("front")
        words = ["sh", "-c", f"echo gone > {tmp_path / 'power'}"]
        daemon = make_daemon(
            broker,
            extra=f'[[cameras]]\nname = "front"\ndialect = "axxon"\nport = "{camera.path}"\n'
            f'[ignition]\nfile = "key-off"\nrun_on_s = {run_on_s}\npower_off = {json.dumps(words)}\n',
        )
        daemon.camera, daemon.key, daemon.power = camera, daemon.folder / "key-off", tmp_path / "power"
        if listed:
            daemon.command("data", "import", str(write_voi(list(listed))))
        return daemon

    return make


def until_key_is_read(reader: Any) -> None:  # noqa: ANN401 - conftest's Reader
    """The line may have been said before there was a reader; then the status knows."""
    if reader.status.get("ignition", {}).get("off") is None:
        reader.until("device", name="ignition", up=True)


def until_link_is_up(reader: Any) -> None:  # noqa: ANN401 - conftest's Reader
    """The same."""
    if not reader.status["link"]["up"]:
        reader.until("link", up=True)


def seconds_left(reader: Any) -> float:  # noqa: ANN401 - conftest's Reader
    """Of a run-on that begins with the car, or has begun."""
    known: float | None = reader.status.get("ignition", {}).get("left_s")
    return known or float(reader.until("ignition", off=True)["left_s"])


def test_a_key_turned_off_stops_the_car_after_the_run_on_and_then_cuts_the_power(make_car: Callable[..., Any]) -> None:
    car = make_car(1.5)
    reader = car.start()
    until_key_is_read(reader)
    car.camera.read_plate(LISTED)
    car.key.touch()
    assert reader.until("ignition", off=True)["left_s"] == 1.5
    asked = car.command("status", "--json", check=False)
    assert json.loads(asked.stdout)["ignition"]["off"] is True
    car.camera.read_plate("XY34ZZZ")
    assert car.process.wait(PATIENCE_S) == 0
    assert car.power.read_text() == "gone\n"
    stored = json.loads(car.command("spool", "--json").stdout)["unreceipted"]
    assert {"lane": "read", "first": 1, "last": 2}.items() <= next(p for p in stored if p["lane"] == "read").items()


def test_a_key_back_within_the_run_on_cancels_it(make_car: Callable[..., Any]) -> None:
    car = make_car(3.0)
    reader = car.start()
    until_key_is_read(reader)
    car.key.write_text("off")
    reader.until("ignition", off=True)
    car.key.write_text("on")
    assert reader.until("ignition", off=False)["left_s"] is None
    car.key.write_text("off")
    assert reader.until("ignition", off=True)["left_s"] == 3.0, "the next turn has the whole run-on"
    assert car.process.poll() is None
    assert not car.power.exists()


def test_sigterm_during_the_run_on_is_a_clean_stop_that_leaves_the_power_on(make_car: Callable[..., Any]) -> None:
    car = make_car(600)
    reader = car.start()
    until_key_is_read(reader)
    car.key.touch()
    reader.until("ignition", off=True)
    assert car.stop(within_s=STOP_S) == 0
    assert not car.power.exists()


def test_a_key_that_was_off_when_the_car_started_gives_a_bench_ten_times_as_long(make_car: Callable[..., Any]) -> None:
    car = make_car(60)
    car.key.touch()
    reader = car.start()
    assert 600 - PATIENCE_S < seconds_left(reader) <= 600


def test_in_the_run_on_what_is_urgent_has_the_link_to_itself(make_car: Callable[..., Any], mosquitto: Broker) -> None:
    """Nobody answers while two hits arrive, and between them as many reads as need not wait: none of these may be seen.

    Once the hits are answered for, reads flow.
    """
    seen: list[Batch] = []
    second, reads = threading.Event(), threading.Event()

    def answer(observer: Observer, vehicle: str, batch: Batch) -> None:
        seen.append(batch)
        if batch.lane is Lane.READ:
            reads.set()
        if batch.lane is Lane.URGENT and sum(each.lane is Lane.URGENT for each in seen) == 2:
            second.set()
        if second.is_set():
            for each in seen:
                observer.receipt(vehicle, each)

    car = make_car(600, mosquitto.url, listed=(LISTED, "CD34EFG"))
    car.key.touch()
    with Observer(mosquitto.port, answer):
        reader = car.start()
        until_link_is_up(reader)
        car.camera.read_plate(LISTED)
        for n in range(FULL_BATCH):
            car.camera.read_plate(f"XY{n:03d}ZZZ")
        while reader.until("stored", lane="read")["last"] <= FULL_BATCH:
            pass
        car.camera.read_plate("CD34EFG")
        assert second.wait(PATIENCE_S)
        before = [each.lane for each in seen[: [each.lane for each in seen].index(Lane.URGENT, 1) + 1]]
        assert reads.wait(PATIENCE_S)
    assert set(before) == {Lane.URGENT}


@pytest.mark.parametrize(("command", "says"), [(["false"], "gave 1"), (["/no/such/program"], "cannot run"), ([], "")])
def test_a_power_off_command_that_fails_is_logged_and_raises_nothing(
    command: list[str], says: str, caplog: pytest.LogCaptureFixture
) -> None:
    power.cut(command)
    assert says in caplog.text


def test_a_power_off_command_that_hangs_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    power.cut(["sleep", "600"], patience_s=0.05)
    assert "has not ended" in caplog.text
