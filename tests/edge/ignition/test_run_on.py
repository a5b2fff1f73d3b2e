"""Looks at a key in virtual time -> how long the computer outlives it."""

from hypothesis import given
from hypothesis import strategies as st

from edge.ignition.run_on import BENCH, RunOn


def test_the_computer_outlives_the_key_by_the_run_on() -> None:
    run_on = RunOn(60)
    assert not run_on.look(0, is_off=False) or not run_on.is_running
    assert run_on.look(10, is_off=True)
    assert (run_on.left_s(10), run_on.left_s(69), run_on.left_s(70), run_on.left_s(80)) == (60, 1, 0, 0)


def test_a_key_that_comes_back_cancels_it_and_the_next_turn_has_it_whole() -> None:
    run_on = RunOn(60)
    run_on.look(0, is_off=False)
    run_on.look(10, is_off=True)
    assert run_on.look(69, is_off=False)
    assert run_on.left_s(69) is None
    assert run_on.look(100, is_off=True)
    assert run_on.left_s(100) == 60


def test_only_a_turn_is_news() -> None:
    run_on = RunOn(60)
    looks = (False, False, True, True, False, False)
    assert [run_on.look(n, is_off=off) for n, off in enumerate(looks)] == [False, False, True, False, True, False]


def test_a_key_that_was_off_all_along_gives_a_bench_its_time() -> None:
    run_on = RunOn(60)
    assert run_on.look(0, is_off=True)
    assert run_on.left_s(0) == 60 * BENCH
    run_on.look(1, is_off=False)
    run_on.look(2, is_off=True)
    assert run_on.left_s(2) == 60


@given(st.floats(0, 1e9), st.floats(1, 600))
def test_whatever_the_clock_shows_the_run_on_begins_whole_and_ends_at_nothing(now_s: float, run_on_s: float) -> None:
    """61.1 + 600 - 61.1 is 600.0000000000036."""
    run_on = RunOn(run_on_s)
    run_on.look(now_s, is_off=False)
    run_on.look(now_s, is_off=True)
    assert run_on.left_s(now_s) == run_on_s
    assert run_on.left_s(now_s + run_on_s + 1) == 0
