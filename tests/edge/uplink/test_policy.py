"""A month's bytes, a depot, a clock -> which lanes may go out; counted by class, kept over restarts, asked by the real window."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

import pytest

from edge.config.upkeep import MB
from edge.spool.group import Group, Run
from edge.uplink.flight import Flight
from edge.uplink.lull import Lulls
from edge.uplink.meter import CLASSES, CONTROL, DOWN, Meter
from edge.uplink.policy import HELD_FROM, MESSAGE_BYTES, SMALL_SET_BYTES, Policy
from edge.uplink.window import Window
from proto.lanes import Lane

BUDGET: Final = 100 * MB


class Broker(Protocol):
    """The running mosquitto of conftest.py."""

    url: str


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


@pytest.mark.parametrize(
    ("policy", "size", "is_needed", "may"),
    [
        (spent(0.0), 100 * MB, False, True),
        (spent(0.91), 100 * MB, False, False),
        (spent(0.91), SMALL_SET_BYTES, False, True),
        (spent(0.99), 100 * MB, True, True),
        (spent(0.0, has_depot=True), 100 * MB, False, False),
        (spent(0.0, has_depot=True), SMALL_SET_BYTES, False, True),
        (spent(0.0, has_depot=True), 100 * MB, True, True),
    ],
)
def test_a_large_list_waits_for_the_depot_or_the_next_month_but_no_car_is_left_without(
    policy: Policy, size: int, is_needed: bool, may: bool
) -> None:
    assert policy.may_fetch(size, is_needed) is may
    policy.at_depot = True
    assert policy.may_fetch(size, is_needed)
