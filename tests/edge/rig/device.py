"""A pseudo-terminal under a name that stays -> what a camera or a receiver at its other end says."""

import os
import pty
import tty
from pathlib import Path


class Device:
    """A pseudo-terminal under a name that stays. The test holds the device's end; `path` is what the car opens."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._master = self._slave = -1
        self.plug()

    def plug(self) -> None:
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.path.symlink_to(os.ttyname(self._slave))

    def unplug(self) -> None:
        if self._master >= 0:
            self.path.unlink()
            os.close(self._slave)
            os.close(self._master)
            self._master = -1

    def say(self, data: bytes) -> None:
        """All of it: waits while the terminal is full."""
        while data:
            data = data[os.write(self._master, data) :]

    def read_plate(self, vrm: str) -> None:
        """What an axxon camera says of a plate."""
        self.say(b"\x022026112512000001" + vrm.encode() + b"\x03")

    def has_place(self, lat: str, lon: str, at: str = "120000.000", on: str = "251126") -> None:
        """What a receiver says: ddmm.mmmmm north and dddmm.mmmmm west."""
        self.say(nmea(f"GPRMC,{at},A,{lat},N,{lon},W,12.300,271.40,{on},,,A"))


def nmea(sentence: str) -> bytes:
    """The sentence with its checksum."""
    checksum = 0
    for byte in sentence.encode():
        checksum ^= byte
    return f"${sentence}*{checksum:02X}\r\n".encode()
