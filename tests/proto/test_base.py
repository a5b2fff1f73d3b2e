"""What is asked of base and what it says <-> bytes; whatever the bytes, a value or one error."""

import contextlib
from collections.abc import Callable

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto import base
from proto.base import Confirm, Confirmed, Note
from proto.errors import FrameError

EPOCH = b"epoch--1"
ASKED = Confirm(EPOCH, 7, "stolen", 1_790_000_000, "AB12CDE", 0xDEADBEEF)
SAID = Confirmed(EPOCH, 7, base.WEEDED, 1_790_000_000_000, 1_790_000_001, 1_789_999_000_000, 1_789_999_000_000)
NOTE = Note(3, EPOCH, 7, 1_790_000_000_000, "zz99 keeper known")


def test_what_is_said_comes_back_as_it_was() -> None:  # [proto-9.6] [proto-9.7] [proto-9.8]
    assert base.decode_confirm(base.encode_confirm(ASKED)) == ASKED
    assert base.decode_confirmed(base.encode_confirmed(SAID)) == SAID
    unknown = Confirmed(EPOCH, 7, base.UNKNOWN, 5)
    assert base.decode_confirmed(base.encode_confirmed(unknown)) == unknown
    assert base.decode_note(base.encode_note(NOTE)) == NOTE
    pattern = Confirm(EPOCH, 7, "stolen", 0, "AB1?*", 0)
    assert base.decode_confirm(base.encode_confirm(pattern)) == pattern


def test_a_later_field_is_let_by_and_another_version_is_not() -> None:  # [proto-9.6]
    parts = msgpack.unpackb(base.encode_note(NOTE))
    assert base.decode_note(msgpack.packb([*parts, "more"])) == NOTE
    with pytest.raises(FrameError, match="version"):
        base.decode_note(msgpack.packb([2, *parts[1:]]))


@pytest.mark.parametrize(
    "parts",
    [
        [1, EPOCH, 0, "stolen", 1, "AB12CDE", 0],
        [1, EPOCH, 1, "not a name", 1, "AB12CDE", 0],
        [1, EPOCH, 1, "stolen", 1, "ab12", 0],
        [1, EPOCH, 1, "stolen", 1, "*", 0],
        [1, EPOCH, 1, "stolen", 1, "AB12CDE", 2**32],
        [1, b"short", 1, "stolen", 1, "AB12CDE", 0],
        [1, EPOCH, 1, "stolen", -1, "AB12CDE", 0],
        [1],
    ],
)
def test_what_is_no_confirm_is_refused(parts: list[object]) -> None:  # [proto-9.6]
    with pytest.raises(FrameError):
        base.decode_confirm(msgpack.packb(parts))


@given(st.binary(max_size=64))
def test_whatever_the_bytes_there_is_a_value_or_one_error(message: bytes) -> None:
    decoders: list[Callable[[bytes], object]] = [base.decode_confirm, base.decode_confirmed, base.decode_note]
    for decode in decoders:
        with contextlib.suppress(FrameError):
            decode(message)


def test_no_repr_shows_a_plate_or_a_note() -> None:
    assert "AB12" not in repr(ASKED)
    assert "zz99" not in repr(NOTE)
