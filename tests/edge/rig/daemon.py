"""A real `patrol-edge run` in a folder of its own, its commands, and readers of its socket."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

from tests.patience import KILLED_S, PATIENCE_S

ROOT: Final = Path(__file__).parents[3]
KEY: Final = "5a" * 32


class Reader:
    """A reader of the daemon's socket."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(PATIENCE_S)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rb")
        self.status = self.next()

    def next(self) -> dict[str, Any]:
        line: dict[str, Any] = json.loads(self._lines.readline())
        return line

    def until(self, kind: str, **fields: object) -> dict[str, Any]:
        """The first line of this kind that has these fields."""
        while True:
            line = self.next()
            if line["kind"] == kind and all(line.get(name) == value for name, value in fields.items()):
                return line

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


class Daemon:
    """A real `patrol-edge run` with a folder of its own. `output` is everything it has written."""

    def __init__(self, folder: Path, broker: str, extra: str = "") -> None:
        self.folder = folder
        self.config = folder / "patrol-edge.toml"
        self.socket = folder / "s"
        self._log = folder / "output"
        (folder / "key").write_text(KEY)
        self.config.write_text(
            f'vehicle = "k-0417"\n[broker]\nurl = "{broker}"\n[storage]\nfolder = "store"\nkey_file = "key"\n'
            f'[local]\nsocket = "s"\n[lists]\nallow_unsigned = true\n[uplink]\nlinger_s = 0.2\n{extra}'
        )
        self.process: subprocess.Popen[bytes] | None = None
        self._readers: list[Reader] = []

    @property
    def output(self) -> str:
        return self._log.read_text()

    def command(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """One `patrol-edge` command with this configuration: `command("data", "import", "wanted.csv")`."""
        split = 2 if words[0] in ("data", "lookout") else 1
        line = [sys.executable, "-m", "edge", *words[:split], "--config", str(self.config), *words[split:]]
        return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=check, timeout=PATIENCE_S)

    def start(self) -> Reader:
        """Its first reader; the socket is there within the deadline."""
        line = [sys.executable, "-m", "edge", "run", "--config", str(self.config), "--log-level", "debug"]
        with self._log.open("ab") as output:
            self.process = subprocess.Popen(line, cwd=ROOT, stdout=output, stderr=output)
        deadline = time.monotonic() + PATIENCE_S
        while not self.socket.exists():
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.01)
        return self.reader()

    def reader(self) -> Reader:
        self._readers.append(Reader(self.socket))
        return self._readers[-1]

    def stop(self, within_s: float = KILLED_S) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within_s)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.socket.unlink(missing_ok=True)

    def close(self) -> None:
        for reader in self._readers:
            reader.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
