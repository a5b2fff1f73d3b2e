"""The world's faults are waited out and said once; ours end the task."""

from collections.abc import Callable

import pytest

from edge.supervision import LONGEST_S, MOST_REASONS, SHORTEST_S, Backoff, Outage, keep_running, reason_of


class Said(list[tuple[str, bool, str]]):
    def __call__(self, name: str, up: bool, reason: str) -> None:
        self.append((name, up, reason))


def test_delays_double_up_to_the_longest_and_begin_anew() -> None:
    backoff = Backoff(lambda: 1.0)
    delays = [backoff.next_s() for _ in range(7)]
    assert delays[:3] == [SHORTEST_S, 2 * SHORTEST_S, 4 * SHORTEST_S]
    assert delays[-1] == LONGEST_S
    backoff.reset()
    assert backoff.next_s() == SHORTEST_S


def test_a_fleet_does_not_march_in_step_and_nobody_spins() -> None:
    assert Backoff(lambda: 0.0).next_s() > 0
    assert len({Backoff().next_s() for _ in range(50)}) > 10


def test_an_outage_is_said_once_and_each_reason_of_it_once() -> None:
    said = Said()
    link = Outage("link", said)
    for reason in ("refused", "refused", "timed out", "refused"):
        link.began(reason)
    link.over()
    link.over()
    link.began("refused")
    assert said == [
        ("link", False, "refused"), ("link", False, "timed out"), ("link", True, "ok"), ("link", False, "refused"),
    ]  # fmt: skip


def test_reasons_that_are_ever_new_do_not_fill_the_log() -> None:
    said = Said()
    link = Outage("link", said)
    for n in range(100):
        link.began(f"reason {n}")
    assert len(said) == MOST_REASONS
    assert link.reason == "reason 99"


def test_what_nobody_knows_yet_is_neither_up_nor_down() -> None:
    disk = Outage("disk", Said())
    assert (disk.table()["up"], disk.figures()) == (None, {})
    disk.began("disk full")
    assert (disk.table(), disk.figures()) == ({"up": False, "reason": "disk full"}, {"disk_up": 0})


class EnoughError(Exception):
    """The test has seen enough."""


async def test_what_the_world_breaks_is_begun_again_until_it_works() -> None:
    said, waits, runs = Said(), [], 0

    async def deed(is_up: Callable[[], None]) -> None:
        nonlocal runs
        runs += 1
        if runs > 3:
            is_up()
        if runs > 4:
            raise EnoughError
        raise ConnectionRefusedError(111, "Connection refused")

    async def wait(delay_s: float) -> None:
        waits.append(delay_s)

    with pytest.raises(EnoughError):
        await keep_running(deed, Outage("link", said), (OSError,), wait)
    assert said == [
        ("link", False, "Connection refused"), ("link", True, "ok"), ("link", False, "Connection refused"), ("link", True, "ok"),
    ]  # fmt: skip
    assert len(waits) == 4
    assert waits[-1] <= SHORTEST_S, "it had worked: the delays begin anew"


async def test_our_own_fault_is_not_waited_out() -> None:
    async def deed(_: Callable[[], None]) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        await keep_running(deed, Outage("link", Said()), (OSError,))


def test_a_reason_names_no_path() -> None:
    assert reason_of(FileNotFoundError(2, "No such file or directory", "/home/officer")) == "No such file or directory"
    assert reason_of(TimeoutError()) == "TimeoutError"
