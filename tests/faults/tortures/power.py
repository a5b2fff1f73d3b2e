"""A folder and a seed -> cars in user-mode Linux whose power is cut again and again; what their cards, and then headquarters, hold.

Most lives have no link, so that what the card forgets is not saved by the uplink; every so often one has, and drains. After
each cut the card is looked at in a copy, and the next life boots from it as it was left. In the end what is left on the card
is handed to headquarters by the daemon outside.
"""

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random
from typing import Final

from tests.faults.rig import card, network, uml
from tests.faults.rig.broker import Mosquitto
from tests.faults.rig.campaign import Found, Order, Torture, summed
from tests.faults.rig.car import KEY, Car
from tests.faults.rig.headquarters import Headquarters
from tests.faults.rig.judge import judge, missing
from tests.faults.rig.life import BOOT_S, JOURNAL_S, MOST, Heard, Life, begun, prepared
from tests.faults.rig.promised import Promised

ONLINE_EVERY: Final = 12  # lives
EARLY: Final = 0.04  # of the lives are cut while they boot or open the spool
LONGEST_S: Final = 1.5  # from the first promise to the cut: some thirty commits
LONGEST_BOOT_S: Final = 3.0
AT_ONCE: Final = 3
LEAST: Final = 8  # cuts of a card: it is handed over but once
IMAGE_MB: Final = 192


class Campaign:
    """One card over many lives."""

    def __init__(self, order: Order) -> None:
        self.found = Found(more={"cycles": 0, "lossy_cuts": 0, "lost_at_cuts": 0})
        """`lossy_cuts`: those after which something promised was neither on the card nor at headquarters."""
        self._folder, self._tools = order.folder, order.tools
        self._chance = Random(order.seed)
        self._image = card.made(order.folder / "card.img", IMAGE_MB)
        self._broker = Mosquitto(order.folder, network.HERE)
        self._headquarters = Headquarters(order.folder, self._broker.url)
        self._promised = Promised()
        self._said: list[range] = []
        prepared(order.folder, self._broker.port, order.tree)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Broker and headquarters are up meanwhile."""
        self._broker.start()
        self._headquarters.start()
        self._headquarters.until_ready()
        try:
            yield
        finally:
            self._headquarters.kill()
            self._broker.kill()

    def cut(self) -> None:
        """One life and its end."""
        number = self.found.more["cycles"]
        online = number % ONLINE_EVERY == ONLINE_EVERY - 1
        early, commit_s = self._chance.random() < EARLY, self._chance.choice(JOURNAL_S)
        wait_s = self._chance.uniform(0, LONGEST_BOOT_S if early else LONGEST_S)
        machine, heard = begun(self._folder, self._tools, self._image, number * MOST, online=online, commit_s=commit_s)
        try:
            is_up = self._lived(heard, wait_s, early=early)
        finally:
            machine.cut()
        self._count(heard.the_rest(), is_up=is_up)

    def _lived(self, heard: Heard, wait_s: float, *, early: bool) -> bool:
        """Whether it came as far as it was let."""
        if not heard.until("up", BOOT_S):
            return False
        if not early and not heard.until("stored", BOOT_S):
            return False
        heard.until("ended", wait_s)
        return not heard.life.has_ended

    def _count(self, life: Life, *, is_up: bool) -> None:
        found, more = self.found, self.found.more
        more["cycles"] += 1
        found.unbootable += not is_up
        self._said.append(range(life.first, life.first + life.said))
        self._promised.join(life.promised)
        look = card.after_a_cut(self._image, KEY)
        if not look.is_sound or any(alarm.startswith("spool") for alarm in life.alarms):
            found.corrupt += 1
            card.keep(self._image, more["cycles"])
        numbers = life.promised.numbers
        lost = missing(numbers, look.held, self._headquarters.numbers({epoch for epoch, _ in numbers}))
        more["lossy_cuts"] += lost > 0
        more["lost_at_cuts"] += lost

    def settle(self) -> Found:
        """The card is put into a car outside, which hands over everything; the verdict on all lives together."""
        with card.mounted(self._image, self._folder / "card") as mounted:
            (self._folder / "state").symlink_to(mounted / "spool")
            car = Car(self._folder, self._broker.url)
            car.start()
            try:
                car.until_sent()
                assert car.stop() == 0
            finally:
                car.kill()
        said = (number for reads in self._said for number in reads)
        found = judge(said, self._promised, self._headquarters.events()).found()
        found.unbootable, found.more = self.found.unbootable, self.found.more
        found.cycles = found.more.pop("cycles")
        found.corrupt = self.found.corrupt + any(name.startswith("spool") for name in self._headquarters.alarm_names())
        if found.more["lossy_cuts"]:
            found.broken.append("a card did not hold what was promised")
        return found


def run(order: Order) -> Found:
    """A cycle is one cut. Several cards side by side: a third of a life is waiting."""
    uml.fetched(order.tools)
    cards = min(AT_ONCE, math.ceil(order.cycles / LEAST))
    with ThreadPoolExecutor(cards) as pool:
        parts = [order.part(card, (order.cycles + card) // cards) for card in range(cards)]
        return summed(pool.map(_one_card, parts))


def _one_card(order: Order) -> Found:
    network.leave()  # this thread only, and all that it starts: each card has broker and headquarters in a network of its own
    campaign = Campaign(order)
    with campaign.running():
        for _ in order.rounds():
            campaign.cut()
        return campaign.settle()


TORTURE: Final = Torture(
    "the power of a machine with the real daemon cut at random moments (user-mode Linux, ext4)",
    run,
    full=1_000,
    short=3,
    control=24,
    minutes=42,
    catches=("normal", "stored-early"),
    row=2,
)
