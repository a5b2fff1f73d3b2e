"""Random histories of a car, a link and a headquarters -> every stored event is there once, or counted, or set aside with an alarm.

The spool is a real SQLCipher file, the uplink the real one; the link and headquarters are models, and time is a number.
`PATROL_STEPS=100000 pytest tests/edge/uplink/test_delivery.py` walks further than the suite does; with `PATROL_SHORTEST=0` a
history that breaks something is told as it was found.
"""

import copy
import os
from collections import Counter
from typing import Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from edge.spool.ledger import Ledger
from edge.uplink.uplink import HELD_EVERY_S
from edge.uplink.window import MOST_BACKLOG, MOST_BYTES, MOST_FLIGHTS, MOST_URGENT
from proto import batches, control, topics
from proto.lanes import Lane
from proto.ranges import Ranges
from tests.edge.rig.life import Life
from tests.edge.rig.model import UNANSWERED, UNREADABLE, Identity, Model

STEPS: Final = int(os.environ.get("PATROL_STEPS", "0"))
IS_SHORTENED: Final = os.environ.get("PATROL_SHORTEST") != "0"
STEPS_A_WALK: Final = 50
LANES: Final = (Lane.URGENT, Lane.READ, Lane.POSITION, Lane.HEALTH)


class Delivery(RuleBasedStateMachine):
    """One car's life."""

    def __init__(self) -> None:
        super().__init__()
        self.car = Life()
        self.is_alive = False
        self.up: list[tuple[str, bytes]] = []
        self.down: list[tuple[str, bytes]] = []
        self.headquarters = Model()
        self.yesterday = Model()
        self.ever_kept: set[Identity] = set()
        self.ever_known: dict[tuple[bytes, Lane], Ranges] = {}
        self.sessions = 0

    @initialize()
    def first_start(self) -> None:
        self.is_alive = True
        self.car.start()

    @rule(lane=st.sampled_from(LANES), count=st.integers(1, 40), padding=st.sampled_from((0, 0, 60, 1500)))
    def store(self, lane: Lane, count: int, padding: int) -> None:
        self.car.store({lane: [self.car.body(padding) for _ in range(count)]})

    @rule(count=st.integers(300, 700))
    def store_many(self, count: int) -> None:
        self.car.store({Lane.READ: [self.car.body(0) for _ in range(count)], Lane.URGENT: [self.car.body(0)]})

    @rule(lane=st.sampled_from(LANES), word=st.sampled_from((UNREADABLE, UNANSWERED)))
    def store_poison(self, lane: Lane, word: str) -> None:
        self.car.store({lane: [self.car.body(0), self.car.body(0, word), self.car.body(0)]})

    @rule(seconds=st.sampled_from((0.1, 6.0, 11.0, 31.0, 61.0)))
    def pass_time(self, seconds: float) -> None:
        self.car.now_s += seconds

    @rule()
    def send(self) -> None:
        before = len(self.up)
        done = {name: copy.deepcopy(ledger.done) for name, ledger in self.car.ledgers().items()}
        self.car.send(self.up)
        for topic, payload in self.up[before:]:
            if not topic.endswith("held"):
                self._look_at(payload, done)

    def _look_at(self, payload: bytes, done: dict[tuple[bytes, Lane], Ranges]) -> None:
        assert len(payload) <= batches.MAX_BATCH_BYTES
        batch = batches.decode(payload)
        first_time = payload not in self.car.sent
        self.car.sent.add(payload)
        if first_time:
            gap = done[batch.epoch, batch.lane].first_gap(batch.first, batch.last)
            assert gap == (batch.first, batch.last), "a coverage spans what is answered for"

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
            self.car.take(topic, payload)
        self.car.note_aside()

    @precondition(lambda self: self.down)
    @rule()
    def car_takes_all(self) -> None:
        while self.down:
            self.car_takes(0, 1)

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
        self.car.take(topics.HELLO, control.encode_hello(self.sessions.to_bytes(8, "big")))

    @rule()
    def headquarters_is_backed_up(self) -> None:
        self.yesterday = copy.deepcopy(self.headquarters)

    @rule()
    def headquarters_is_restored(self) -> None:
        self.headquarters = copy.deepcopy(self.yesterday)
        self.hello()

    @rule()
    def clean_restart(self) -> None:
        self.car.restart()

    @rule()
    def killed(self) -> None:
        self.car.kill()

    @rule(age_s=st.sampled_from((0, 60)))
    def tidy(self, age_s: int) -> None:
        self.car.tidy(age_s)

    @rule()
    def compare_memory_with_file(self) -> None:
        with_file = {name: ledger for name, ledger in self.car.rebuilt().items() if ledger.rows}
        in_memory = {name: ledger for name, ledger in self.car.ledgers().items() if ledger.rows}
        assert with_file.keys() == in_memory.keys()
        for name, ledger in in_memory.items():
            rebuilt = with_file[name]
            assert (ledger.last, ledger.rows, ledger.bytes) == (rebuilt.last, rebuilt.rows, rebuilt.bytes)
            assert ledger.first <= rebuilt.first
            if not ledger.is_dirty:
                assert (ledger.receipted, ledger.aside, ledger.done) == (rebuilt.receipted, rebuilt.aside, rebuilt.done)

    @invariant()
    def the_window_is_bounded(self) -> None:
        flights = self.car.window.flights
        urgent = [flight for flight in flights if flight.ledger.lane is Lane.URGENT]
        others = [flight for flight in flights if flight.ledger.lane is not Lane.URGENT]
        assert len(urgent) <= MOST_URGENT
        assert len(others) <= MOST_FLIGHTS
        assert sum(not flight.live for flight in others) <= MOST_BACKLOG
        assert sum(len(flight.message) for flight in others) <= MOST_BYTES

    @invariant()
    def no_number_is_in_two_flights(self) -> None:
        flown: Counter[tuple[Ledger, int]] = Counter()
        for flight in self.car.window.flights:
            flown.update((flight.ledger, number) for number in range(flight.first, flight.last + 1))
        assert not flown or max(flown.values()) == 1

    @invariant()
    def receipted_and_aside_are_done(self) -> None:
        for ledger in self.car.spool.ledgers.values():
            assert ledger.done == Ranges([*ledger.receipted, *ledger.aside])
            assert ledger.done.last <= ledger.last

    def teardown(self) -> None:
        try:
            if self.is_alive:
                self._drain()
                self._judge()
        finally:
            self.car.end()

    def _drain(self) -> None:
        """A link that works, and a headquarters that answers; poison stays poison.

        A receipt that headquarters gave before it was restored may still arrive: the next `held` mends that.
        """
        self.hello()
        for n in range(100):
            self.car.now_s += 61.0
            self.car.store({Lane.HEALTH: [self.car.body(0)]})  # what is answered for shows what is not
            self._talk()
            if n * 61.0 > HELD_EVERY_S and not self.car.unsent():
                return
        raise AssertionError(f"never sent: {self.car.unsent()}")

    def _talk(self) -> None:
        self.send()
        while self.up or self.down:
            while self.up:
                self.headquarters_takes(0, 1)
            while self.down:
                self.car_takes(0, 1)
            self.send()

    def _judge(self) -> None:
        in_file = self.car.account()
        self.compare_memory_with_file()
        promised, kept = self.car.promised, self.headquarters.kept
        missing = promised.keys() - kept.keys()
        for identity in promised.keys() & kept.keys():
            assert kept[identity] == promised[identity]
        assert kept.keys() <= promised.keys(), "invented"
        aside = missing & self.car.ever_aside
        assert not aside or "poison" in self.car.alarms
        gone = missing - aside
        assert not gone & in_file, "the car has it and headquarters does not"
        dropped = Counter(lane for _, lane, _ in gone - self.ever_kept)
        assert dropped <= self.car.dropped, "a loss that nobody counted"
        for epoch, lane, number in gone:
            assert number in self.ever_known[epoch, lane], "headquarters was not told of the loss"


TestDelivery = Delivery.TestCase
TestDelivery.settings = settings(
    max_examples=STEPS // STEPS_A_WALK or 60,
    stateful_step_count=STEPS_A_WALK,
    deadline=None,
    derandomize=not STEPS,
    phases=[phase for phase in Phase if IS_SHORTENED or phase is not Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
