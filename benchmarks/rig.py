"""A folder -> a car on the bench: broker, headquarters, daemon and world as real processes, and a reader of the car's socket."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from simulator.free_port import free_port

READY_S: Final = 60.0  # a busy machine; a list of a million entries is written meanwhile
ROOT: Final = Path(__file__).parent.parent


class Rig:
    """One bench. Everything that was started ends with the `with` block, by its own process id."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.port, self.tls_port = free_port(), free_port()
        self.config = folder / "patrol-edge.toml"
        self.store = folder / "hq.db"
        self._stack = stack

    def start(self, name: str, *words: str, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        """A process whose output goes to `name`.log; it is ended with the rig."""
        log = self._stack.enter_context((self.folder / f"{name}.log").open("wb"))
        process = subprocess.Popen(words, stdout=log, stderr=log, cwd=ROOT, env={**os.environ, **(env or {})})
        self._stack.callback(end, process)
        return process

    def broker(self) -> subprocess.Popen[bytes]:
        """mosquitto with its defaults on a free port."""
        settings = self.folder / "mosquitto.conf"
        settings.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n", "ascii")
        process = self.start("mosquitto", "mosquitto", "-c", str(settings))
        wait_for(lambda: _answers(self.port), "the broker")
        return process

    def broker_with_tls(self) -> subprocess.Popen[bytes]:
        """The same, and TLS 1.3 on another port with the certificates that lie in the folder."""
        settings = self.folder / "mosquitto.conf"
        settings.write_text(
            f"listener {self.port} 127.0.0.1\nset_tcp_nodelay true\nlistener {self.tls_port} 127.0.0.1\n"
            f"certfile {self.folder}/broker.pem\nkeyfile {self.folder}/broker.key\ntls_version tlsv1.3\n"
            "allow_anonymous true\nuser root\n",
            "ascii",
        )
        process = self.start("mosquitto", "mosquitto", "-c", str(settings))
        wait_for(lambda: _answers(self.tls_port), "the broker")
        return process

    def use_tls(self, port: int) -> None:
        """The car that starts next speaks TLS to that port."""
        text = self.config.read_text("utf-8")
        plain, tls = f'"mqtt://127.0.0.1:{self.port}"', f'"mqtts://127.0.0.1:{port}"\nca_file = "ca.pem"'
        assert plain in text
        self.config.write_text(text.replace(plain, tls), "utf-8")

    def headquarters(self) -> subprocess.Popen[bytes]:
        """`patrol-hq serve`, subscribed."""
        words = ("serve", "--broker", f"mqtt://127.0.0.1:{self.port}", "--store", f"sqlite:///{self.store}")
        process = self.start("hq", sys.executable, "-m", "headquarters", *words)
        wait_for(lambda: b'"ready": true' in (self.folder / "hq.log").read_bytes(), "headquarters")
        return process

    def car(self) -> subprocess.Popen[bytes]:
        """`patrol-edge run`; returns at once."""
        return self.start("car", sys.executable, "-m", "edge", "run", "--config", str(self.config))

    def world(self, longer_s: float = 0.0, **options: object) -> subprocess.Popen[bytes]:
        """`patrol-sim world` with its ready line printed; it plays when the car has opened its ports. A long list may take it `longer_s`."""
        words = [f"--{name}={value}" for name, value in options.items() if value is not True]
        words += [f"--{name}" for name, value in options.items() if value is True]
        broker = f"--broker=mqtt://127.0.0.1:{self.port}"
        process = self.start(
            "world", sys.executable, "-m", "simulator", "world", broker, f"--out={self.folder}", *words
        )
        wait_for(
            lambda: b'"ready": true' in (self.folder / "world.log").read_bytes(), "the world", READY_S * 4 + longer_s
        )
        return process

    def listed_world(self, **options: object) -> subprocess.Popen[bytes]:
        """A world whose list the car carries already: importing a million entries takes longer than a world waits."""
        end(self.world(0.0, **options))
        self.import_list()
        return self.world(0.0, **options)

    def import_list(self) -> None:
        """The world's list becomes the car's."""
        words = ("data", "import", "--config", str(self.config), str(self.folder / "voi.csv"))
        subprocess.run((sys.executable, "-m", "edge", *words), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    def follow(self) -> "Follower":
        """A reader of the car's socket, from now on."""
        path = self.folder / "run" / "edge.sock"
        wait_for(path.exists, "the car's socket")
        return Follower(path)

    def truth(self) -> list[dict[str, Any]]:
        """What the world said, read by read."""
        return [json.loads(line) for line in (self.folder / "truth.jsonl").read_text().splitlines()]

    def status(self) -> dict[str, Any]:
        """The car's status, now."""
        with socket.socket(socket.AF_UNIX) as channel:
            channel.connect(str(self.folder / "run" / "edge.sock"))
            status: dict[str, Any] = json.loads(channel.makefile("rb").readline())
            return status


class Follower:
    """Every line the car says, in order."""

    def __init__(self, path: Path) -> None:
        self._channel = socket.socket(socket.AF_UNIX)
        self._channel.connect(str(path))
        self.lines: list[dict[str, Any]] = []
        threading.Thread(target=self._read, daemon=True).start()

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The lines of one kind so far."""
        return [line for line in list(self.lines) if line["kind"] == kind]

    def _read(self) -> None:
        for line in self._channel.makefile("rb"):
            self.lines.append(json.loads(line))


@contextmanager
def rig() -> Iterator[Rig]:
    """A bench in a folder of its own, which is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="pe-") as folder, ExitStack() as stack:
        yield Rig(Path(folder), stack)


def end(process: subprocess.Popen[bytes]) -> int:
    """SIGTERM, and SIGKILL when that does not do within 10 s; the exit code."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


def wait_for(is_so: Any, what: str, longest_s: float = READY_S) -> None:  # noqa: ANN401 - any callable to a truth value
    """Returns once it is so. Raises TimeoutError."""
    until_s = time.monotonic() + longest_s
    while not is_so():
        if time.monotonic() > until_s:
            raise TimeoutError(f"{what} did not come within {longest_s:.0f} s")
        time.sleep(0.02)


def unsent(rig_: Rig) -> int:
    """How many events the car has stored and headquarters has not receipted, but for what may linger."""
    return sum(lane["unsent"] for word, lane in rig_.status()["lanes"].items() if word in ("read", "urgent"))


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
