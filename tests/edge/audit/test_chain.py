"""Events of lane audit against the store: each holds the link of the one before it, over restarts, and none is told unstored."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from edge.audit import witness
from edge.audit.chain import MORE_THERE, NONE_HERE, OTHER_THERE, REMEMBERED, Before, Chain
from edge.audit.records import AuditRecords
from edge.audit.witness import NotStoredError, Witnessed
from edge.spool.inbox import MOST, Inbox
from edge.spool.numbering import Item, Numbering
from edge.spool.opening import Opened
from edge.spool.recorder import Recorder
from edge.spool.room import Room
from edge.supervision import Outage
from proto.chain import NONE_BEFORE, link_in, link_of
from proto.events import Change, Clock, Moment, Start
from proto.heads import Head, encode_heads
from proto.lanes import Lane

NOON = Moment(1, None, Clock.UNSET)
MINE, PARENT, OTHER = b"epoch--2", b"epoch--1", b"epoch--0"
LINK = bytes(range(16))
OpenSpool = Callable[..., AbstractAsyncContextManager[Opened]]


def change(n: int) -> Change:
    return Change(NOON, "4711", f"setting {n}")


def bodies(numbering: Numbering, *events: Change) -> list[bytes]:
    numbering.add(events)
    return [body for run in numbering.group().runs if run.lane is Lane.AUDIT for body in run.bodies]


def numbering(chain: Chain) -> Numbering:
    return Numbering(Start(NOON, None, None, "test"), chain)


def test_each_body_holds_the_link_of_the_one_before_it() -> None:  # [proto-11.2]
    of = numbering(Chain(MINE, None))
    first, second = bodies(of, change(1), change(2))
    (third,) = bodies(of, change(3))
    assert link_in(first) == NONE_BEFORE
    assert [link_in(second), link_in(third)] == [link_of(first), link_of(second)]


def test_an_epoch_begins_with_the_link_where_the_last_one_ended_or_says_that_it_is_unknown() -> None:  # [proto-11.2]
    (body,) = bodies(numbering(Chain(MINE, Before(PARENT, 7, LINK))), change(1))
    assert link_in(body) == LINK
    (body,) = bodies(numbering(Chain(MINE, None, known=False)), change(1))
    assert link_in(body) is None


def test_an_event_too_long_leaves_the_chain_as_it_was() -> None:
    of = numbering(Chain(MINE, None))
    (first,) = bodies(of, change(1), Change(NOON, None, "x" * 3000))
    (second,) = bodies(of, change(2))
    assert link_in(second) == link_of(first)


async def test_the_chain_goes_on_over_a_restart_though_the_row_is_gone(
    opened: OpenSpool, make_group: Callable[..., Any]
) -> None:  # [proto-11.2]
    async with opened(epoch=PARENT) as one:
        of = numbering(Chain(PARENT, one.spool.audited))
        of.add([change(1), change(2)])
        group = of.group()
        await one.spool.add(group, 0.0)
    last = next(run for run in group.runs if run.lane is Lane.AUDIT).bodies[-1]
    for epoch in (MINE, OTHER):  # the second of them has no audit event of its own
        async with opened(epoch=epoch) as again:
            assert again.spool.audited == Before(PARENT, 2, link_of(last))
            await again.spool.add(make_group(1, 1), 0.0)


def chained(count: int) -> tuple[Chain, list[bytes]]:
    chain = Chain(MINE, Before(PARENT, 7, LINK))
    return chain, bodies(numbering(chain), *map(change, range(count)))


def test_a_head_that_is_ours_is_no_fault() -> None:  # [proto-11.4]
    chain, made = chained(3)
    for n, body in enumerate(made, 1):
        assert chain.fault(Head(MINE, n, link_of(body))) is None
    assert chain.fault(Head(PARENT, 7, LINK)) is None
    assert chain.fault(Head(PARENT, 6, bytes(16))) is None  # it has not come yet


def test_a_head_tells_that_this_card_lost_records_or_holds_others() -> None:  # [proto-11.4]
    chain, made = chained(3)
    assert chain.fault(Head(MINE, 4, LINK)) == MORE_THERE
    assert chain.fault(Head(MINE, 2, link_of(made[0]))) == OTHER_THERE
    assert chain.fault(Head(PARENT, 8, LINK)) == MORE_THERE
    assert chain.fault(Head(PARENT, 7, bytes(16))) == OTHER_THERE
    assert Chain(MINE, None).fault(Head(PARENT, 1, LINK)) == NONE_HERE
    assert Chain(MINE, None, known=False).fault(Head(PARENT, 1, LINK)) is None  # said as unknown already


def test_only_so_many_links_are_remembered() -> None:
    chain, made = chained(REMEMBERED + 1)
    assert chain.fault(Head(MINE, 1, bytes(16))) is None  # too long ago
    assert chain.fault(Head(MINE, 2, bytes(16))) == OTHER_THERE
    assert len(made) == REMEMBERED + 1


async def test_a_fault_is_one_alarm() -> None:
    said: list[tuple[str, str]] = []
    records = AuditRecords(Inbox(64, 0.5), lambda *words: said.append(words))
    records.take("head", encode_heads([Head(PARENT, 1, LINK)]), 0.0)  # the store is not open: nothing to compare with
    records.chain = Chain(MINE, None)
    for _ in range(3):
        records.take("head", encode_heads([Head(PARENT, 1, LINK)]), 0.0)
    assert said == [("audit-head", NONE_HERE)]


class Recording:
    """A recorder over a real spool, and what it says."""

    def __init__(self, opened: Opened, folder: Path) -> None:
        self.inbox: Inbox[Item] = Inbox(64, 0.5)
        self.records = AuditRecords(self.inbox, lambda *_: None)
        self.records.chain = Chain(MINE, opened.spool.audited)
        disk = Outage("disk", lambda *_: None)
        self.recorder = Recorder(
            self.inbox,
            numbering(self.records.chain),
            opened.spool,
            Room(folder),
            lambda *_, **__: None,
            lambda: NOON,
            disk,
        )


async def test_a_record_is_told_as_stored_once_it_is_in_the_file(
    opened: OpenSpool, tmp_path: Path, running: Callable[..., AbstractAsyncContextManager[Any]]
) -> None:
    async with opened(epoch=MINE) as one:
        recording = Recording(one, tmp_path)
        async with running(recording.recorder.run(asyncio.Event())):
            await recording.records.store(change(1))
            ledger = one.spool.ledger_of(MINE, Lane.AUDIT)
            assert ledger is not None
            assert ledger.last == 1
            with pytest.raises(NotStoredError, match="too long"):
                await recording.records.store(Change(NOON, None, "x" * 3000))


async def test_a_record_that_nobody_stores_is_not_told_as_stored() -> None:
    records = AuditRecords(Inbox(64, 0.5), lambda *_: None)
    with pytest.raises(NotStoredError, match="cannot be stored"):
        await records.store(change(1), within_s=0.01)


async def test_a_record_that_finds_no_place_is_not_waited_for() -> None:
    inbox: Inbox[Item] = Inbox(64, 0.5)
    records = AuditRecords(inbox, lambda *_: None)
    for _ in range(MOST):
        records.note(change(1))
    with pytest.raises(NotStoredError, match="too much"):
        await records.store(change(1), within_s=60)


async def test_nobody_waits_any_more_when_it_is_stored_late() -> None:
    one = Witnessed(change(1))
    with pytest.raises(NotStoredError):
        await one.stored(0.01)
    one.number = 1
    one.settle()
    assert witness.WITHIN_S < 5
