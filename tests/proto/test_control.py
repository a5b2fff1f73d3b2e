"""Receipts and what else is said about batches: round trips, splitting, limits, and any bytes at all."""

from collections.abc import Callable

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto import control
from proto.control import MAX_CONTROL_BYTES, MAX_RANGES, Held, Refused
from proto.errors import FrameError
from proto.lanes import Lane
from proto.ranges import MAX_NUMBER, Ranges

EIGHT = st.binary(min_size=8, max_size=8)
PAIRS = st.lists(st.tuples(st.integers(1, 2**40), st.integers(0, 2**20)), max_size=30)
RANGES = PAIRS.map(lambda pairs: Ranges((first, first + width) for first, width in pairs))
HELD = st.builds(Held, EIGHT, st.sampled_from(Lane), RANGES)
DECODERS: list[Callable[[bytes], object]] = [
    control.decode_held, control.decode_refused, control.decode_hello, control.decode_want,
]  # fmt: skip
EPOCH = b"epoch--1"


def _message(*parts: object) -> bytes:
    packed: bytes = msgpack.packb(parts)
    return packed


@given(st.lists(HELD, max_size=8))
def test_ranges_come_back_as_they_were(lanes: list[Held]) -> None:  # [proto-4.2] [proto-4.3]
    assert control.decode_held(control.encode_held(lanes)) == lanes


@given(EIGHT, st.sampled_from(Lane), st.integers(1, MAX_NUMBER), st.integers(0, 2**20), st.text(max_size=64))
def test_a_refusal_comes_back_as_it_was(
    epoch: bytes, lane: Lane, first: int, width: int, reason: str
) -> None:  # [proto-4.6]
    refused = Refused(epoch, lane, first, min(first + width, MAX_NUMBER), reason)
    assert control.decode_refused(control.encode_refused(refused)) == refused


@given(st.binary(max_size=32))
def test_a_hello_comes_back_as_it_was(session: bytes) -> None:  # [proto-4.7]
    assert control.decode_hello(control.encode_hello(session)) == session


@given(st.lists(st.text(max_size=20), max_size=9))
def test_a_want_comes_back_as_it_was(names: list[str]) -> None:  # [proto-4.8]
    assert control.decode_want(control.encode_want(names)) == names


@pytest.mark.parametrize("decode", DECODERS)
@given(message=st.binary(max_size=100))
def test_any_bytes_are_a_message_or_a_frame_error(
    decode: Callable[[bytes], object], message: bytes
) -> None:  # [proto-4.1]
    try:
        decode(message)
    except FrameError:
        return


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=5) | EIGHT,
    lambda inner: st.lists(inner, max_size=6),
    max_leaves=12,
)


@pytest.mark.parametrize("decode", DECODERS)
@given(parts=st.lists(JUNK, max_size=8))
def test_parts_of_any_type_are_a_message_or_a_frame_error(
    decode: Callable[[bytes], object], parts: list[object]
) -> None:  # [proto-4.1]
    try:
        decode(_message(1, *parts))
    except FrameError:
        return


@pytest.mark.parametrize("decode", DECODERS)
@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x01",
        b"\x90",
        b"\x91\x02",
        b"\x91\x01",
        b"\x92\xc3\x90",
        b"\x92\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00\x90",
        b"\x91" * 5000,
        b"\xdd\xff\xff\xff\xff",
        b"\x01" * 9000,
    ],
)
def test_no_message_of_this_version(decode: Callable[[bytes], object], message: bytes) -> None:  # [proto-4.1]
    with pytest.raises(FrameError):
        decode(message)


@pytest.mark.parametrize(
    "lane",
    [
        [], [EPOCH], [EPOCH, 2], [EPOCH, 2, None], [EPOCH, 2, [1]], [EPOCH, 2, [2, 1]], [EPOCH, 2, [0, 1]], [EPOCH, 2, [True, 1]],
        [EPOCH, 2, [1, MAX_NUMBER + 1]], [EPOCH, 2, [1, 2**64 - 1]], [EPOCH, 6, []], [EPOCH, True, []], [EPOCH, 2.0, []], [b"7 bytes", 2, []],
        ["epoch--1", 2, []], 5, None,
    ],
)  # fmt: skip
def test_no_lane_s_ranges(lane: object) -> None:  # [proto-4.2] [proto-4.3]
    with pytest.raises(FrameError):
        control.decode_held(_message(1, [lane]))


