"""A rig and a seed -> daemon, broker and headquarters killed at random moments, as often as asked; what was lost. [row 1]"""

import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from tests.faults.rig.campaign import Found, Order, Torture, summed
from tests.faults.rig.complaints import look
from tests.faults.rig.judge import Verdict
from tests.faults.rig.rig import Rig, built
from tests.faults.rig.zygote import Zygote

LONGEST_S: Final = 0.3  # before a kill: a few commits, batches and receipts of each kind
VICTIMS: Final = (("car",), ("car", "broker"), ("broker",), ("headquarters",), ("broker", "headquarters"))
VICTIMS_AWAY: Final = (("car",), ("car", "broker"), ("broker",))
UNHEARD: Final = 0.2  # of the daemon's lives: killed at any moment from its first instruction on
AT_PROMISE: Final = 0.5  # of its deaths: in the moment in which it says "stored"
CARD_CYCLES: Final = 250  # then a fresh card and a fresh store: nobody restarts a car thousands of times within an hour
AT_ONCE: Final = 3  # rigs side by side: most of a cycle is waiting


def kill9(rig: Rig, cycles: Iterable[int], seed: int, longest_s: float = LONGEST_S) -> Verdict:
    """In every other cycle headquarters is away while the broker is up. Raises TimeoutError when something stays down."""
    chance = Random(seed)
    for cycle in cycles:
        rig.cycles += 1
        away = cycle % 2 == 0
        victims = chance.choice(VICTIMS_AWAY if away else VICTIMS)
        if away:
            rig.kill_headquarters()
            rig.until_stored(1)  # and so they are sent, to a broker who has nobody to give them to
        elif "car" in victims and chance.random() > UNHEARD:
            rig.until_stored(1)
        if "car" in victims and chance.random() < AT_PROMISE:
            rig.car.follower.promised.clear()
            rig.car.follower.promised.wait(longest_s)
        else:
            time.sleep(chance.uniform(0, longest_s))
        for victim in victims:
            {"car": rig.car.kill, "broker": rig.broker.kill, "headquarters": rig.kill_headquarters}[victim]()
        rig.start_the_dead()
    return rig.settle()


def run(order: Order) -> Found:
    """A cycle is one kill of one or two of them; each CARD_CYCLES have a card and a store of their own."""
    with Zygote(order.tree) as zygote, ThreadPoolExecutor(AT_ONCE) as pool:
        lengths = list(_cut(order.cycles))
        found = pool.map(partial(_one_card, order, zygote), range(len(lengths)), lengths)
        return summed(found, said=0, skipped=0, dropped=0)


def _cut(cycles: int) -> Iterator[int]:
    for begin in range(0, cycles, CARD_CYCLES):
        yield min(CARD_CYCLES, cycles - begin)


def _one_card(order: Order, zygote: Zygote, card: int, cycles: int) -> Found:
    if order.is_over():
        return Found(cycles=0)
    part = order.part(card, cycles)
    with built(part.folder, tree=order.tree) as rig:
        rig.hurry(zygote)
        try:
            rig.start()
            found = kill9(rig, part.rounds(), part.seed, LONGEST_S / 2).found()
            found.cycles = rig.cycles
        except (TimeoutError, AssertionError) as down:
            print(f"card {card}: {down}", file=sys.stderr, flush=True)
            return Found(unbootable=1, cycles=rig.cycles, broken=[f"card {card}: {down}"[:300]])
        look(rig, found)
    if found.is_good:
        _forget(part.folder)
    return found


def _forget(folder: Path) -> None:
    """A campaign of forty cards keeps only those with a fault."""
    for file in folder.rglob("*"):
        if file.is_file():
            file.unlink()


TORTURE: Final = Torture(
    "daemon, broker and headquarters killed at random moments under load",
    run,
    full=10_000,
    short=40,
    control=60,
    minutes=25,
    catches=("puback", "stored-early", "receipt-early", "epoch-kept"),
    row=1,
)
