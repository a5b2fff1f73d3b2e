"""The bounded queue between intake and recorder."""

import asyncio

from edge.spool.inbox import MOST, MOST_AT_ONCE, RESERVE, Inbox

SOON_S = 0.01
NEVER_S = 3600.0


async def test_a_group_is_taken_when_enough_of_them_wait() -> None:
    box: Inbox[int] = Inbox(3, NEVER_S)
    box.offer(1, "read")
    box.offer(2, "read")
    waiting = asyncio.ensure_future(box.take())
    await asyncio.sleep(0)
    assert not waiting.done()
    box.offer(3, "read")
    assert await waiting == [1, 2, 3]


async def test_the_oldest_waits_no_longer_than_its_time() -> None:
    box: Inbox[int] = Inbox(100, SOON_S)
    box.offer(1, "read")
    assert await box.take() == [1]


async def test_each_group_has_its_own_time() -> None:
    box: Inbox[int] = Inbox(100, SOON_S)
    for n in range(3):
        box.offer(n, "read")
        assert await box.take() == [n]


async def test_what_is_urgent_does_not_wait() -> None:
    box: Inbox[int] = Inbox(100, NEVER_S)
    box.offer(1, "read")
    box.offer(2, "urgent", urgent=True)
    assert await box.take() == [1, 2]


async def test_what_is_urgent_does_not_wait_behind_a_whole_group() -> None:
    box: Inbox[int] = Inbox(10_000, NEVER_S)
    for n in range(MOST_AT_ONCE):
        box.offer(n, "read")
    box.offer(-1, "urgent", urgent=True)
    assert len(await box.take()) == MOST_AT_ONCE
    assert await box.take() == [-1]


async def test_a_flush_lets_even_nothing_through() -> None:
    box: Inbox[int] = Inbox(100, NEVER_S)
    box.flush()
    assert await box.take() == []


async def test_when_it_is_full_reads_are_dropped_and_counted_and_urgent_places_are_kept() -> None:
    box: Inbox[int] = Inbox(1, NEVER_S)
    for n in range(MOST - RESERVE):
        assert box.offer(n, "read")
    assert not box.offer(0, "read")
    assert not box.offer(0, "position")
    for n in range(RESERVE):
        assert box.offer(n, "urgent", urgent=True)
    assert not box.offer(0, "urgent", urgent=True)
    assert box.dropped == {"read": 1, "position": 1, "urgent": 1}
    assert len(box) == MOST


async def test_nothing_is_given_twice_and_the_order_is_kept() -> None:
    box: Inbox[int] = Inbox(64, SOON_S)
    for n in range(MOST_AT_ONCE + 100):
        box.offer(n, "read")
    taken = await box.take() + await box.take()
    assert taken == list(range(MOST_AT_ONCE + 100))


async def test_taking_can_be_cancelled_and_loses_nothing() -> None:
    box: Inbox[int] = Inbox(2, NEVER_S)
    waiting = asyncio.ensure_future(box.take())
    await asyncio.sleep(0)
    waiting.cancel()
    box.offer(1, "read")
    box.offer(2, "read")
    assert await box.take() == [1, 2]
