"""A clock, a depot and a card -> the month's count, kept over restarts, and what is said when classes are held back."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Final, Protocol

import pytest

from edge.clock import CarClock
from edge.config.upkeep import MB, Link
from edge.uplink import bookkeeping
from edge.uplink.bookkeeping import NAME, SAVE_BYTES, SAVE_EVERY_S, Bookkeeping
from edge.uplink.depot import Depot
from edge.uplink.policy import MESSAGE_BYTES, Policy
from proto.events import Clock

BUDGET: Final = 100 * MB
NOWHERE: Final = Depot(Link())
HERE: Final = Depot(Link(depot_subnet="127.0.0.0/8"))
NOVEMBER_MS: Final = 1_795_608_000_000  # 2026-11-25T12:00:00Z
DECEMBER_MS: Final = NOVEMBER_MS + 10 * 86_400_000


class Times(Protocol):
    """Time as the test sets it."""

    utc_ms: int
    synchronised: bool


def spent(share: float, *, has_depot: bool = False) -> Policy:
    """A policy whose budget is used up to a share."""
    policy = Policy(month_bytes=BUDGET, has_depot=has_depot)
    policy.meter.count("read", int(share * BUDGET), is_free=False)
    return policy


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
