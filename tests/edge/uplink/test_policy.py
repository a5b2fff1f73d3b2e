"""A month's bytes, a depot, a clock -> which lanes may go out; counted by class, kept over restarts, asked by the real window."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Final, Protocol

import pytest

from edge.clock import CarClock
from edge.config_upkeep import MB, Link
from edge.spool.group import Group, Run
from edge.uplink import bookkeeping
from edge.uplink.bookkeeping import NAME, SAVE_BYTES, SAVE_EVERY_S, Bookkeeping
from edge.uplink.depot import Depot
from edge.uplink.flight import Flight
from edge.uplink.lull import Lulls
from edge.uplink.meter import CLASSES, CONTROL, DOWN, Meter
from edge.uplink.policy import HELD_FROM, MESSAGE_BYTES, Policy
from edge.uplink.window import Window
from proto.events import Clock
from proto.lanes import Lane

BUDGET: Final = 100 * MB
NOWHERE: Final = Depot(Link())
HERE: Final = Depot(Link(depot_subnet="127.0.0.0/8"))
NOVEMBER_MS: Final = 1_795_608_000_000  # 2026-11-25T12:00:00Z
DECEMBER_MS: Final = NOVEMBER_MS + 10 * 86_400_000


class Broker(Protocol):
    """The running mosquitto of conftest.py."""

    url: str


class Times(Protocol):
    """Time as the test sets it."""

    utc_ms: int
    synchronised: bool


def spent(share: float, *, has_depot: bool = False) -> Policy:
    """A policy whose budget is used up to a share."""
    policy = Policy(month_bytes=BUDGET, has_depot=has_depot)
    policy.meter.count("read", int(share * BUDGET), is_free=False)
    return policy


@pytest.mark.parametrize(
    ("share", "held"),
    [
        (0.59, []),
        (0.60, ["image"]),
        (0.80, ["health", "image"]),
        (0.90, ["position", "health", "image"]),
        (0.97, ["read", "position", "health", "image"]),
        (5.00, ["read", "position", "health", "image"]),
    ],
)
def test_classes_wait_one_after_the_other_and_what_is_urgent_and_audit_never(share: float, held: list[str]) -> None:
    assert spent(share).held_back() == held


def test_every_lane_that_may_wait_has_its_share() -> None:
    assert set(HELD_FROM) == {lane for lane in Lane if lane > Lane.AUDIT}


def test_without_a_budget_everything_goes_and_pictures_wait_only_for_a_depot_that_there_is() -> None:
    free = Policy()
    free.meter.count("read", 10**15, is_free=False)
    assert free.held_back() == []
    waiting = Policy(has_depot=True)
    assert waiting.held_back() == ["image"]
    waiting.at_depot = True
    assert waiting.held_back() == []


def test_at_the_depot_everything_goes_and_nothing_counts_on_the_budget() -> None:
    policy = spent(2.0, has_depot=True)
    policy.at_depot = True
    used = policy.meter.used
    policy.count("image", "pe/1/k-1/up/image", bytes(1000))
    assert policy.held_back() == []
    assert policy.meter.used == used
    assert policy.table()["depot_bytes"]["image"] == 1000 + 17 + MESSAGE_BYTES  # type: ignore[index]


def test_bytes_are_counted_by_class_in_both_directions() -> None:
    policy = Policy()
    for word in CLASSES:
        policy.count(word, "topic", bytes(95))
    table = policy.table()
    assert table["bytes"] == dict.fromkeys(CLASSES, 100 + MESSAGE_BYTES)
    assert table["used_bytes"] == len(CLASSES) * (100 + MESSAGE_BYTES)
    assert {CONTROL, DOWN} < set(CLASSES)
    assert policy.figures() == {"link_month_bytes": policy.meter.used, "link_held_lanes": 0}


def test_a_new_month_begins_at_nothing_and_a_step_back_in_time_takes_nothing_off() -> None:
    meter = Meter()
    meter.count("read", 7, is_free=False)
    meter.month_is("2026-11")
    assert meter.used == 7, "what was counted before the clock was known belongs to the month it turns out to be"
    meter.month_is("2026-11")
    meter.month_is("2026-10")
    assert (meter.used, meter.month) == (7, "2026-10")
    meter.month_is("2026-11")
    assert (meter.used, meter.table()["bytes"]["read"]) == (0, 0)


def test_a_meter_outlives_the_process() -> None:
    meter = Meter()
    meter.month_is("2026-11")
    meter.count("read", 7, is_free=False)
    meter.count("image", 9, is_free=True)
    again = Meter.of(json.loads(json.dumps(meter.table())))
    assert (again.table(), again.used, again.unsaved) == (meter.table(), 7, 0)


@pytest.mark.parametrize(
    "table",
    [
        None,
        [],
        {},
        {"month": 11, "bytes": {}, "depot_bytes": {}},
        {"month": None, "bytes": {"read": -1}, "depot_bytes": {}},
        {"month": None, "bytes": {"read": "1"}, "depot_bytes": {}},
        {"month": None, "bytes": {}, "depot_bytes": None},
    ],
)
def test_a_damaged_meter_is_refused(table: object) -> None:
    with pytest.raises(ValueError, match="not"):
        Meter.of(table)


def test_the_depot_is_known_by_a_subnet_that_this_machine_is_in() -> None:
    assert HERE.is_here()
    assert Depot(Link(depot_subnet="127.0.0.1/32")).is_here()
    assert not Depot(Link(depot_subnet="198.51.100.0/24")).is_here()
    assert not Depot(Link(depot_subnet="2001:db8::/64")).is_here()
    assert not NOWHERE.is_here()


@pytest.mark.parametrize(
    ("state", "here"), [("up", True), ("unknown", True), ("down", False), ("dormant", False), (None, False)]
)
def test_the_depot_is_known_by_an_interface_that_is_up(state: str | None, here: bool, tmp_path: Path) -> None:
    if state is not None:
        (tmp_path / "wlan0").mkdir()
        (tmp_path / "wlan0" / "operstate").write_text(f"{state}\n")
    assert Depot(Link(depot_interface="wlan0"), tmp_path).is_here() is here
    assert Depot(Link(depot_interface="lo")).is_here()


class Books:
    """The bookkeeping of a folder, and what it says."""

    def __init__(self, folder: Path, clock: CarClock, policy: Policy, depot: Depot = NOWHERE) -> None:
        self.said: list[dict[str, Any]] = []
        self.alarms: list[tuple[str, str]] = []
        self.keeping = Bookkeeping(
            folder,
            policy,
            depot,
            clock.now,
            lambda kind, **fields: self.said.append({"kind": kind, **fields}),
            lambda name, detail: self.alarms.append((name, detail)),
        )


def test_only_a_trusted_clock_ends_the_month(tmp_path: Path, clock: CarClock, times: Times) -> None:
    policy = spent(0.98)
    books = Books(tmp_path, clock, policy).keeping
    books.look()
    assert policy.meter.table()["month"] is None
    times.synchronised = True
    clock.check()
    books.look()
    assert policy.meter.table()["month"] == "2026-11"
    assert policy.held_back()[0] == "read"
    times.utc_ms, times.synchronised = DECEMBER_MS, False
    clock.check()
    assert clock.now().clock is Clock.KEPT
    books.look()
    assert policy.meter.table()["month"] == "2026-11"
    times.synchronised = True
    clock.check()
    assert books.look(), "what was held back may go: knock"
    assert policy.meter.table()["month"] == "2026-12"
    assert policy.held_back() == []


def test_what_is_held_back_is_said_once_per_change(tmp_path: Path, clock: CarClock) -> None:
    policy = Policy(month_bytes=BUDGET, has_depot=True)
    books = Books(tmp_path, clock, policy, HERE)
    assert books.keeping.look(), "pictures waited for the depot"
    assert not books.keeping.look()
    assert books.said == [{"kind": "policy", "held_back": [], "at_depot": True}]
    away = Books(tmp_path, clock, policy)
    assert not away.keeping.look(), "less may go: nothing to knock for"
    assert away.said == [{"kind": "policy", "held_back": ["image"], "at_depot": False}]


def test_each_class_that_the_month_is_short_for_is_one_alarm_however_often_the_depot_is_left(
    tmp_path: Path, clock: CarClock
) -> None:
    policy = spent(0.59, has_depot=True)
    books = Books(tmp_path, clock, policy)
    books.keeping.look()
    assert books.alarms == [], "pictures that wait for the depot are as they should be"
    for _ in range(3):
        policy.meter.count("read", BUDGET // 4, is_free=False)
        for _ in range(3):
            books.keeping.look()
    assert [detail.rpartition("are ")[2] for _, detail in books.alarms] == [
        "image, health",
        "image, health, position, read",
    ]
    policy.meter.month_is("2026-11")
    policy.meter.month_is("2026-12")
    books.keeping.look()
    policy.meter.count("read", BUDGET, is_free=False)
    books.keeping.look()
    assert len(books.alarms) == 3


def test_a_small_count_is_written_every_ten_minutes_and_none_when_nothing_was_counted(
    tmp_path: Path, clock: CarClock
) -> None:
    policy = Policy()
    keeping = Books(tmp_path, clock, policy).keeping
    assert not keeping._is_due(SAVE_EVERY_S)
    policy.count("read", "topic", b"x")
    assert not keeping._is_due(SAVE_EVERY_S - 1)
    assert keeping._is_due(SAVE_EVERY_S)


async def test_the_count_is_written_at_the_end_and_not_at_every_message(
    tmp_path: Path,
    clock: CarClock,
    running: Callable[..., AbstractAsyncContextManager[Any]],
    eventually: Callable[..., Any],
) -> None:
    policy = Policy()
    knock = asyncio.Event()
    async with running(Books(tmp_path, clock, policy).keeping.run(knock)):
        await asyncio.sleep(0)
        policy.count("read", "topic", bytes(995))
        await asyncio.sleep(0)
        assert not (tmp_path / NAME).exists()
    again, fault = bookkeeping.load(tmp_path)
    assert (again.used, fault) == (1000 + MESSAGE_BYTES, None)
    policy.count("read", "topic", bytes(SAVE_BYTES))
    async with running(Books(tmp_path, clock, policy).keeping.run(knock)):
        await eventually(lambda: bookkeeping.load(tmp_path)[0].used > SAVE_BYTES)
    assert policy.meter.unsaved == 0


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"month": 1}', "\x00" * 64, "é"])
def test_a_damaged_count_begins_at_nothing_and_is_said(text: str, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(text, "utf-8")
    meter, fault = bookkeeping.load(tmp_path)
    assert meter.used == 0
    assert fault is not None


async def test_a_card_that_takes_no_write_costs_the_count_and_not_the_service(
    tmp_path: Path, clock: CarClock, running: Callable[..., AbstractAsyncContextManager[Any]]
) -> None:
    policy = Policy()
    policy.count("read", "topic", b"x")
    async with running(Books(tmp_path / "gone", clock, policy).keeping.run(asyncio.Event())):
        await asyncio.sleep(0)
    assert policy.meter.unsaved > 0


async def test_the_window_sends_nothing_of_a_lane_that_is_held_back_and_all_of_it_when_it_may(
    opened: Callable[..., Any], make_body: Callable[..., bytes]
) -> None:
    async with opened() as store:
        spool, policy = store.spool, spent(0.98)
        window = Window(spool.ledgers, spool.identity, Lulls(0.0), policy)
        runs = tuple(Run(lane, 1, [make_body(int(lane))]) for lane in Lane)
        await spool.add(Group(runs, None), 0.0)
        window.notice(0.0)
        assert claimed(window, 1.0) == [Lane.URGENT, Lane.AUDIT]
        policy.meter.month_is("2026-11")
        policy.meter.month_is("2026-12")
        assert claimed(window, 2.0) == [Lane.READ, Lane.POSITION, Lane.HEALTH]  # and then the window is full


async def test_before_the_power_goes_other_lanes_wait_for_what_is_urgent_and_audit(
    opened: Callable[..., Any], make_body: Callable[..., bytes]
) -> None:
    async with opened() as store:
        spool = store.spool
        window = Window(spool.ledgers, spool.identity, Lulls(0.0))
        window.hurry(on=True)
        await spool.add(Group(tuple(Run(lane, 1, [make_body(int(lane))]) for lane in Lane), None), 0.0)
        window.notice(0.0)
        assert claimed(window, 1.0) == [Lane.URGENT, Lane.AUDIT]
        spool.ledger_of(spool.identity, Lane.URGENT).set_aside(1, 1)
        assert claimed(window, 2.0) == []
        spool.ledger_of(spool.identity, Lane.AUDIT).set_aside(1, 1)
        assert claimed(window, 3.0) == [Lane.READ, Lane.POSITION, Lane.HEALTH]


def claimed(window: Window, now_s: float) -> list[Lane]:
    """The lanes that the window gives out, each put into flight."""
    lanes = []
    while (claim := window.claim(now_s)) is not None:
        assert window.launched(Flight(claim.ledger, *claim.wanted, b"", claim.live), now_s)
        lanes.append(claim.ledger.lane)
    return lanes


def test_a_daemon_counts_what_goes_over_the_link_and_remembers_it(
    make_daemon: Callable[..., Any], mosquitto: Broker, start_headquarters: Callable[..., Any], tmp_path: Path
) -> None:
    daemon = make_daemon(mosquitto.url, extra="[link]\nmonth_mb = 1\n")
    start_headquarters(mosquitto.url, tmp_path / "hq.db")
    reader = daemon.start()
    reader.until("receipt", lane="urgent")
    counted = json.loads(daemon.command("status", "--json", check=False).stdout)["traffic"]
    assert counted["bytes"]["urgent"] > MESSAGE_BYTES
    assert counted["bytes"]["control"] + counted["bytes"]["down"] > MESSAGE_BYTES
    assert (counted["budget_bytes"], counted["held_back"]) == (MB, [])
    assert daemon.stop() == 0
    daemon.start()
    again = json.loads(daemon.command("status", "--json", check=False).stdout)["traffic"]
    assert again["bytes"]["urgent"] >= counted["bytes"]["urgent"]