@pytest.mark.parametrize(
    "parts",
    [
        (EPOCH, 2, 1, 2), (EPOCH, 2, 2, 1, "r"), (EPOCH, 2, 0, 1, "r"), (EPOCH, 2, True, 1, "r"), (EPOCH, 2, 1, True, "r"), (EPOCH, 2, 1.0, 2, "r"),
        (EPOCH, 2, 1, 2**63, "r"), (EPOCH, 2, 1, MAX_NUMBER + 1, "r"), (EPOCH, 6, 1, 2, "r"), (b"", 2, 1, 2, "r"), (EPOCH, 2, 1, 2, b"r"),
    ],
)  # fmt: skip
def test_no_refusal(parts: tuple[object, ...]) -> None:  # [proto-4.6]
    with pytest.raises(FrameError):
        control.decode_refused(_message(1, *parts))


def test_a_reason_is_cut_at_64_characters_at_both_ends() -> None:  # [proto-4.6]
    long = Refused(EPOCH, Lane.READ, 1, 2, "r" * 100)
    assert control.decode_refused(control.encode_refused(long)).reason == "r" * 64
    assert control.decode_refused(_message(1, EPOCH, 2, 1, 2, "r" * 100)).reason == "r" * 64


def test_fields_of_a_later_version_are_let_by() -> None:  # [proto-4.1]
    assert control.decode_held(_message(1, [[EPOCH, 2, [1, 2], "new"]], "new")) == [
        Held(EPOCH, Lane.READ, Ranges([(1, 2)]))
    ]
    assert control.decode_hello(_message(1, b"s", 9)) == b"s"
    assert control.decode_want(_message(1, ["a"], 9)) == ["a"]
    assert control.decode_refused(_message(1, EPOCH, 2, 1, 2, "r", 9)).last == 2


def test_unsorted_overlapping_ranges_mean_the_same() -> None:  # [proto-4.3]
    (held,) = control.decode_held(_message(1, [[EPOCH, 2, [5, 9, 1, 2, 3, 6, 1, 2]]]))
    assert held.ranges == Ranges([(1, 9)])


@given(
    st.lists(st.tuples(st.integers(1, 5), st.sampled_from(Lane), st.integers(0, 1200)), max_size=6), st.integers(0, 40)
)
def test_what_is_split_is_whole_again(lanes: list[tuple[int, Lane, int]], shift: int) -> None:  # [proto-4.2]
    said = [Held(bytes([n] * 8), lane, _scattered(count, 2**shift)) for n, lane, count in lanes]
    messages = control.split_held(said)
    assert all(len(message) <= MAX_CONTROL_BYTES for message in messages)
    heard: dict[tuple[bytes, Lane], Ranges] = {}
    for held in (held for message in messages for held in control.decode_held(message)):
        assert len(held.ranges) <= MAX_RANGES
        for first, last in held.ranges:
            heard.setdefault((held.epoch, held.lane), Ranges()).add(first, last)
    meant: dict[tuple[bytes, Lane], Ranges] = {}
    for held in said:
        for first, last in held.ranges:
            meant.setdefault((held.epoch, held.lane), Ranges()).add(first, last)
    assert heard == meant


def _scattered(count: int, start: int) -> Ranges:
    return Ranges((start + 3 * n, start + 3 * n + 1) for n in range(count))


def test_nothing_to_say_takes_no_message() -> None:
    assert control.split_held([]) == []
    assert control.split_held([Held(EPOCH, Lane.READ, Ranges())]) == []


def test_too_much_for_one_message_is_a_frame_error() -> None:  # [proto-4.1] [proto-4.2]
    with pytest.raises(FrameError, match="too many ranges"):
        control.encode_held([Held(EPOCH, Lane.READ, _scattered(MAX_RANGES + 1, 1))])
    widest = Held(EPOCH, Lane.READ, _scattered(MAX_RANGES, MAX_NUMBER - 3 * MAX_RANGES))
    assert control.decode_held(control.encode_held([widest])) == [widest]
    with pytest.raises(FrameError, match="too long"):
        control.encode_held([widest, widest])
