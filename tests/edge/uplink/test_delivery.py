"""Random histories of a car, a link and a headquarters -> every stored event is there once, or counted, or set aside with an alarm.

The spool is a real SQLCipher file, the uplink the real one; the link and headquarters are models, and time is a number.
`PATROL_STEPS=100000 pytest tests/edge/uplink/test_delivery.py` walks further than the suite does.
"""

import asyncio
import copy
import os
import shutil
import tempfile
from collections import Counter
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from edge.config.car import Broker
from edge.spool import rows
from edge.spool.database import PAGE_BYTES, connect
from edge.spool.group import Group, Run
from edge.spool.ledger import Ledger
from edge.spool.opening import open_spool, path_of
from edge.uplink.link import Connection, Link
from edge.uplink.lull import Lulls
from edge.uplink.uplink import HELD_EVERY_S, Uplink
from edge.uplink.window import MOST_BACKLOG, MOST_BYTES, MOST_FLIGHTS, MOST_URGENT, Window
from proto import batches, control, topics
from proto.control import Held
from proto.events import Alarm, Clock, Moment, Start, encode
from proto.lanes import Lane
from proto.ranges import Ranges
from tests.edge.rig.model import CAR, UNANSWERED, UNREADABLE, Identity, Model, Wire

KEY: Final = "5a" * 32
QUOTA_BYTES: Final = 160_000  # lane urgent 16 kB, read 80 kB, position 24 kB: drops come soon
BOOT: Final = b"bootboot"
STEPS: Final = int(os.environ.get("PATROL_STEPS", "0"))
STEPS_A_WALK: Final = 50
LANES: Final = (Lane.URGENT, Lane.READ, Lane.POSITION, Lane.HEALTH)
MEMORY: Final = Path("/dev/shm")


