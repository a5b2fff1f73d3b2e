"""Bodies that mean harm: nesting, sizes that lie, reserved bytes -> one error and little memory."""

import tracemalloc

import pytest

from proto import events
from proto.errors import FrameError


@pytest.mark.parametrize("prefix", [b"\x95\x50\x01\xc0\x01", b"\x98\x01\x01\xc0\x01\xa1c\xa1v\x05"])
def test_nesting_has_a_bottom(prefix: bytes) -> None:  # [proto-3.11]
    padded = prefix if prefix[1] == 0x50 else prefix[:1].replace(b"\x98", b"\x9c") + prefix[1:] + b"\xc0" * 4
    assert events.decode(padded + b"\x91" * 8 + b"\x01")
    for depth in (9, 500, 1000, 1500):
        with pytest.raises(FrameError):
            events.decode(padded + b"\x91" * depth + b"\x01")
        with pytest.raises(FrameError):
            events.decode(padded + b"\x81\xa1k" * min(depth, 600) + b"\x01")


@pytest.mark.parametrize(
    "tail",
    [
        b"\xdd\xff\xff\xff\xff",  # an array of 4 G
        b"\xdf\xff\xff\xff\xff",  # a map of 4 G
        b"\xc6\xff\xff\xff\xff",  # bytes of 4 GB
        b"\xc9\xff\xff\xff\xff\x01",  # an extension of 4 GB
        b"\xd7\xff\xff\xff\xff\xff\xff\xff\xff\xff",  # a timestamp with 1.07 G nanoseconds
        b"\xc7\x02\xff\x00\x00",  # a timestamp of two bytes
        b"\xd4\xfe\x00",  # a reserved extension
        b"\xa2\xff\xfe",  # text that is not UTF-8
        b"\xa3\xed\xa0\x80",  # a surrogate in UTF-8's clothes
        b"\xc1",  # never used
        b"\x81\x01\x01",  # a map with a number as its key
        b"\x81\x90\x01",  # a map with an array as its key
        b"\x81\x80\x01",  # a map with a map as its key
        b"\x01\x01",  # one too many
        b"",
    ],
)
def test_hostile_msgpack_is_a_frame_error(tail: bytes) -> None:  # [proto-3.13]
    with pytest.raises(FrameError):
        events.decode(b"\x95\x50\x01\xc0\x01" + tail)


def test_hostile_arrays_take_little_memory() -> None:  # [proto-3.13]
    tracemalloc.start()
    with pytest.raises(FrameError):
        events.decode((b"\xdc\x07\xd0" * 682)[:2048])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16_000_000
