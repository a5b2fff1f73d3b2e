"""Waits of the same length end together, and none is much shorter or longer than it was asked to be."""

import asyncio
import itertools
from collections.abc import Callable

import pytest

from edge.ticks import tick


def moments(began_s: float, every_s: float, count: int) -> list[float]:
    """Of the ticks after a start at that time of a loop whose time is a number."""
    now_s, found = began_s, []

    class Loop(asyncio.SelectorEventLoop):
        def time(self) -> float:
            return now_s

        def call_later(
            self, delay: float, callback: Callable[..., object], *args: object, **_: object
        ) -> asyncio.TimerHandle:
            nonlocal now_s
            now_s += delay
            return super().call_later(0, callback, *args)

    async def looks() -> None:
        for _ in range(count):
            await tick(every_s)
            found.append(now_s)

    loop = Loop()
    try:
        loop.run_until_complete(looks())
    finally:
        loop.close()
    return found


@pytest.mark.parametrize("began_s", [0.0, 7.013, 12345.6])
def test_looks_that_began_at_different_moments_are_made_in_the_same_moment(began_s: float) -> None:
    ticks = moments(began_s, 1.0, 5)
    assert ticks == pytest.approx([round(at) for at in ticks])


def test_longer_waits_end_with_shorter_ones() -> None:
    assert set(map(round, moments(3.3, 5.0, 3))) <= set(map(round, moments(2.2, 1.0, 30)))


@pytest.mark.parametrize("began_s", [0.0, 0.9999999, 1 / 3, 99.74, 99.76])
def test_no_wait_is_much_shorter_or_longer_than_asked(began_s: float) -> None:
    ticks = [began_s, *moments(began_s, 1.0, 50)]
    waits = [after - before for before, after in itertools.pairwise(ticks)]
    assert min(waits) >= 0.25
    assert max(waits) <= 1.2501
    assert waits[1:] == pytest.approx([1.0] * 49)
