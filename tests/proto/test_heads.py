"""Heads against their bytes."""

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto.errors import FrameError
from proto.heads import MAX_HEADS, Head, decode_heads, encode_heads

EPOCH, LINK = b"epoch--1", bytes(range(16))
HEAD = Head(EPOCH, 7, LINK)


def test_heads_come_back_as_they_were() -> None:  # [proto-11.4]
    assert decode_heads(encode_heads([HEAD] * MAX_HEADS)) == [HEAD] * MAX_HEADS
    with pytest.raises(FrameError):
        encode_heads([HEAD] * (MAX_HEADS + 1))


def test_fields_of_a_later_version_are_let_by() -> None:  # [proto-11.4]
    assert decode_heads(msgpack.packb([1, [[EPOCH, 7, LINK, "new"]], "new"])) == [HEAD]


@pytest.mark.parametrize(
    "parts",
    [
        [2, [[EPOCH, 7, LINK]]],
        [1],
        [1, [[EPOCH, 0, LINK]]],
        [1, [[EPOCH, 7, LINK[:15]]]],
        [1, [[b"short", 7, LINK]]],
        [1, [[EPOCH, 7]]],
        [1, [[EPOCH, 7, LINK]] * (MAX_HEADS + 1)],
        [True, []],
        "heads",
    ],
)
def test_what_are_no_heads_is_one_error(parts: object) -> None:  # [proto-11.4]
    with pytest.raises(FrameError):
        decode_heads(msgpack.packb(parts))


@given(st.binary(max_size=40))
def test_any_bytes_are_heads_or_one_error(message: bytes) -> None:
    try:
        decode_heads(message)
    except FrameError:
        return