class Delivery(RuleBasedStateMachine):
    """One car's life."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.home = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self.lives = 0
        self.now_s = 0.0
        self.up: list[tuple[str, bytes]] = []
        self.down: list[tuple[str, bytes]] = []
        self.headquarters = Model()
        self.yesterday = Model()
        self.promised: dict[Identity, bytes] = {}
        self.ever_kept: set[Identity] = set()
        self.ever_known: dict[tuple[bytes, Lane], Ranges] = {}
        self.ever_aside: set[Identity] = set()
        self.dropped: Counter[Lane] = Counter()
        self.alarms: list[str] = []
        self.sessions = 0
        self.unique = 0
        self.stack = AsyncExitStack()

    def run(self, deed: Any) -> Any:  # noqa: ANN401 - whatever the deed gives
        return self.loop.run_until_complete(deed)

    @initialize()
    def first_start(self) -> None:
        self.run(self._open(self.home / "0"))

    async def _open(self, folder: Path) -> None:
        self.lives += 1
        self.epoch = self.lives.to_bytes(8, "big")
        opened = await self.stack.enter_async_context(open_spool(folder, KEY, self.epoch, BOOT, QUOTA_BYTES))
        assert not opened.alarms
        self.folder, self.spool = folder, opened.spool
        self.window = Window(self.spool.ledgers, self.epoch, Lulls(5.0))
        link = Link(Broker(url="mqtt://127.0.0.1:1"), CAR)
        self.uplink = Uplink(
            link, CAR, self.spool, self.window, lambda *_, **__: None, self._alarm, is_down=lambda _: None
        )
        self.next = dict.fromkeys(Lane, 1)
        self.fresh: set[bytes] = set()

    def _alarm(self, name: str, _: str) -> None:
        self.alarms.append(name)

    async def _store(self, bodies: dict[Lane, list[bytes]]) -> None:
        if self.next[Lane.URGENT] == 1:
            parent = self.spool.parent.id if self.spool.parent else None
            start = Start(self._moment(), parent, self.spool.lasts(), "test")
            bodies = {**bodies, Lane.URGENT: [encode(start), *bodies.get(Lane.URGENT, [])]}
        runs = tuple(Run(lane, self.next[lane], found) for lane, found in bodies.items() if found)
        await self.spool.add(Group(runs, int(self.now_s)), self.now_s)
        for run in runs:
            self.next[run.lane] += len(run.bodies)
            for number, body in enumerate(run.bodies, run.first):
                self.promised[self.epoch, run.lane, number] = body
        self.window.notice(self.now_s)

    def _moment(self) -> Moment:
        return Moment(int(self.now_s * 1000), 1_800_000_000_000, Clock.NTP)

    def _body(self, padding: int, word: str = "") -> bytes:
        self.unique += 1
        noise = (self.unique.to_bytes(4, "big") * 512).hex()  # what compresses away would never fill a batch
        return encode(Alarm(self._moment(), f"n{self.unique}{word}", noise[:padding]))

    @rule(lane=st.sampled_from(LANES), count=st.integers(1, 40), padding=st.sampled_from((0, 0, 60, 1500)))
    def store(self, lane: Lane, count: int, padding: int) -> None:
        self.run(self._store({lane: [self._body(padding) for _ in range(count)]}))

    @rule(count=st.integers(300, 700))
    def store_many(self, count: int) -> None:
        self.run(self._store({Lane.READ: [self._body(0) for _ in range(count)], Lane.URGENT: [self._body(0)]}))

    @rule(lane=st.sampled_from(LANES), word=st.sampled_from((UNREADABLE, UNANSWERED)))
    def store_poison(self, lane: Lane, word: str) -> None:
        self.run(self._store({lane: [self._body(0), self._body(0, word), self._body(0)]}))

    @rule(seconds=st.sampled_from((0.1, 6.0, 11.0, 31.0, 61.0)))
    def pass_time(self, seconds: float) -> None:
        self.now_s += seconds

    @rule()
    def send(self) -> None:
        before = len(self.up)
        done = {name: copy.deepcopy(ledger.done) for name, ledger in self._ledgers().items()}
        self.run(self.uplink.send(cast("Connection", Wire(self.up)), lambda: self.now_s))
        self.uplink.report_poison(self.now_s)
        for topic, payload in self.up[before:]:
            if not topic.endswith("held"):
                self._look_at(payload, done)

    def _look_at(self, payload: bytes, done: dict[tuple[bytes, Lane], Ranges]) -> None:
        assert len(payload) <= batches.MAX_BATCH_BYTES
        batch = batches.decode(payload)
        first_time = payload not in self.fresh
        self.fresh.add(payload)
        if first_time:
            gap = done[batch.epoch, batch.lane].first_gap(batch.first, batch.last)
            assert gap == (batch.first, batch.last), "a coverage spans what is answered for"

    def _ledgers(self) -> dict[tuple[bytes, Lane], Ledger]:
        return {(ledger.epoch.id, ledger.lane): ledger for ledger in self.spool.ledgers.values()}

    @precondition(lambda self: self.up)
    @rule(at=st.integers(0, 1000), times=st.integers(1, 2))
    def headquarters_takes(self, at: int, times: int) -> None:
        topic, payload = self.up.pop(at % len(self.up))
        for _ in range(times):
            self.down += self.headquarters.takes(topic, payload)
        self.ever_kept |= self.headquarters.kept.keys()
        for name, known in self.headquarters.known.items():
            self.ever_known[name] = Ranges([*self.ever_known.get(name, ()), *known])

    @precondition(lambda self: self.up)
    @rule()
    def headquarters_takes_all(self) -> None:
        while self.up:
            self.headquarters_takes(0, 1)

    @precondition(lambda self: self.down)
    @rule(at=st.integers(0, 1000), times=st.integers(1, 2))
    def car_takes(self, at: int, times: int) -> None:
        topic, payload = self.down.pop(at % len(self.down))
        for _ in range(times):
            self.uplink.take(topic, payload)
        self._note_aside()

    @precondition(lambda self: self.down)
    @rule()
    def car_takes_all(self) -> None:
        while self.down:
            self.car_takes(0, 1)

    def _note_aside(self) -> None:
        for (epoch, lane), ledger in self._ledgers().items():
            self.ever_aside |= {(epoch, lane, n) for first, last in ledger.aside for n in range(first, last + 1)}

    @precondition(lambda self: self.up or self.down)
    @rule(at=st.integers(0, 1000))
    def lose_a_message(self, at: int) -> None:
        both = self.up if self.up and (at % 2 or not self.down) else self.down
        both.pop(at % len(both))

    @rule()
    def lose_the_link(self) -> None:
        self.up.clear()
        self.down.clear()
        self.hello()

    @rule()
    def hello(self) -> None:
        self.sessions += 1
        self.uplink.take(topics.HELLO, control.encode_hello(self.sessions.to_bytes(8, "big")))

    @rule()
    def headquarters_is_backed_up(self) -> None:
        self.yesterday = copy.deepcopy(self.headquarters)

    @rule()
    def headquarters_is_restored(self) -> None:
        self.headquarters = copy.deepcopy(self.yesterday)
        self.hello()

    @rule()
    def clean_restart(self) -> None:
        self._count_drops()
        self.run(self.stack.aclose())
        self.run(self._open(self.folder))

    @rule()
    def killed(self) -> None:
        """The files as they are, under another name: the process that had them open knows nothing of it."""
        self._count_drops()
        died = self.home / str(self.lives)
        shutil.copytree(self.folder, died)
        self.run(self.stack.aclose())
        shutil.rmtree(self.folder)
        self.run(self._open(died))

    def _count_drops(self) -> None:
        self._note_aside()
        self.dropped += self.spool.dropped
        self.spool.dropped.clear()

    @rule(age_s=st.sampled_from((0, 60)))
    def tidy(self, age_s: int) -> None:
        self.run(self.spool.tidy(int(self.now_s) - age_s + 1))

    @rule()
    def compare_memory_with_file(self) -> None:
        with_file = {name: ledger for name, ledger in self._rebuilt().items() if ledger.rows}
        in_memory = {name: ledger for name, ledger in self._ledgers().items() if ledger.rows}
        assert with_file.keys() == in_memory.keys()
        for name, ledger in in_memory.items():
            rebuilt = with_file[name]
            assert (ledger.last, ledger.rows, ledger.bytes) == (rebuilt.last, rebuilt.rows, rebuilt.bytes)
            assert ledger.first <= rebuilt.first
            if not ledger.is_dirty:
                assert (ledger.receipted, ledger.aside, ledger.done) == (rebuilt.receipted, rebuilt.aside, rebuilt.done)

    def _rebuilt(self) -> dict[tuple[bytes, Lane], Ledger]:
        connection = connect(path_of(self.folder, KEY), KEY, page_bytes=PAGE_BYTES, cache_kb=64)
        try:
            epochs = {epoch.n: epoch for epoch in rows.epochs(connection)}
            found: dict[tuple[int, Lane], Ledger] = {}
            for stretch in rows.stretches(connection):
                found.setdefault((stretch.epoch, stretch.lane), Ledger(epochs[stretch.epoch], stretch.lane)).load(
                    stretch
                )
            for n, lane, receipted, aside in rows.receipts(connection):
                found.setdefault((n, lane), Ledger(epochs[n], lane)).load_receipts(receipted, aside)
        finally:
            connection.close()
        return {(ledger.epoch.id, ledger.lane): ledger for ledger in found.values()}

    @invariant()
    def the_window_is_bounded(self) -> None:
        urgent = [flight for flight in self.window.flights if flight.ledger.lane is Lane.URGENT]
        others = [flight for flight in self.window.flights if flight.ledger.lane is not Lane.URGENT]
        assert len(urgent) <= MOST_URGENT
        assert len(others) <= MOST_FLIGHTS
        assert sum(not flight.live for flight in others) <= MOST_BACKLOG
        assert sum(len(flight.message) for flight in others) <= MOST_BYTES

    @invariant()
    def no_number_is_in_two_flights(self) -> None:
        flown: Counter[tuple[Ledger, int]] = Counter()
        for flight in self.window.flights:
            flown.update((flight.ledger, number) for number in range(flight.first, flight.last + 1))
        assert not flown or max(flown.values()) == 1

    @invariant()
    def receipted_and_aside_are_done(self) -> None:
        for ledger in self.spool.ledgers.values():
            assert ledger.done == Ranges([*ledger.receipted, *ledger.aside])
            assert ledger.done.last <= ledger.last

    def teardown(self) -> None:
        try:
            if self.lives:
                self._drain()
                self._judge()
        finally:
            self.run(self.stack.aclose())
            self.loop.close()
            shutil.rmtree(self.home)

    def _drain(self) -> None:
        """A link that works, and a headquarters that answers; poison stays poison.

        A receipt that headquarters gave before it was restored may still arrive: the next `held` mends that.
        """
        self.hello()
        for n in range(100):
            self.now_s += 61.0
            self.run(self._store({Lane.HEALTH: [self._body(0)]}))  # what is answered for shows what is not
            self._talk()
            if n * 61.0 > HELD_EVERY_S and not self._unsent():
                return
        raise AssertionError(f"never sent: {self._unsent()}")

    def _talk(self) -> None:
        self.send()
        while self.up or self.down:
            while self.up:
                self.headquarters_takes(0, 1)
            while self.down:
                self.car_takes(0, 1)
            self.send()

    def _unsent(self) -> list[tuple[bytes, Lane, int]]:
        return [
            (*name, first) for name, ledger in self._ledgers().items() if (first := ledger.first_unsent()) is not None
        ]

    def _judge(self) -> None:
        self._count_drops()
        self.compare_memory_with_file()
        missing = self.promised.keys() - self.headquarters.kept.keys()
        for identity in self.promised.keys() & self.headquarters.kept.keys():
            assert self.headquarters.kept[identity] == self.promised[identity]
        assert self.headquarters.kept.keys() <= self.promised.keys(), "invented"
        aside = missing & self.ever_aside
        assert not aside or "poison" in self.alarms
        gone = missing - aside
        held = {
            (held.epoch, held.lane, number)
            for held in self.run(self._present())
            for first, last in held.ranges
            for number in range(first, last + 1)
        }
        assert not gone & held, "the car has it and headquarters does not"
        dropped = Counter(lane for _, lane, _ in gone - self.ever_kept)
        assert dropped <= self.dropped, "a loss that nobody counted"
        for epoch, lane, number in gone:
            assert number in self.ever_known[epoch, lane], "headquarters was not told of the loss"

    async def _present(self) -> list[Held]:
        """Every number whose body is in the file."""
        found = []
        for ledger in self.spool.ledgers.values():
            read = partial(
                rows.read, epoch=ledger.epoch.n, lane=ledger.lane, from_id=0, wanted=(1, max(1, ledger.last))
            )
            pairs = await self.spool._database.read(lambda connection, read=read: list(read(connection)))  # type: ignore[misc]
            found.append(Held(ledger.epoch.id, ledger.lane, Ranges((number, number) for number, _ in pairs)))
        return found


TestDelivery = Delivery.TestCase
TestDelivery.settings = settings(
    max_examples=STEPS // STEPS_A_WALK or 60,
    stateful_step_count=STEPS_A_WALK,
    deadline=None,
    derandomize=not STEPS,
    suppress_health_check=list(HealthCheck),
)
