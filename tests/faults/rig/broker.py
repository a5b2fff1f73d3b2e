"""A folder -> mosquitto on a port of its own that stays the same over its deaths."""

import shutil
import socket
from pathlib import Path
from typing import Final

from simulator.free_port import free_port
from tests.faults.rig.program import Program, until

PLACES: Final = "/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin:/bin"


def mosquitto_path() -> str | None:
    """Where mosquitto is installed, if it is."""
    return shutil.which("mosquitto", path=PLACES)


class Mosquitto(Program):
    """A broker that keeps nothing on disk: what it held in memory dies with it."""

    def __init__(self, folder: Path, address: str = "127.0.0.1") -> None:
        program = mosquitto_path()
        assert program is not None, "mosquitto is not installed"
        self.port = free_port()
        self.address = address
        settings = folder / "mosquitto.conf"
        settings.write_text(
            f"listener {self.port} {address}\nallow_anonymous true\npersistence false\nuser root\nlog_dest none\n"
        )
        super().__init__([program, "-c", str(settings)], folder / "mosquitto.log")

    @property
    def url(self) -> str:
        return f"mqtt://{self.address}:{self.port}"

    def start(self) -> None:
        """Returns when it takes connections."""
        super().start()
        until(self._takes_connections, "mosquitto listens")

    def _takes_connections(self) -> bool:
        assert self.is_running(), f"mosquitto ended: {self.said}"
        try:
            socket.create_connection((self.address, self.port), timeout=1).close()
        except ConnectionRefusedError:
            return False
        return True
