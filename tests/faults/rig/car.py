"""A folder and a broker -> one car: configuration, key, ports, the real `patrol-edge run`, and what it says on its socket."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from edge.terminal.client import NotRunningError, connected
from simulator.port import Port
from tests.faults.rig.follower import Follower
from tests.faults.rig.program import ROOT, Program, until
from tests.patience import PATIENCE_S, STOP_S

KEY: Final = "5a" * 32
OTHER_KEY: Final = "c3" * 32
COLUMNS: Final = (
    "vrm,make,model,colour,action,warning_markers,reason,nim,information,force_area,weed_date,pnc_id,gpms,cad,"
    "spare_1,spare_2"
)
RESTART_S: Final = 0.2  # sooner than the unit's RestartSec=1: a test need not wait for it


class Car:
    """One car; its daemon may come and go. `run` are the words that start it, `python -m edge run` unless said."""

    def __init__(
        self,
        folder: Path,
        broker: str,
        cameras: Sequence[str] = ("front",),
        vehicle: str = "car-1",
        linger_s: float = 0.1,
        tree: Path = ROOT,
    ) -> None:
        self.folder = folder
        self.vehicle = vehicle
        self.state = folder / "state"
        self.config = folder / "patrol-edge.toml"
        self.key_file = folder / "key"
        self.key_file.write_text(KEY + "\n")
        self.ports = {name: Port(folder / f"port-{name}") for name in cameras}
        self.config.write_text(_toml(vehicle, broker, self.ports, linger_s))
        self.daemon = Program(self.words("run"), folder / "edge.log", {"MALLOC_ARENA_MAX": "1"}, tree)
        self.follower = Follower(folder / "edge.sock")
        self._is_kept = False
        self.life = 0
        """The mark from which on the follower's lines are of the latest life."""

    def words(self, *command: str, config: Path | None = None) -> list[str]:
        """The command line of a command of `patrol-edge` for this car."""
        return [sys.executable, "-m", "edge", *command, "--config", str(config or self.config)]

    def plug(self) -> None:
        for port in self.ports.values():
            port.plug()

    def unplug(self) -> None:
        for port in self.ports.values():
            port.unplug()

    def start(self) -> None:
        """Starts the daemon and follows it; does not wait."""
        self.follower.join()
        self.life = self.follower.mark()
        self.daemon.start()
        self.follower.follow(self.daemon.is_running)

    @contextmanager
    def kept_running(self) -> Iterator[None]:
        """What systemd does (Restart=always): whenever the daemon has ended, it is started again."""
        over = threading.Event()
        thread = threading.Thread(target=self._keep, args=(over,))
        self._is_kept = True
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            self._is_kept = False

    def _keep(self, over: threading.Event) -> None:
        while not over.wait(RESTART_S):
            if not self.daemon.is_running():
                self.start()

    def until_heard(self, *cameras: str) -> None:
        """Returns when the daemon has had these ports open for long enough to have set them up; all, unless named.

        And when the follower hears it: on a busy machine an alert may be over before anybody listens.
        """
        for name in cameras or self.ports:
            until(partial(self._is_heard, name), f"port {name} is open")

    def _is_heard(self, name: str) -> bool:
        return self.is_alive() and self.ports[name].heard() and name in self.follower.up

    def kill(self) -> None:
        """SIGKILL; what it had said is heard to the end."""
        self.daemon.kill()
        self.follower.join()

    def stop(self, within_s: float = STOP_S) -> int:
        """SIGTERM; the exit code. Raises subprocess.TimeoutExpired when it takes longer."""
        self.daemon.signal(signal.SIGTERM)
        code = self.daemon.wait(within_s)
        self.follower.join()
        return code

    def status(self) -> dict[str, Any]:
        """What the daemon says of itself, as soon as it listens."""
        return until(self._status, "the daemon answers")

    def is_alive(self) -> bool:
        """Whether the daemon runs. AssertionError, with its log, when it has ended and nobody starts it again."""
        is_running = self.daemon.is_running()
        assert is_running or self._is_kept, f"the daemon has ended: {self.daemon.said}"
        return is_running

    def _status(self) -> dict[str, Any] | None:
        if not self.is_alive():
            return None
        try:
            with connected(self.folder / "edge.sock", timeout_s=PATIENCE_S) as client:
                return client.ask("status")
        except NotRunningError:
            return None

    def unsent(self) -> int:
        """How many events wait for headquarters' receipt, of all lanes and epochs."""
        return sum(lane["unsent"] for lane in self.status()["lanes"].values())

    def until_sent(self) -> None:
        """Returns when headquarters has answered for everything that is stored."""
        until(lambda: self.status()["epoch"], "the store is open")
        until(lambda: not self.unsent(), "everything is receipted")

    def command(self, *command: str, config: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Runs a command of `patrol-edge` to its end."""
        words = self.words(*command, config=config)
        return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)

    def unreceipted(self) -> list[dict[str, Any]]:
        """What `patrol-edge spool --json` prints."""
        asked = self.command("spool", "--json")
        assert asked.returncode == 0, asked.stderr
        found: list[dict[str, Any]] = json.loads(asked.stdout)["unreceipted"]
        return found

    def carry(self, vrms: Iterable[str], name: str = "voi") -> None:
        """Imports a list of these plates."""
        file = self.folder / f"{name}.csv"
        rows = "".join(f"{vrm},FORD,FOCUS,BLUE,STOP,,STOLEN,,,,,,,,50,\n" for vrm in vrms)
        file.write_text(f"{COLUMNS}\n{rows}")
        asked = self.command("data", "import", str(file))
        assert asked.returncode == 0, asked.stderr


def _toml(vehicle: str, broker: str, ports: dict[str, Port], linger_s: float) -> str:
    cameras = "".join(
        f'\n[[cameras]]\nname = "{name}"\ndialect = "axxon"\nport = "{port.path.name}"\n'
        for name, port in ports.items()
    )
    return (
        f'vehicle = "{vehicle}"\n\n[broker]\nurl = "{broker}"\n\n'
        '[storage]\nfolder = "state"\nkey_file = "key"\ngroup_ms = 50\n\n[local]\nsocket = "edge.sock"\n\n'
        f"[lists]\nallow_unsigned = true\n\n[uplink]\nlinger_s = {linger_s}\n{cameras}"
    )
