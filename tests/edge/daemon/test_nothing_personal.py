"""Plates and positions through a whole daemon that fails in many ways -> none of them in its log or in clear in a file."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tests.edge.rig.street import CAMERA, OTHER, PLATE, carry

if TYPE_CHECKING:
    from tests.edge.conftest import MakeDaemon
    from tests.edge.rig.device import Device

Plug = Callable[[str], "Device"]
GPS: Final = '[gps]\nport = "../gps"\n'


def test_no_plate_and_no_position_stands_in_a_log_or_in_a_file(
    make_daemon: "MakeDaemon", plug: Plug, personal: Callable[[str], list[str]]
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
