"""The bounded queue: all that waits at once, the rest counted."""

import asyncio

import pytest

from headquarters.backoff import LONGEST_S, Backoff
from headquarters.waiting import Waiting


async def test_all_that_waits_is_taken_at_once_oldest_first() -> None:
    waiting: Waiting[int] = Waiting(10)
    for number in range(5):
        assert waiting.put(number)
    assert await waiting.take(3) == [0, 1, 2]
    assert await waiting.take(3) == [3, 4]


async def test_what_finds_no_room_is_counted() -> None:
    waiting: Waiting[int] = Waiting(2)
    assert [waiting.put(number) for number in range(4)] == [True, True, False, False]
    assert waiting.dropped == 2
    assert await waiting.take(9) == [0, 1]


async def test_a_closed_queue_hands_out_what_it_has_and_then_nothing() -> None:
    waiting: Waiting[int] = Waiting(2)
    waiting.put(1)
    waiting.close()
    assert not waiting.put(2)
    assert waiting.dropped == 0
    assert await waiting.take(9) == [1]
    assert await waiting.take(9) == []


async def test_closing_wakes_the_one_that_waits() -> None:
    waiting: Waiting[int] = Waiting(2)
    taker = asyncio.ensure_future(waiting.take(9))
    await asyncio.sleep(0)
    waiting.close()
    assert await taker == []


async def test_a_cancelled_take_loses_nothing() -> None:
    waiting: Waiting[int] = Waiting(2)
    taker = asyncio.ensure_future(waiting.take(9))
    await asyncio.sleep(0)
    waiting.put(1)
    taker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taker
    assert await waiting.take(9) == [1]


def test_waits_double_up_to_the_cap_and_begin_again_after_success() -> None:
    backoff = Backoff(lambda most_s: most_s)
    assert [backoff.next_s() for _ in range(7)] == [0.25, 0.5, 1, 2, 4, 4, LONGEST_S]
    backoff.reset()
    assert backoff.next_s() == 0.25
