"""One life of a car in user-mode Linux: power on, reads, promises heard from outside, power off at a moment of one's choosing."""

import itertools
import json
import queue
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any, Final

from edge.config.file import load
from edge.daemon import Orders
from tests.faults.rig import network
from tests.faults.rig.car import KEY
from tests.faults.rig.feeder import frame
from tests.faults.rig.promised import Promised
from tests.faults.rig.uml import Machine

RATE: Final = 200.0  # reads/s: what the daemon in a machine that is itself a process stores without falling behind
MOST: Final = 5_000  # reads of one life: 25 s
BOOT_S: Final = 120.0  # a busy machine may take long; one that does not come up in this time does not come up
JOURNAL_S: Final = (5, 60)
"""ext4's own clock, and the one that spares a card (docs/decisions/0024-the-log-outlives-its-connection.md)."""
_ORDERS_FD: Final = 5


@dataclass(slots=True)
class Life:
    """What was heard of one life. `first`: the number of its first read; `said`: how many may have been heard by the daemon."""

    first: int
    said: int = 0
    promised: Promised = field(default_factory=Promised)
    alarms: list[str] = field(default_factory=list)
    has_ended: bool = False
    """The daemon, by itself."""

    def hear(self, line: dict[str, Any]) -> None:
        """One line of its console."""
        self.said = line.get("said", self.said)
        self.has_ended |= "ended" in line
        if line.get("kind") == "stored":
            self.promised.hear(line)
        elif line.get("kind") == "alarm":
            self.alarms.append(line["name"])


class Heard:
    """What a machine says, until its power is cut."""

    def __init__(self, process: "Popen[bytes]", life: Life) -> None:
        self.life = life
        self._lines: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._listen, args=(process,))
        self._thread.start()

    def until(self, word: str, within_s: float) -> bool:
        """Whether a line with this word, or of this kind, came in time."""
        deadline_s = time.monotonic() + within_s
        while not self.life.has_ended:
            try:
                line = self._lines.get(timeout=max(0.0, deadline_s - time.monotonic()))
            except queue.Empty:
                return False
            if line is None:
                self._lines.put(None)
                return False
            self.life.hear(line)
            if word in line or line.get("kind") == word:
                return True
        return False

    def the_rest(self) -> Life:
        """Everything that was said before the cut. Call it after the cut."""
        self._thread.join()
        while (line := self._lines.get()) is not None:
            self.life.hear(line)
        return self.life

    def _listen(self, process: "Popen[bytes]") -> None:
        assert process.stdout is not None
        with process.stdout as console:
            for line in console:
                if line.endswith(b"\n") and line.startswith(b"{"):
                    self._lines.put(json.loads(line))
        self._lines.put(None)


def ordered(folder: Path, broker: str, group_ms: int) -> None:
    """Writes into the folder what a daemon in the machine is told: configuration, key, and both validated, as orders.

    A second of validation is a second of every cut.
    """
    (folder / "key").write_text(KEY + "\n")
    config = folder / "guest.toml"
    config.write_text(
        f'vehicle = "car-1"\n\n[broker]\nurl = "{broker}"\n\n'
        f'[storage]\nfolder = "/run/state/spool"\nkey_file = "key"\ngroup_ms = {group_ms}\nquota_mb = 64\n\n'
        '[local]\nsocket = "/run/edge.sock"\n\n[lists]\nallow_unsigned = true\n\n[uplink]\nlinger_s = 0.1\n\n'
        '[[cameras]]\nname = "front"\ndialect = "axxon"\nport = "/run/port-front"\n'
    )
    (folder / "orders").write_bytes(Orders(load(config), KEY, "info").packed())


def guest(folder: Path, rate: float) -> str:
    """The words that start camera and daemon in the machine, from the working directory's tree."""
    outside = (sys.executable, "-S", "-E", "-m", "tests.faults.rig.guest", folder / "frames", len(frame(0)), rate)
    inside = (sys.executable, "-m", "edge.daemon", _ORDERS_FD, f"{_ORDERS_FD}<{folder}/orders")
    return " ".join(map(str, (*outside, *inside)))


def frames(folder: Path, first: int, count: int) -> None:
    """What the camera of the next life says."""
    (folder / "frames").write_bytes(b"".join(frame(number) for number in range(first, first + count)))


def prepared(folder: Path, broker_port: int, tree: Path) -> None:
    """Writes what every life needs into the folder, with inits for lives with a link and without, and for each clock of the journal."""
    ordered(folder, f"mqtt://{network.HERE}:{broker_port}", group_ms=50)
    for (name, link), commit_s in itertools.product((("offline", ""), ("online", _LINK)), JOURNAL_S):
        init = folder / f"init-{name}-{commit_s}"
        mount = f"mount -o commit={commit_s} /dev/ubda /run/state || exit 1\n"
        init.write_text(f"{INIT}{mount}{link}cd {tree} || exit 1\nexec {guest(folder, RATE)}\n")
        init.chmod(0o755)


INIT: Final = """#!/bin/sh
mount -t proc proc /proc
mount -t tmpfs run /run
mkdir /run/state /dev/pts
mount -t devpts pts /dev/pts
stty raw -echo </dev/ttyS0
"""
_LINK: Final = f"""ip link set lo up
ip addr add {network.THERE}/24 dev vec0
ip link set vec0 up
"""


def begun(folder: Path, tools: Path, image: Path, first: int, *, online: bool, commit_s: int) -> tuple[Machine, Heard]:
    """Power on. The reads of this life are numbered from `first`; `commit_s` is one of JOURNAL_S."""
    frames(folder, first, MOST)
    init = folder / f"init-{'online' if online else 'offline'}-{commit_s}"
    machine = Machine(tools, init, folder / "machine.log", [image], network.TAP if online else None)
    return machine, Heard(machine.start(), Life(first))
