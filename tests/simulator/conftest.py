"""Worlds, and readers of pseudo-terminals, for the tests of the simulator."""

import asyncio
import json
import os
import select
import sys
import threading
import tomllib
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from drivers.anpr import dialect
from drivers.dialect import Dialect
from drivers.gps import DIALECTS as RECEIVERS
from drivers.ports import parse_port
from drivers.streams import open_port
from simulator.camera import CameraSetting
from simulator.faults import Fault
from simulator.port import Port
from simulator.world import World
from tests.patience import PATIENCE_S

SIMULATOR = (sys.executable, "-m", "simulator.cli", "world")
Perform: TypeAlias = Callable[..., Awaitable[tuple[dict[str, Any], dict[str, list[Any]]]]]
START = datetime(2026, 3, 1, 23, 59, 50, tzinfo=UTC)


class Listener:
    """Somebody who has a port open and keeps every byte; the test says when to stop."""

    def __init__(self, path: Path) -> None:
        self.heard = b""
        self._slave = os.open(path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
        # As a real reader does. Numbers of terminals are used again: a program that still retries the name of a dead one
        # elsewhere on this machine would otherwise read what is meant for us.
        flock(self._slave, LOCK_EX | LOCK_NB)
        self._enough, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._listen)
        self._more = threading.Condition()

    def start(self) -> "Listener":
        self._thread.start()
        return self

    def until(self, count: int) -> bytes:
        """Everything heard, as soon as it is `count` bytes."""
        with self._more:
            assert self._more.wait_for(lambda: len(self.heard) >= count, timeout=PATIENCE_S)
            return self.heard

    def stop(self) -> bytes:
        """Everything heard up to now; the port is closed."""
        if self._slave >= 0:
            os.write(self._wake, b".")
            if self._thread.ident is not None:
                self._thread.join()
            for fd in (self._slave, self._enough, self._wake):
                os.close(fd)
            self._slave = -1
        return self.heard

    def _listen(self) -> None:
        """Fetches what there is before it looks at whether it is to stop."""
        while True:
            ready, _, _ = select.select([self._slave, self._enough], [], [])
            if self._slave not in ready:
                return
            try:
                data = os.read(self._slave, 4096)
            except BlockingIOError:
                continue
            except OSError:
                return
            if not data:
                return
            with self._more:
                self.heard += data
                self._more.notify_all()


@pytest.fixture
def listen() -> Iterator[Callable[[Path], Listener]]:
    listeners: list[Listener] = []

    def opened(path: Path) -> Listener:
        listeners.append(Listener(path))
        return listeners[-1]

    yield opened
    for listener in listeners:
        listener.stop()


@pytest.fixture
def port(tmp_path: Path) -> Iterator[Port]:
    port = Port(tmp_path / "front")
    port.plug()
    yield port
    port.unplug()


@pytest.fixture
def make_world() -> Callable[..., World]:
    def make(
        *, seed: int = 7, rate: float = 50, reads: int = 300, hits: float = 4, unique: bool = False,
        faults: tuple[Fault, ...] = (), clear_s: tuple[float, ...] = (),
    ) -> World:  # fmt: skip
        cameras = (CameraSetting("front", "axxon"), CameraSetting("rear", "axxon"))
        return World(seed, START, rate, reads, cameras, 500, hits, unique, faults, clear_s)

    return make


@pytest.fixture
def perform() -> Perform:
    """`await perform(folder, *options)`: the program's summary, and everything that was read at each port."""
    return play_world


@pytest.fixture
def truth_of() -> Callable[[Path], list[dict[str, Any]]]:
    """A world's folder -> the lines of its truth."""
    return read_truth


async def read_all(device: dict[str, Any], out: Path, found: list[Any]) -> None:
    """Reads a port, again and again as it comes back, until it is cancelled."""
    port = parse_port(device["port"])
    while True:
        name, template = device["dialect"], device.get("template")
        speaker: Dialect[Any] = RECEIVERS[name]() if name in RECEIVERS else dialect(name, template)
        try:
            where = out / port if isinstance(port, Path) else port
            async with open_port(where, speaker.line, speaker.greeting) as stream:
                while True:
                    found += speaker.feed(await stream.read())
        except OSError:
            await asyncio.sleep(0.01)


async def play_world(out: Path, *options: str) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """The program's summary, and everything that was read at each port."""
    program = await asyncio.create_subprocess_exec(
        *SIMULATOR, "--out", str(out), *options, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert program.stdout is not None
    ready = json.loads(await program.stdout.readline())
    assert ready["ready"] is True
    assert Path(ready["config"]) == out / "patrol-edge.toml"
    config = tomllib.loads(Path(ready["config"]).read_text(encoding="utf-8"))
    devices = {camera["name"]: camera for camera in config["cameras"]} | {"gps": config["gps"]}
    assert devices.keys() == ready["ports"].keys()
    found: dict[str, list[Any]] = {name: [] for name in devices}
    async with asyncio.TaskGroup() as tasks:
        readers = [tasks.create_task(read_all(device, out, found[name])) for name, device in devices.items()]
        playing = json.loads(await program.stdout.readline())
        assert playing["playing"] is True
        summary = json.loads(await program.stdout.readline())
        assert await program.wait() == 0
        for reader in readers:
            reader.cancel()
    said_ns = [line["last_byte_mono_ns"] for line in read_truth(out) if line["last_byte_mono_ns"] is not None]
    assert playing["start_mono_ns"] <= said_ns[0]
    return summary, found


def read_truth(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "truth.jsonl").read_text(encoding="ascii").splitlines()]
