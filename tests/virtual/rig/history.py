"""A seed and some hours -> one history of a car and its headquarters, and the first promise that was broken in it, if any."""

import asyncio
import copy
import gc
import shutil
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from proto.ranges import Ranges
from tests.virtual.rig import troubles
from tests.virtual.rig.car import Life
from tests.virtual.rig.disk import Disk
from tests.virtual.rig.headquarters import Headquarters
from tests.virtual.rig.judge import HEARD_S, judge
from tests.virtual.rig.loop import SpinError, StuckError, VirtualLoop
from tests.virtual.rig.memory import took
from tests.virtual.rig.net import Net
from tests.virtual.rig.plan import Plan, drawn
from tests.virtual.rig.poison import Poison
from tests.virtual.rig.ports import Device, Traffic, Wandering
from tests.virtual.rig.witness import Stream, Witness

LOOK_S: Final = 5.0
QUIET_S: Final = (
    2700.0  # all is well for so long before it is judged: a row alone after each resend of 60 s takes its time
)
BACK_S: Final = 14.0  # 8 s and what a connection takes
LIVE_S: Final = 150.0  # a live read over a link of 1 kB/s, with a window of backlog before it and again after a loss


@dataclass(frozen=True, slots=True)
class Told:
    """Of one history. `broken`: the first promise that was, in words."""

    seed: int
    hours: float
    broken: str | None
    trace: str
    steps: int
    lives: int
    said: int
    promised: int
    repeated_batches: int
    at_headquarters: int
    dropped: int
    aside: int
    ends: dict[str, int]

    def table(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


class History:
    """Car, link, broker, headquarters, and who watches them."""

    def __init__(self, seed: int, hours: float, lists: Path, home: Path, plan: Plan | None = None) -> None:
        """`plan`: a world that is not drawn."""
        chance = Random(seed)
        self.loop = VirtualLoop(chance)
        asyncio.set_event_loop(self.loop)
        self.seed, self.hours = seed, hours
        self.plan = plan or drawn(chance)
        self.folder, self.lists = home, lists
        self.witness = Witness(self.loop, self.loop.stop, self._is_excused)
        self.loop.set_exception_handler(lambda _, context: self.witness.breaks(f"left unheard: {_words(context)}"))
        self.disk = Disk(self.loop)
        self.net = Net(self.loop)
        self.poison = Poison(self.plan.poison)
        self.disk.begins = self.net.strike
        self.net.spoil = self.poison.spoil
        self.net.heard = self._heard
        self.net.taken = self._taken
        self.headquarters = Headquarters(self.loop, self.net, self.witness, home)
        self.plates: list[int] = []
        self.cameras = {name: Device(self.loop) for name in ("front", "rear")[: self.plan.cameras]}
        for device in self.cameras.values():
            Traffic(device, self.plates)
        self.receiver = Device(self.loop)
        Wandering(self.receiver)
        self.lives = 0
        self.ends: dict[str, int] = {"cut": 0, "clean": 0, "disk": 0}
        self.life: Life
        self._is_healed = False
        self._good_since_s = 0.0
        self._excused_until_s = 0.0
        self._answering_s = 0.0
        self.owed: dict[Stream, Ranges] = {}
        """What was promised long enough ago to be at headquarters at the end."""
        self._boot_id, self._booted_s = chance.randbytes(8), 0.0

    def told(self) -> Told:
        """The whole history."""
        self._begin()
        if self.plan.troubles:
            self._trouble()
        self.loop.call_later(LOOK_S, self._look)
        self.loop.call_later(self.hours * 3600, self._heal)
        try:
            self.loop.run_forever()
        except StuckError:
            self.witness.breaks("nothing will ever happen again")
        except SpinError:
            self.witness.breaks("somebody turns in a circle without waiting")
        sums = judge(self) if self.witness.broken is None else {}
        return Told(
            seed=self.seed,
            hours=round(self.loop.now_s / 3600, 3),
            broken=self.witness.broken,
            trace=self.loop.trace(),
            steps=self.loop.steps,
            lives=self.lives,
            said=len(self.witness.said),
            promised=sum(ranges.count() for ranges in self.witness.promised.values()),
            repeated_batches=sums.get("repeated", 0),
            at_headquarters=sums.get("at_headquarters", 0),
            dropped=sums.get("dropped", 0),
            aside=sum(ranges.count() for ranges in self.witness.aside.values()),
            ends=self.ends,
        )

    def cut(self, life: Life) -> None:
        """The power, or kill -9: nothing of the process runs again."""
        life.process.end()

    def ended(self, life: Life) -> None:
        """A process has ended by itself."""
        self.ends["clean" if life.is_clean else "disk"] += 1
        if life.is_clean and (left := life.process.tasks()):
            self.witness.breaks(f"a process ended and left a task behind: {left[0].get_coro()}")
        life.process.is_over = True
        self.loop.dead += life.process.tasks()
        self._next(life)

    def later(self, after_s: float, deed: Callable[["History"], None]) -> None:
        """A trouble passes."""
        self.loop.call_later(after_s, deed, self)

    def excuse(self, s: float) -> None:
        """How long nobody must be in time, for the disk is not."""
        self._excused_until_s = max(self._excused_until_s, self.loop.now_s + s)
        self._good_since_s = self._excused_until_s
        self.witness.connection_lost()

    def _begin(self) -> None:
        self.lives += 1
        life = self.life = Life(self, self.lives, self._boot_id, self._booted_s)
        life.process.at_end.append(lambda: self._was_cut(life))
        if not self._is_healed and self.plan.troubles:
            troubles.doom(self)
            troubles.wake(self)
        self._good_since_s = self.loop.now_s
        life.begin()

    def _was_cut(self, life: Life) -> None:
        self.ends["cut"] += 1
        self._next(life)

    def _next(self, life: Life) -> None:
        self.witness.note_aside(life.spool_ledgers)
        self.witness.ends()
        self.net.lose(at_once=True)
        self.disk.fails = None
        if self.loop.chance.random() < 0.7:
            self._boot_id, self._booted_s = self.loop.chance.randbytes(8), self.loop.now_s
        self.loop.call_later(self.loop.chance.choice((1.0, 1.0, 30.0, 600.0)), self._begin)

    def _trouble(self) -> None:
        if self._is_healed:
            return
        weights, deeds = zip(*troubles.TROUBLES, strict=True)
        deed = self.loop.chance.choices(deeds, weights)[0]
        self.loop.say(deed.__name__)
        if not self.life.process.is_over:
            deed(self)
        self.loop.call_later(self.loop.chance.expovariate(self.plan.troubles / 3600), self._trouble)

    def _heard(self, topic: str, _: bytes) -> None:
        self.witness.answered_s = self.loop.now_s
        if topic.endswith("hello"):
            self.witness.greeted()

    def _is_excused(self) -> bool:
        return self.disk.is_slow or self.disk.is_full or self.loop.now_s < self._excused_until_s

    def _look(self) -> None:
        """At what must come in time: the connection, what is live."""
        self.loop.call_later(LOOK_S, self._look)
        self.witness.look(self.loop.now_s if self.net.car is None else self.net.car.since_s)
        if self.plan.may_set_aside:
            self.witness.note_aside(self.life.spool_ledgers)
        now_s, net, life = self.loop.now_s, self.net, self.life
        if net.car is None:
            self.witness.connection_lost()
        if not net.is_reachable or life.process.is_over or life.window is None or self._is_excused():
            self._good_since_s = max(now_s, self._good_since_s)
        good_s = now_s - self._good_since_s
        is_stopping = life.stopped.is_set()
        if good_s > BACK_S + LOOK_S and net.car is None and not is_stopping and now_s - self._lost_s() > BACK_S:
            self.witness.breaks("not connected, though it could")
        self._is_live(good_s)

    def _lost_s(self) -> float:
        """When the connection was lost last; a loss is noticed by keep-alive."""
        return self.net.lost_s + (0 if self.net.lost_at_once else 22.0)

    def _is_live(self, good_s: float) -> None:
        oldest_s = self._oldest_unsent_s()
        if oldest_s is None or self.plan.may_set_aside or not self.headquarters.is_up or self.net.car is None:
            self._answering_s = self.loop.now_s
            return
        since_s = max(oldest_s, self._answering_s, self.net.lost_s)
        if good_s > LIVE_S and self.loop.now_s - since_s > LIVE_S and not self.life.stopped.is_set():
            self.witness.breaks("a live read waits behind the backlog")

    def _oldest_unsent_s(self) -> float | None:
        waiting = self.witness.unsent_reads
        return self.witness.oldest_s(waiting) if self.plan.may_drop and waiting else next(iter(waiting.values()), None)

    def _taken(self, topic: str, payload: bytes) -> None:
        took(self.witness, topic.rpartition("/")[2], payload, self.life.spool_ledgers.values())

    def _heal(self) -> None:
        self._is_healed = True
        troubles.heal(self)
        self.life.process.end_at = self.life.process.end_after = None
        self.loop.call_later(QUIET_S - HEARD_S, self._owe)
        self.loop.call_later(QUIET_S, self.loop.stop)

    def _owe(self) -> None:
        self.owed = copy.deepcopy(self.witness.promised)


def _words(context: dict[str, Any]) -> str:
    return f"{context['message']}: {context.get('exception')!r}"


def history(seed: int, hours: float, root: Path, log: Path | None = None) -> Told:
    """One, in a folder inside `root` of which nothing is left; the list lies in `root`/lists."""
    gc.disable()  # a process that lives for one history (m: 60 MB)
    home = Path(tempfile.mkdtemp(dir=root))
    try:
        with log.open("wb") if log is not None else nullcontext() as steps:
            one = History(seed, hours, root / "lists", home)
            one.loop.log = steps
            return one.told()
    finally:
        shutil.rmtree(home)
