"""An open store -> a life's first event, and an end in which nothing that was said is left behind."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pytest

from edge.clock import CarClock
from edge.config.car import Broker
from edge.delivery import Delivery, start_of
from edge.spool.group import Group
from edge.spool.inbox import Inbox
from edge.spool.numbering import Item, Numbering
from edge.spool.opening import Opened
from edge.spool.room import Room
from edge.supervision import Outage
from edge.uplink.link import Link
from edge.uplink.policy import Policy
from proto.events import Health
from proto.lanes import Lane
from tests.patience import PATIENCE_S

FIRST: Final = b"epoch--1"
NEXT: Final = b"epoch--2"
NOWHERE: Final = Link(Broker("mqtt://127.0.0.1:1"), "car-1")
Open = Callable[..., AbstractAsyncContextManager[Opened]]


@dataclass
class Life:
    """One without devices."""

    clock: CarClock
    room: Room
    epoch: bytes = FIRST
    inbox: Inbox[Item] = field(default_factory=lambda: Inbox(10, 0.01))
    disk: Outage = field(default_factory=lambda: Outage("disk", lambda *_: None))
    link_state: Outage = field(default_factory=lambda: Outage("link", lambda *_: None))
    policy: Policy = field(default_factory=Policy)
    stored: dict[str, int] = field(default_factory=dict)

    def say(self, kind: str, /, **fields: Any) -> None:  # noqa: ANN401 - as EventStream.say
        if kind == "stored":
            self.stored[fields["lane"]] = fields["last"]

    def alarm(self, name: str, detail: str) -> None:
        raise AssertionError((name, detail))


@pytest.fixture
def life(clock: CarClock, tmp_path: Path) -> Life:
    return Life(clock, Room(tmp_path))


async def test_a_life_says_whom_it_follows_and_how_far_that_came(
    opened: Open, clock: CarClock, make_group: Callable[..., Group]
) -> None:
    async with opened() as open_:
        first = start_of(open_, clock, "1.0")
        await open_.spool.add(make_group(1, 7), 0)
    assert (first.parent, first.version, first.salvaged) == (None, "1.0", False)
    async with opened(epoch=NEXT) as open_:
        second = start_of(open_, clock, "1.1")
    assert second.parent == FIRST
    assert dict(second.lasts or ())[Lane.READ] == 7


async def test_who_had_to_be_salvaged_does_not_say_how_far_it_came(
    opened: Open, clock: CarClock, make_group: Callable[..., Group]
) -> None:
    async with opened() as open_:
        await open_.spool.add(make_group(1, 7), 0)
    async with opened(epoch=NEXT) as open_:
        start = start_of(replace(open_, salvaged=True), clock, "1.0")
    assert (start.parent, start.lasts, start.salvaged) == (FIRST, None, True)


async def test_the_clock_learns_from_the_store_what_is_past(opened: Open, clock: CarClock) -> None:
    now_ms = clock.now().utc_ms
    assert now_ms is not None
    async with opened() as open_:
        assert clock.is_past_floor()
        start_of(replace(open_, floor_s=now_ms // 1000 + 3600), clock, "1.0")
    assert not clock.is_past_floor()


async def test_what_a_device_says_as_it_is_let_go_of_is_stored_and_what_runs_beside_ends_last(
    opened: Open, life: Life
) -> None:
    ends: list[str] = []

    async def until_cancelled(name: str, parting: Callable[[], None]) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.05)  # a port takes its time to close
            parting()
            ends.append(f"{name} {life.stored.get('health', 0)}")

    def say_one_more() -> None:
        life.inbox.offer(Health(life.clock.now(), (("reads", 1),)), "health")

    async with asyncio.timeout(PATIENCE_S), opened() as open_, asyncio.TaskGroup() as tasks:
        numbering = Numbering(start_of(open_, life.clock, "1.0"))
        delivery = Delivery(life, open_, numbering, NOWHERE, "car-1", linger_s=0.0)
        delivery.begin(tasks)
        reading = tasks.create_task(until_cancelled("camera", say_one_more))
        beside = tasks.create_task(until_cancelled("rounds", lambda: None))
        await asyncio.sleep(0)
        await delivery.end([reading], [beside])
        assert reading.done()
        assert beside.done()
    assert ends == ["camera 0", "rounds 1"]
