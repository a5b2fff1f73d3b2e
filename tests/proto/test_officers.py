"""Officers against their lines."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto.errors import FrameError
from proto.officers import Officer, line_of, officer_of

HASH = "$argon2id$v=19$m=19456,t=2,p=1$" + "A" * 22 + "$" + "B" * 43
OFFICER = Officer("4711", "Ann Öfficer", "Northshire", ("patrol", "sergeant"), date(2027, 1, 31), HASH)
GOOD = json.loads(line_of(OFFICER))


def test_an_officer_comes_back_as_written() -> None:  # [proto-11.7]
    for officer in (OFFICER, Officer("a-1", "B", None, (), None, HASH)):
        assert officer_of(line_of(officer)) == officer
    assert officer_of(json.dumps([*GOOD, "new"])) == OFFICER


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (0, "47 11"),
        (0, ""),
        (0, 4711),
        (1, ""),
        (1, "x" * 65),
        (2, 5),
        (3, "patrol"),
        (3, [1]),
        (3, ["x"] * 17),
        (4, "31/01/2027"),
        (4, 5),
        (5, "271828"),
        (5, HASH.replace("argon2id", "argon2i")),
    ],
)
def test_what_is_no_officer_is_one_error_that_shows_nothing(at: int, value: object) -> None:  # [proto-11.7]
    parts = [value if n == at else part for n, part in enumerate(GOOD)]
    with pytest.raises(FrameError, match=r"^not an officer$"):
        officer_of(json.dumps(parts))


@given(st.text(max_size=60))
def test_any_text_is_an_officer_or_one_error(line: str) -> None:  # [proto-11.7]
    with pytest.raises(FrameError):
        officer_of(line)


def test_no_repr_shows_who_it_is() -> None:
    assert not any(word in repr(OFFICER) for word in ("4711", "Ann", "argon2"))
