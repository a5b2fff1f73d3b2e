"""Plates on a daemon's list, and the same plates in view of its camera -> the alerts that the crew gets."""

import subprocess
from typing import Any, Final

from proto.voi import COLUMNS
from tests.edge.rig.daemon import Daemon, Reader
from tests.edge.rig.device import Device

CAMERA: Final = '[[cameras]]\nname = "front"\ndialect = "axxon"\nport = "../front"\n'
PLATE: Final = "ZZ99ABC"
OTHER: Final = "ZZ99XYZ"


def carry(daemon: Daemon, *plates: str) -> subprocess.CompletedProcess[str]:
    """The plates are put on the daemon's list."""
    rows = [",".join(plate if column == "vrm" else "" for column in COLUMNS) for plate in plates]
    (daemon.folder / "wanted.csv").write_text("\n".join([",".join(COLUMNS), *rows]))
    return daemon.command("data", "import", str(daemon.folder / "wanted.csv"))


def meets(reader: Reader, front: Device, plate: str = PLATE) -> dict[str, Any]:
    """The plate comes into view; the alert that the crew gets."""
    if not reader.status["devices"]["front"]["up"]:
        reader.until("device", name="front", up=True)
    front.read_plate(plate)
    return reader.until("alert")
