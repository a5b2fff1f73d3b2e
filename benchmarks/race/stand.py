"""A contestant -> it on its stand: camera on a pty, a link to the broker that can be cut, the sink, and its own processes."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from benchmarks.peers.programs import Contestant, Place
from benchmarks.race.counted_link import CountedLink
from benchmarks.race.feeder import Feeder, Step
from benchmarks.race.processes import Counted, counted, family
from benchmarks.race.sink import Seen
from benchmarks.rig import ROOT, end, wait_for
from proto import events
from proto.lanes import Lane
from simulator.free_port import free_port
from simulator.numbered import number
from simulator.port import Port

READY_S: Final = 90.0
STOP_S: Final = 20.0
_GREETING: Final = 5  # reads said one by one until the sink has seen one: only then is a contestant ready
_LINGER_S: Final = 8.0  # ours waits 5 s for a batch to fill
_BROKER: Final = "allow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 0\nuser root\nlog_type error\n"
# What ThingsBoard's gateway asks its server for must not come back to it as a question: mosquitto would echo it.
_RULES: Final = (
    "topic readwrite #\n\nuser race\ntopic readwrite v1/gateway/#\ntopic write v1/devices/me/rpc/request/#\n"
    "topic read v1/devices/me/rpc/response/#\ntopic readwrite v1/devices/me/attributes/#\ntopic write v1/devices/me/#\n"
)


class Stand:
    """One contestant. Made by `stands`; everything ends with that block."""

    def __init__(self, contestant: Contestant, folder: Path, kit: Path, broker_port: int, *, direct: bool) -> None:
        self.contestant = contestant
        self.folder = folder
        self.link = CountedLink(broker_port)
        self.port = Port(folder / "front")
        self.next = 0
        """The number of the next read."""
        self._broker_port = broker_port
        self._kit = kit
        self._direct = direct
        self._processes: list[subprocess.Popen[bytes]] = []
        self._around: list[subprocess.Popen[bytes]] = []
        self.seen = Seen(folder / "seen")

    def prepare(self) -> None:
        """Camera plugged in, sink subscribed, and for ours a headquarters."""
        self.port.plug()
        words = (
            "-m",
            "benchmarks.race.sink",
            str(self._broker_port),
            self.contestant.topics,
            str(self.folder / "seen"),
        )
        self._around.append(self._start("sink", [sys.executable, *words]))
        if self.contestant.is_ours:
            url, store = f"mqtt://127.0.0.1:{self._broker_port}", f"sqlite:///{self.folder / 'hq.db'}"
            serve = ("-m", "headquarters", "serve", "--broker", url, "--store", store)
            self._around.append(self._start("hq", [sys.executable, *serve]))
            wait_for(lambda: b'"ready": true' in (self.folder / "hq.log").read_bytes(), "headquarters")

    def start(self) -> None:
        """The contestant's programs; returns when its camera is heard."""
        port = self._broker_port if self._direct else self.link.port
        place = Place(self.folder, self._kit, port, free_port(), self.contestant.name)
        for at, words in enumerate(self.contestant.commands(place)):
            self._processes.append(self._start(f"contestant-{at}", words))
        wait_for(self.port.heard, f"{self.contestant.name} opens its port", READY_S)

    def greet(self) -> None:
        """Says a read now and then until one has arrived: ready, to the other end."""
        until_s = time.monotonic() + READY_S
        before = self.seen.distinct
        while self.seen.distinct == before:
            if time.monotonic() > until_s:
                raise TimeoutError(f"nothing of {self.contestant.name} arrives: see {self.folder}")
            self.say([(_GREETING, 1.0)]).wait(READY_S)
        self.wait_until_settled(_LINGER_S, READY_S, self.next)

    def say(self, steps: Sequence[Step]) -> Feeder:
        """Its camera speaks; the numbers go on from where they were."""
        feeder = Feeder(self.port, steps, self.next).start()
        self.next += feeder.due(float("inf"))
        return feeder

    def stopped_saying(self, feeder: Feeder) -> None:
        """No more of it; the next feeder goes on there."""
        feeder.stop()
        self.next = feeder.said

    def wait_until_settled(self, quiet_s: float, longest_s: float, expected: int | None = None) -> None:
        """Until all of `expected` is there, or nothing came for so long, or the time is over."""
        until_s = time.monotonic() + longest_s
        quiet_since_s, before = time.monotonic(), self.seen.distinct
        while time.monotonic() < until_s and time.monotonic() - quiet_since_s < quiet_s:
            if expected is not None and self.seen.distinct >= expected:
                return
            if (now := self.seen.distinct) != before:
                quiet_since_s, before = time.monotonic(), now
            time.sleep(0.02)

    def missing(self, upto: int) -> list[int]:
        """Numbers below `upto` that are not at the other end: of ours, not in headquarters' store."""
        if not self.contestant.is_ours:
            return self.seen.missing(upto)
        here = _stored(self.folder / "hq.db")
        return [n for n in range(upto) if n not in here]

    def figures(self) -> Counted:
        """Of all its processes."""
        return counted(pid for process in self._processes for pid in family(process.pid))

    def kill(self) -> None:
        """kill -9 of all its processes at once."""
        for pid in [pid for process in self._processes for pid in family(process.pid)]:
            os.kill(pid, signal.SIGKILL)
        self._gone()

    def stop(self) -> None:
        """The clean stop that its unit would do, the last program of the chain last."""
        for process in reversed(self._processes):
            process.send_signal(self.contestant.stop_signal)
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
        self._gone()

    def close(self) -> None:
        """Nothing of it runs any more."""
        if self._processes:
            self.kill()
        for process in self._around:
            end(process)
        self.link.close()
        self.port.unplug()

    def _gone(self) -> None:
        for process in self._processes:
            process.wait()
        self._processes.clear()

    def _start(self, name: str, words: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=ROOT)


@contextmanager
def stands(
    contestants: Sequence[Contestant], kit: Path, *, direct: bool = False, kept: Path | None = None
) -> Iterator[list[Stand]]:
    """Stands of some contestants at one broker, prepared but not started. `direct`: no link that counts in between.

    `kept`: a folder with folders of their names, copied to begin with: what they held.
    """
    with tempfile.TemporaryDirectory(prefix="pe-race-") as name, ExitStack() as stack:
        folder = Path(name)
        broker_port = free_port()
        (folder / "rules").write_text(_RULES, "ascii")
        settings = folder / "broker.conf"
        settings.write_text(f"listener {broker_port} 127.0.0.1\n{_BROKER}acl_file {folder}/rules\n", "ascii")
        broker = subprocess.Popen(("mosquitto", "-c", str(settings)), stderr=subprocess.DEVNULL)
        stack.callback(end, broker)
        made = []
        for contestant in contestants:
            place = folder / contestant.name
            if kept is not None and (kept / contestant.name).is_dir():
                shutil.copytree(kept / contestant.name, place, symlinks=True)
            place.mkdir(exist_ok=True)
            stand = Stand(contestant, place, kit, broker_port, direct=direct)
            stack.callback(stand.close)
            stand.prepare()
            made.append(stand)
        yield made


def _stored(store: Path) -> set[int]:
    """The numbers of the reads that headquarters has."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT body FROM event JOIN stream ON stream.id = event.stream WHERE stream.lane = ?", (int(Lane.READ),)
        )
        reads = (events.decode(body) for (body,) in rows)
        return {n for read in reads if isinstance(read, events.Read) and (n := number(read.vrm)) is not None}
