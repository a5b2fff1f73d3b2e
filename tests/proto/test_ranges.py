"""The range set against a plain set of numbers, stateful, and what may be a range."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from proto.ranges import MAX_NUMBER, Ranges, from_flat

NUMBERS = st.integers(1, 40)
TOP = 60


class AgainstASet(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.ranges = Ranges()
        self.model: set[int] = set()

    @rule(first=NUMBERS, width=st.integers(0, 12))
    def add(self, first: int, width: int) -> None:
        self.ranges.add(first, first + width)
        self.model |= set(range(first, first + width + 1))

    @rule(first=st.integers(-5, 50), width=st.integers(-5, 12))
    def remove(self, first: int, width: int) -> None:
        self.ranges.remove(first, first + width)
        self.model -= set(range(first, first + width + 1))

    @rule(first=NUMBERS, width=st.integers(0, 12))
    def ask(self, first: int, width: int) -> None:
        asked = set(range(first, first + width + 1))
        gaps = list(self.ranges.gaps(first, first + width))
        assert {n for begin, end in gaps for n in range(begin, end + 1)} == asked - self.model
        assert all(begin <= end for begin, end in gaps)
        assert all(later[0] > earlier[1] + 1 for earlier, later in pairwise(gaps))
        assert self.ranges.covers(first, first + width) == (asked <= self.model)
        assert self.ranges.first_gap(first, first + width) == (gaps[0] if gaps else None)

    @invariant()
    def holds_the_same(self) -> None:
        assert {n for n in range(TOP) if n in self.ranges} == self.model
        assert self.ranges.count() == len(self.model)
        assert self.ranges.last == max(self.model, default=0)

    @invariant()
    def is_sorted_disjoint_and_joined(self) -> None:
        pairs = list(self.ranges)
        assert all(first <= last for first, last in pairs)
        assert all(later[0] > earlier[1] + 1 for earlier, later in pairwise(pairs))
        assert len(self.ranges) == len(pairs)

    @invariant()
    def comes_back_from_the_wire(self) -> None:
        assert from_flat(self.ranges.flat()) == self.ranges


AgainstASet.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
test_ranges_do_what_a_set_does = AgainstASet.TestCase


@given(st.lists(st.tuples(NUMBERS, st.integers(0, 9)), max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(pairs: list[tuple[int, int]], chance: object) -> None:  # [proto-4.3]
    ranges = [(first, first + width) for first, width in pairs]
    shuffled = sorted(ranges, key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert Ranges(ranges) == Ranges(shuffled) == Ranges([*ranges, *shuffled])


@pytest.mark.parametrize("pair", [(0, 1), (2, 1), (-1, 3), (1, MAX_NUMBER + 1)])
def test_what_is_no_range_is_refused(pair: tuple[int, int]) -> None:  # [proto-4.3]
    with pytest.raises(ValueError, match="not a range"):
        Ranges([pair])
    with pytest.raises(ValueError, match="not a range"):
        from_flat(list(pair))


@pytest.mark.parametrize(
    "flat", [None, 5, "12", {}, [1], [1, 2, 3], [True, 2], [1.0, 2], ["1", 2], [[1, 2]], b"\x01\x02"]
)
def test_what_is_no_list_of_ranges_is_refused(flat: object) -> None:  # [proto-4.3]
    with pytest.raises(ValueError, match="not a list of ranges"):
        from_flat(flat)


def test_a_whole_lane_is_one_range() -> None:
    ranges = Ranges([(1, MAX_NUMBER)])
    ranges.remove(2**40, 2**40)
    assert list(ranges) == [(1, 2**40 - 1), (2**40 + 1, MAX_NUMBER)]
    assert ranges.count() == MAX_NUMBER - 1


def test_ranges_equal_nothing_else_and_have_no_hash() -> None:
    assert Ranges([(1, 2)]) != [(1, 2)]
    with pytest.raises(TypeError):
        hash(Ranges())
    assert repr(Ranges([(1, 2)])) == "Ranges([(1, 2)])"
