"""A running world -> everything that can befall it, each nemesis in a thread of its own, all at once, until it is over."""

import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.faults.rig.clock import Clock
from tests.faults.rig.rig import Rig
from tests.faults.rig.wire import HERE, Wire

YEARS: Final = 10
MOMENT_S: Final = 2.0  # how long to lie in wait for headquarters' next commit or receipt
AT_COMMIT: Final = 0.5
EVENTS_A_SECOND: Final = 1000
PATIENCE: Final = 10
FREEZE_S: Final = (2.0, 5.0)


@dataclass(slots=True)
class World:
    """The parts that are harmed. `over`: no new harm, and every harm is mended at once."""

    rig: Rig
    wire: Wire
    clock: Clock
    seed: int
    over: threading.Event = field(default_factory=threading.Event)
    done: Counter[str] = field(default_factory=Counter)
    """How often each nemesis struck."""
    headquarters: threading.Lock = field(default_factory=threading.Lock)
    """One harm at a time to headquarters."""

    def let_live(self, chance: Random, most_s: float) -> None:
        """Until so many more events are stored as a quiet machine stores in that time; on a busy one nothing else would move.

        What stops every promise must end, too: at most PATIENCE times as long.
        """
        seconds = chance.uniform(most_s / 8, most_s)
        enough = self.rig.car.follower.promises() + seconds * EVENTS_A_SECOND
        until_s = time.monotonic() + seconds * PATIENCE
        self.over.wait(seconds / 4)
        while self.rig.car.follower.promises() < enough and time.monotonic() < until_s:
            if self.over.wait(0.1):
                return

    def wait(self, chance: Random, least_s: float, most_s: float) -> None:
        self.over.wait(chance.uniform(least_s, most_s))


def kill_car(world: World, chance: Random) -> None:
    """The supervisor starts it again."""
    world.rig.car.daemon.kill()
    world.wait(chance, 0, 1)


def kill_broker(world: World, chance: Random) -> None:
    """What it had acknowledged dies with it."""
    world.rig.broker.kill()
    world.wait(chance, 0, 2)
    world.rig.broker.start()


def kill_headquarters(world: World, chance: Random) -> None:
    """In the moment of a commit, its receipt hardly out; or in the moment of a receipt, whose commit must have been."""
    answered = world.rig.car.follower.answered
    with world.headquarters:
        if chance.random() < AT_COMMIT:
            _await_commit(world.rig.headquarters.store)
        else:
            answered.clear()
            answered.wait(MOMENT_S)
        world.rig.kill_headquarters()
        world.wait(chance, 0, 2)
        world.rig.headquarters.start()


def _await_commit(store: Path) -> None:
    if not store.exists():
        return
    with closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as reader:
        (before,), until_s = reader.execute("PRAGMA data_version").fetchone(), time.monotonic() + MOMENT_S
        while time.monotonic() < until_s and reader.execute("PRAGMA data_version").fetchone() == (before,):
            time.sleep(0.001)


def overflow(world: World, chance: Random) -> None:
    """Headquarters stands still: the broker's short queue for it overflows, and drops without a word."""
    with world.headquarters:
        if world.rig.headquarters.is_running():
            world.rig.headquarters.signal(signal.SIGSTOP)
            try:
                world.wait(chance, *FREEZE_S)
            finally:
                world.rig.headquarters.signal(signal.SIGCONT)


def radio(world: World, chance: Random) -> None:
    """A flap, a black hole, or the edge of coverage: 128 kbit/s and every fifth packet lost."""
    match chance.choice(("flap", "hole", "thin")):
        case "flap":
            world.wire.down()
            world.wait(chance, 0.2, 3)
            world.wire.up()
        case "hole":
            world.wire.black_hole()
            world.wait(chance, 2, 8)
            world.wire.whole()
        case _:
            world.wire.thin()
            world.wire.lossy()
            world.wait(chance, 3, 10)
            world.wire.whole()
            world.wire.wide()


def set_clock(world: World, chance: Random) -> None:
    """Ten years on or back, and right again."""
    world.clock.off(chance.choice((YEARS, -YEARS)))
    world.wait(chance, 1, 6)
    world.clock.off(0)


def fill_disk(world: World, chance: Random) -> None:
    """Not a byte is left on the card."""
    filler = world.rig.car.state / "filler"
    try:
        fill(filler)
        world.wait(chance, 1, 4)
    finally:
        filler.unlink(missing_ok=True)


def fill(path: Path) -> None:
    """Not a byte is left on the file system. What an earlier call took stays taken."""
    with path.open("ab", buffering=0) as file:
        for size in (65_536, 4096, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue


def impostor(world: World, chance: Random) -> None:
    """Another client with the car's client id: the broker throws one of the two out, for as long as both come back."""
    client = paho.Client(CallbackAPIVersion.VERSION2, world.rig.car.vehicle)
    try:
        client.connect(HERE, world.rig.broker.port)
    except OSError:
        return
    client.loop_start()
    world.wait(chance, 0.5, 3)
    client.disconnect()
    client.loop_stop()


Nemesis = Callable[[World, Random], None]
NEMESES: Final[dict[str, tuple[Nemesis, float]]] = {
    "car killed": (kill_car, 8),
    "broker killed": (kill_broker, 12),
    "headquarters killed at a commit or receipt": (kill_headquarters, 8),
    "broker's queue overflows": (overflow, 15),
    "flap, black hole, 128 kbit/s with 20 % loss": (radio, 10),
    "clock 10 years off": (set_clock, 10),
    "disk full": (fill_disk, 20),
    "client id taken": (impostor, 15),
}
"""Each with the longest pause before it strikes again, seconds of a quiet machine."""


@contextmanager
def all_at_once(world: World) -> Iterator[None]:
    """Each in its own thread; at the end all harm is mended. Raises what a nemesis raised."""
    failures: list[BaseException] = []

    def haunt(name: str, nemesis: Nemesis, pause_s: float) -> None:
        chance = Random(f"{world.seed} {name}")
        while not world.over.is_set():
            world.let_live(chance, pause_s)
            try:
                nemesis(world, chance)
            except BaseException as error:
                failures.append(error)
                raise
            world.done[name] += 1

    with ExitStack() as threads:
        for name, (nemesis, pause_s) in NEMESES.items():
            thread = threading.Thread(target=haunt, args=(name, nemesis, pause_s), name=name)
            threads.callback(thread.join)
            thread.start()
        threads.callback(world.over.set)
        yield
    if failures:
        raise failures[0]
