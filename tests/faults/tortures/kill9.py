"""A running rig and a seed -> daemon, broker and headquarters killed at random moments, as often as asked; the verdict."""

import time
from random import Random
from typing import Final

from tests.faults.rig.campaign import Found, Order, Torture
from tests.faults.rig.judge import Verdict
from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig, built

LONGEST_S: Final = 0.3  # before a kill: a few commits, batches and receipts of each kind
VICTIMS: Final = (("car",), ("car", "broker"), ("broker",), ("headquarters",), ("broker", "headquarters"))
VICTIMS_AWAY: Final = (("car",), ("car", "broker"), ("broker",))
UNHEARD: Final = 0.2  # of the daemon's lives: killed at any moment from its first instruction on


def kill9(rig: Rig, cycles: int, seed: int) -> Verdict:
    """In every other cycle headquarters is away while the broker is up. Raises TimeoutError when something stays down."""
    chance = Random(seed)
    for cycle in range(cycles):
        away = cycle % 2 == 0
        victims = chance.choice(VICTIMS_AWAY if away else VICTIMS)
        if away:
            rig.headquarters.kill()
            rig.until_stored(1)  # and so they are sent, to a broker who has nobody to give them to
        elif "car" in victims and chance.random() > UNHEARD:
            until(lambda: rig.car.follower.count("read", since=rig.car.life), "the daemon stores reads")
        time.sleep(chance.uniform(0, LONGEST_S))
        for victim in victims:
            {"car": rig.car.kill, "broker": rig.broker.kill, "headquarters": rig.headquarters.kill}[victim]()
        rig.start_the_dead()
    return rig.settle()


def run(order: Order) -> Found:
    """A cycle is one kill of one or two of them."""
    with built(order.folder, tree=order.tree) as rig:
        rig.start()
        return kill9(rig, order.cycles, order.seed).found()


TORTURE: Final = Torture(
    "daemon, broker and headquarters killed at random moments under load",
    run,
    full=10_000,
    short=40,
    minutes=240,
    catches=("puback", "receipt-early", "epoch-kept"),
    row=1,
)
