"""Numbers -> VRMs -> the same numbers."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto.plates import canonical
from simulator.numbered import CAPACITY, STEP, number, plate

CURRENT_FORM = re.compile(r"[A-HJ-PR-Y]{2}(0[2-9]|1\d|2[0-4]|5[1-9]|6\d|7[0-4])[A-HJ-PR-Z]{3}")
numbers = st.integers(0, CAPACITY - 1)


@given(numbers)
def test_every_number_has_a_valid_current_plate_that_tells_it(n: int) -> None:
    vrm = plate(n)
    assert CURRENT_FORM.fullmatch(vrm)
    assert number(vrm) == n


@given(numbers)
def test_the_canonical_key_tells_the_number_too(n: int) -> None:
    key = canonical(plate(n))
    assert key is not None
    assert number(key) == n


@given(numbers)
def test_a_stranger_can_decode_it_by_the_written_formula(n: int) -> None:
    vrm = plate(n)
    area, free = "ABCDEFGHJKLMNOPRSTUVWXY", "ABCDEFGHJKLMNOPRSTUVWXYZ"
    age = int(vrm[2:4]) - 2 if int(vrm[2:4]) < 51 else int(vrm[2:4]) - 51 + 23
    tag = area.index(vrm[0]) * 23 + area.index(vrm[1])
    tail = (free.index(vrm[4]) * 24 + free.index(vrm[5])) * 24 + free.index(vrm[6])
    place = (age * 529 + tag) * 13824 + tail
    assert (place - 87_178_291) * pow(STEP, -1, CAPACITY) % CAPACITY == n


def test_the_plates_never_change() -> None:
    """Others decode with a copy of the formula: these must stay."""
    assert [plate(n) for n in (0, 1, 2, 199_999)] == ["XE13HEV", "YG68SBC", "AK51AXK", "AG73HOW"]


def test_neighbours_look_nothing_alike() -> None:
    vrms = [plate(n) for n in range(1000)]
    assert all(sum(a != b for a, b in zip(*pair, strict=True)) >= 3 for pair in pairwise(vrms))


@pytest.mark.parametrize("n", [-1, CAPACITY])
def test_a_number_out_of_bounds_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match="numbered plate"):
        plate(n)


@pytest.mark.parametrize("vrm", ["", "A123ABC", "IB12CDE", "AB25CDE", "AB12CQE", "AB12CDEF", "ZA12ABC"])
def test_other_forms_have_no_number(vrm: str) -> None:
    assert number(vrm) is None
