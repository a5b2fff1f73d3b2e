"""A list whose file is damaged under the daemon -> used as far as it can be read, and fetched again, the same version."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Mosquitto, StartHeadquarters
    from tests.edge.rig.daemon import Daemon
    from tests.edge.rig.device import Device


def test_a_damaged_list_comes_again(
    tmp_path: Path,
    mosquitto: "Mosquitto",
    start_headquarters: "StartHeadquarters",
    publish: Callable[[Path], None],
    trusting_car: "Callable[..., tuple[Daemon, Device]]",
    write_voi: Callable[..., Path],
) -> None:
    publish(write_voi([f"ZZ99A{n:04}" for n in range(3000)]))
    start_headquarters(mosquitto.url, tmp_path / "hq.db")
    daemon, camera = trusting_car(mosquitto.url)
    reader = daemon.start()
    reader.until("data", state="in place")
    daemon.stop()
    path = daemon.folder / "store" / "lists" / "wanted.list"
    with path.open("r+b") as file:
        file.seek(4096 * 8)
        file.write(Random(1).randbytes(4096 * 12))
    reader = daemon.start()
    for n in range(0, 3000, 100):
        camera.read_plate(f"ZZ99A{n:04}")
    reader.until("alarm", name="list-damaged")
    reader.until("data", name="wanted", state="in place")
    camera.read_plate("ZZ99A1501")
    assert reader.until("alert", vrm="ZZ99A1501")["signed"]
    assert daemon.command("data", "verify").stdout == "wanted: good\n"
