"""Inside a machine whose power will be cut: a camera on a pty, the real daemon, and every "stored" it says, told to the outside.

`python -S -E -m tests.faults.rig.guest FRAMES SIZE RATE COMMAND...`: frames of SIZE bytes each, RATE a second. Before frames are
given to the pty, `{"said": N}` stands on ttyS0: so many of them may be heard. The daemon's "stored" lines and alarms stand there
as it says them. Few imports and one thread: a second spent here is a second of every cut.
With MARK_LOG=NAME in the environment each "stored" is also a mark in the log of that device; with END="SECONDS SIGNAL" the daemon
gets that signal so long after its first "stored".
"""

import json
import os
import select
import socket
import sys
import time
from pathlib import Path
from typing import Final

from simulator.port import Port
from tests.faults.rig.marks import Marks

PORT: Final = Path("/run/port-front")
SOCKET: Final = "/run/edge.sock"
CONSOLE: Final = "/dev/ttyS0"
TICK_S: Final = 0.02


class Follower:
    """The daemon's lines, as far as they are whole."""

    def __init__(self) -> None:
        self._channel: socket.socket | None = None
        self._rest = b""

    def lines(self, wait_s: float) -> list[bytes]:
        """What it has said, waiting a moment for it."""
        if self._channel is None:
            self._connect()
            time.sleep(0 if self._channel else wait_s)
            return []
        if not select.select([self._channel], [], [], wait_s)[0]:
            return []
        *lines, self._rest = (self._rest + self._channel.recv(1 << 16)).split(b"\n")
        return lines

    def _connect(self) -> None:
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            channel.connect(SOCKET)
        except OSError:
            channel.close()
        else:
            self._channel = channel


class Camera:
    """Frames from a file, at a rate from its first look on."""

    def __init__(self, frames: Path, size: int, rate: float) -> None:
        self._frames = frames.read_bytes()
        self._size = size
        self._rate = rate
        self._began_s: float | None = None
        self.said = 0

    def due(self) -> list[bytes]:
        """What is to be said now."""
        now_s = time.monotonic()
        if self._began_s is None:
            self._began_s = now_s
        most = min(int((now_s - self._began_s) * self._rate), len(self._frames) // self._size)
        frames = [self._frames[at * self._size : (at + 1) * self._size] for at in range(self.said, most)]
        self.said += len(frames)
        return frames


class End:
    """When the daemon is to end, and how."""

    def __init__(self, daemon: int, words: str | None) -> None:
        self._daemon = daemon
        self.is_wanted = words is not None
        self._after_s, self._signal = map(int, words.split()) if words else (0, 0)
        self._at_s: float | None = None

    def began(self) -> None:
        """The first promise."""
        if self._at_s is None:
            self._at_s = time.monotonic() + self._after_s

    def look(self) -> None:
        """Whether it is time."""
        if self.is_wanted and self._at_s is not None and time.monotonic() >= self._at_s:
            os.kill(self._daemon, self._signal)
            self._at_s = None


def main(camera: Camera, command: list[str]) -> None:
    """Until the power is cut; a daemon that ends is said."""
    port = Port(PORT)
    port.plug()
    daemon = os.posix_spawn(command[0], command, os.environ)
    console = os.open(CONSOLE, os.O_WRONLY)
    os.write(console, b'{"up": true}\n')
    follower, end = Follower(), End(daemon, os.environ.get("END"))
    marks = Marks(os.environ["MARK_LOG"]) if "MARK_LOG" in os.environ else None
    while os.waitpid(daemon, os.WNOHANG) == (0, 0):
        for line in follower.lines(TICK_S):
            if b'"stored"' in line or b'"alarm"' in line:
                os.write(console, line + b"\n")
            if b'"stored"' in line:
                end.began()
                if marks is not None:
                    said = json.loads(line)
                    marks.put(f"{said['epoch']},{said['lane']},{said['first']},{said['last']}")
        end.look()
        if port.heard() and (frames := camera.due()):
            os.write(console, b'{"said": %d}\n' % camera.said)
            port.say(frames)
    os.write(console, b'{"ended": true}\n')
    if not end.is_wanted:
        time.sleep(3600)


if __name__ == "__main__":
    main(Camera(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])), sys.argv[4:])
