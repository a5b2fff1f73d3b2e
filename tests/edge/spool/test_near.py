"""Bodies that are in memory anyway: the newest ones, and those read ahead; never less than what exists."""

import tracemalloc
from collections.abc import Callable

from edge.spool.group import Run
from edge.spool.near import BODY_COST_BYTES, RUN_COST_BYTES, TAIL_BYTES, Ahead, Tail
from proto.lanes import Lane
from proto.ranges import Ranges

Body = Callable[..., bytes]


def run(first: int, count: int, make_body: Body, size: int = 20) -> Run:
    return Run(Lane.READ, first, [make_body(n, size) for n in range(first, first + count)])


def test_what_is_wanted_is_found_across_runs(make_body: Body) -> None:
    tail = Tail()
    for first in (1, 11, 21):
        tail.add(run(first, 10, make_body))
    for wanted in ((1, 30), (5, 25), (11, 20), (10, 11), (30, 30), (7, 7), (25, 99)):
        numbers = range(wanted[0], min(wanted[1], 30) + 1)
        assert list(tail.read(wanted) or ()) == [(n, make_body(n)) for n in numbers]


def test_what_begins_before_the_tail_is_not_found_at_all(make_body: Body) -> None:
    tail = Tail()
    assert tail.read((1, 5)) is None
    tail.add(run(11, 10, make_body))
    assert tail.read((10, 15)) is None
    assert tail.read((11, 15)) is not None


def test_the_tail_is_bounded_and_lets_the_oldest_go(make_body: Body) -> None:
    tail = Tail()
    count = 3 * TAIL_BYTES // 10_000
    cost = 10 * (1000 + BODY_COST_BYTES) + RUN_COST_BYTES
    for n in range(count):
        tail.add(run(1 + 10 * n, 10, make_body, 1000))
    assert tail.read((1, 5)) is None
    oldest = next(first for first in range(1, 10 * count, 10) if tail.read((first, first)) is not None)
    assert TAIL_BYTES - cost <= (10 * count + 1 - oldest) // 10 * cost <= TAIL_BYTES


def test_many_small_runs_are_no_more_than_their_cost_in_memory(make_body: Body) -> None:
    tail = Tail()
    tracemalloc.start()
    try:
        for n in range(1, 6000):
            tail.add(run(n, 1, make_body))
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < 1.5 * TAIL_BYTES


def test_what_is_answered_for_leaves_memory_and_what_is_not_stays(make_body: Body) -> None:
    tail = Tail()
    for first in (1, 11, 21):
        tail.add(run(first, 10, make_body))
    tail.answered(Ranges([(1, 12), (21, 30)]))
    assert tail.read((1, 5)) is None
    assert list(tail.read((13, 14)) or ()) == [(n, make_body(n)) for n in (13, 14)]
    tail.answered(Ranges([(1, 30)]))
    assert tail.read((30, 30)) is None
    tail.add(run(31, 10, make_body))
    assert tail.read((30, 31)) is None
    assert list(tail.read((31, 31)) or ()) == [(31, make_body(31))]


def test_one_run_beyond_the_bound_is_kept(make_body: Body) -> None:
    tail = Tail()
    tail.add(run(1, 400, make_body, 1000))
    assert len(list(tail.read((1, 400)) or ())) == 400


def test_what_was_read_ahead_knows_what_it_does_not_know(make_body: Body) -> None:
    there = [(n, make_body(n)) for n in (5, 6, 9)]
    ahead = Ahead((3, 9), there)
    assert list(ahead.read((3, 9)) or ()) == there
    assert list(ahead.read((6, 8)) or ()) == there[1:2]
    assert list(ahead.read((9, 50)) or ()) == there[2:]
    assert ahead.read((2, 9)) is None
    assert ahead.read((10, 12)) is None


def test_a_stretch_without_any_bodies_is_known_to_be_empty() -> None:
    ahead = Ahead((3, 9), [])
    assert list(ahead.read((4, 8)) or ()) == []
    assert ahead.read((4, 8)) is not None
