"""A timeline, a seed and a folder -> the drive: every program started, every fault done, everything that is known of it afterwards."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from itertools import count
from typing import Any, Final

from simulator.demo import words
from simulator.demo.account import Evidence
from simulator.demo.drive import Drive
from simulator.demo.evidence import evidence, said_by
from simulator.demo.follow import Follower
from simulator.demo.lookup import asked_after_a_hit, records_known
from simulator.demo.patrolled import write_forecast, write_key
from simulator.demo.programs import Program, Programs, programs
from simulator.demo.scene import Scene, TruthTail
from simulator.demo.timeline import READS_A_SECOND, hits
from simulator.folder import LIST, TRUTH
from simulator.free_port import free_port

_ENTRIES: Final = 1000
_TICK_S: Final = 0.1
_ASK_EVERY: Final = 5  # ticks
_DRAIN_S: Final = 30.0
_SURE_S: Final = 0.7  # longer than a group is gathered: what was read has been numbered by then


async def perform(drive: Drive) -> Evidence:
    """From the first program's start to the last one's end. ProgramError: one of them would not play its part."""
    logs = drive.folder / "logs"
    logs.mkdir(parents=True)
    scene = Scene(drive.when, drive.witness)
    scene.tell(words.STARTING, time.monotonic_ns())
    drive.view.tick(scene)
    async with programs(logs) as started:
        port = free_port()
        broker = await started.start("broker", "simulator.broker", port, stays=True)
        url = (await broker.line())["url"]
        world = await started.start("world", "simulator", "world", *_world_words(drive, url))
        headquarters = await started.start(
            "headquarters", "headquarters", "serve", "--broker", url, "--store", drive.store, stays=True
        )
        await world.line()
        key = write_key(drive.folder, drive.config)
        forecast = write_forecast(drive.folder, drive.seed)
        await said_by(started, "import", "edge", "data", "import", "--config", drive.config, drive.folder / LIST)
        await records_known(drive, started)
        await headquarters.line()
        await said_by(
            started, "publish", "headquarters", "publish", "forecast", forecast, "--store", drive.store, "--key", key
        )
        await _Acts(drive, started, scene, broker, port).play(world)
        await headquarters.end()
        return await evidence(drive, started)


def _world_words(drive: Drive, url: str) -> list[object]:
    when = drive.when
    faults = drive.folder / "faults"
    faults.write_text(f"at {when.unplug_s:g}s unplug front {when.replug_s - when.unplug_s:g}s\n", encoding="ascii")
    clear = ",".join(f"{edge_s:g}s" for edge_s in when.edges_s)
    return [
        *("--out", drive.folder, "--seed", drive.seed, "--broker", url, "--cameras", "front:axxon"),
        *("--rate", f"{READS_A_SECOND:g}", "--reads", when.reads, "--list", _ENTRIES, "--hits", hits(when, drive.seed)),
        *("--faults", faults, "--clear", clear),
    ]


class _Acts:
    """The drive from the daemon's first start to its last end."""

    def __init__(self, drive: Drive, started: Programs, scene: Scene, broker: Program, port: int) -> None:
        self._drive = drive
        self._started = started
        self._broker = broker
        self._port = port
        self._scene = scene
        self._follower = Follower(drive.folder / "run" / "edge.sock", drive.witness)
        self._runs = 0

    async def play(self, world: Program) -> None:
        """Comes back when headquarters has everything, or has had _DRAIN_S for it."""
        asking = asked_after_a_hit(self._drive, self._started, self._follower, self._scene)
        async with _alongside(self._follower.run(), self._watch(), asking):
            daemon = await self._start_daemon()
            self._scene.start_ns = (await world.line())["start_mono_ns"]
            daemon = await self._faults(daemon)
            await world.finished()
            self._tell(words.DRAINING)
            await self._drain()
            if not await daemon.end():
                self._drive.mishaps.append("patrol-edge did not stop cleanly")

    async def _faults(self, daemon: Program) -> Program:
        """Each at its time; the daemon that lives after them."""
        when = self._drive.when
        await self._until(when.unplug_s)
        self._tell(words.UNPLUGGED)
        await self._until(when.replug_s)
        self._tell(words.REPLUGGED)
        await self._until(when.cut_s)
        await self._broker.kill()
        self._tell(words.CUT)
        await self._until(when.back_s)
        self._broker = await self._started.start("broker", "simulator.broker", self._port, stays=True)
        self._tell(words.BACK)
        await self._until(when.kill_s)
        kill_ns = time.monotonic_ns()
        if await daemon.kill():
            self._drive.kills_ns.append(kill_ns)
        self._scene.killed(kill_ns)
        return await self._start_daemon()

    async def _start_daemon(self) -> Program:
        self._runs += 1
        name = f"edge-{self._runs}"
        command = ("run", "--config", self._drive.config)
        return await self._started.start(name, "edge", *command, speaks=False, stays=True)

    async def _until(self, at_s: float) -> None:
        assert self._scene.start_ns is not None
        await asyncio.sleep(max(0.0, at_s + self._scene.start_ns / 1e9 - time.monotonic()))

    def _tell(self, text: str) -> None:
        self._scene.tell(text, time.monotonic_ns())

    async def _drain(self) -> None:
        """Until two looks, some time apart, find nothing that waits for the card or for a receipt of headquarters."""
        try:
            async with asyncio.timeout(_DRAIN_S):
                for _ in range(2):
                    since_ns = time.monotonic_ns()
                    while not self._drive.witness.is_drained(since_ns):
                        await self._follower.hears()
                    await asyncio.sleep(_SURE_S)
        except TimeoutError:
            self._drive.mishaps.append(f"{_DRAIN_S:g} s after the drive, something still waited for headquarters")

    async def _watch(self) -> None:
        """For ever: what is new in the truth and on the socket is shown, and the daemon is asked how it is."""
        with (self._drive.folder / TRUTH).open(encoding="ascii") as file:
            tail = TruthTail(file)
            try:
                for tick in count():
                    if tick % _ASK_EVERY == 0:
                        self._follower.ask()
                    self._show(tail)
                    self._started.check()
                    await asyncio.sleep(_TICK_S)
            finally:
                self._show(tail)

    def _show(self, tail: TruthTail) -> None:
        for line in tail.lines():
            self._scene.saw(line)
        self._scene.catch_up(time.monotonic_ns())
        self._drive.view.tick(self._scene)


@asynccontextmanager
async def _alongside(*deeds: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Deeds that have no end of their own, for as long as the block lasts."""
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(deed) for deed in deeds]
        yield
        for task in running:
            task.cancel()
