"""A million events through a world in which everything goes wrong at once -> the ledger at headquarters, to the last number. [row 7]"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.faults.rig.campaign import Found, Order, Torture
from tests.faults.rig.clock import Clock
from tests.faults.rig.complaints import look
from tests.faults.rig.nemeses import World, all_at_once
from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig
from tests.faults.rig.wire import HERE, Wire

RATE: Final = 2500.0  # reads/s while the daemon lives: forty times a busy street
QUEUE: Final = 20  # messages that the broker keeps for a headquarters that does not read: they are to overflow
CARD_MB: Final = 192
DRAIN_S: Final = 900.0  # for what has piled up, once nothing is harmed any more
LOOK_S: Final = 0.25


@contextmanager
def card(folder: Path) -> Iterator[None]:
    """A file system of its own, small enough to be filled."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={CARD_MB}m", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def world_of(order: Order) -> Iterator[World]:
    """Broker and headquarters in one network, the car in another, a cable between them. Nothing runs yet."""
    wire, clock = Wire(), Clock(order.folder)
    rig = Rig(order.folder, tree=order.tree, address=HERE)
    with (order.folder / "mosquitto.conf").open("a") as settings:
        settings.write(f"max_queued_messages {QUEUE}\n")
    rig.car.daemon.words[:0] = wire.car_words
    rig.car.daemon.environment |= clock.environment
    rig.car.follower.kept = ("alarm", "dropped")
    rig.feeder.rate = RATE
    with card(rig.car.state):
        try:
            yield World(rig, wire, clock, order.seed)
        finally:
            rig.end()
            wire.end()


def run(order: Order) -> Found:
    """A cycle is an event that was promised."""
    with world_of(order) as world:
        rig = world.rig
        rig.start()
        try:
            with rig.car.kept_running(), all_at_once(world):
                while order.progress.done < order.cycles and not order.is_over():
                    time.sleep(LOOK_S)
                    order.progress.done = rig.car.follower.promises()
                rig.feeder.stop()
            with rig.car.kept_running():
                settled_s = time.monotonic()
                rig.start_the_dead()
                until(lambda: rig.car.status()["epoch"], "the store is open")
                until(lambda: not rig.car.unsent(), "everything is receipted", DRAIN_S)
        except TimeoutError as down:
            return Found(unbootable=1, broken=[str(down)], cycles=rig.car.follower.promises())
        found = rig.verdict().found()
        found.cycles = min(order.cycles, rig.car.follower.promises())
        look(rig, found)
        found.more |= {"drained_s": round(time.monotonic() - settled_s, 1), "nemeses": dict(world.done)}
    return found


TORTURE: Final = Torture(
    "every fault at once, in a network of its own: kills, radio, clock, card, queue, client id",
    run,
    full=1_000_000,
    short=5_000,
    control=40_000,
    minutes=15,
    catches=("puback", "stored-early", "receipt-early", "epoch-kept"),
    unit="events",
    row=7,
)
