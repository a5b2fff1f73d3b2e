"""Hostile batches: frames that lie about their size, and arrays inside arrays -> one error and little memory."""

import struct
import tracemalloc

import msgpack
import pytest
import zstandard

from proto import batches
from proto.errors import FrameError
from proto.lanes import Lane

EPOCH, BOOT = b"epoch--1", b"boot---1"
ZEROS = b"\x00" * 50_000_000
BOMB = zstandard.ZstdCompressor().compress(ZEROS)
UNSIZED = zstandard.ZstdCompressor(write_content_size=False).compress(ZEROS)
# magic, descriptor, window, [size], blocks: a size of two bytes (stored less 256) is put in where there was none
LYING = UNSIZED[:4] + bytes([UNSIZED[4] | 0x40, UNSIZED[5]]) + struct.pack("<H", 1000) + UNSIZED[6:]
WIDE = LYING[:5] + b"\xff" + LYING[6:]
ONE = zstandard.ZstdCompressor().compress(b"\x01")


def _message(*parts: object) -> bytes:
    packed: bytes = msgpack.packb(parts)
    return packed


def _envelope(**changed: object) -> bytes:
    """A sound batch of one event, but for what is changed."""
    parts = {
        "version": 1,
        "epoch": EPOCH,
        "boot": BOOT,
        "lane": 2,
        "first": 7,
        "last": 7,
        "flags": 0,
        "absent": None,
        "payload": b"\x01",
    }
    return _message(*(parts | changed).values())


@pytest.mark.parametrize(
    "payload",
    [
        BOMB, UNSIZED, LYING, WIDE, ONE + ONE, ONE + b"\x00", ONE[:-1], ONE[:4], b"", b"\x01", zstandard.ZstdCompressor().compress(b""),
        struct.pack("<II", 0x184D2A50, 4) + b"skip", ZEROS[:100],
    ],
    ids=["bomb", "unsized", "lying", "wide", "two", "trailing", "cut", "magic", "empty", "plain", "nothing", "skippable", "zeros"],
)  # fmt: skip
def test_no_frame_unpacks_beyond_its_limit(payload: bytes) -> None:  # [proto-2.7] [proto-2.8] [proto-2.13]
    message = _envelope(flags=2, payload=payload[:8000])
    tracemalloc.start()
    with pytest.raises(FrameError):
        batches.decode(message)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
    assert batches.coverage(message) == (EPOCH, Lane.READ, 7, 7)  # [proto-2.14]


def test_a_frame_of_nothing_is_refused_whatever_follows_it() -> None:  # [proto-2.7]
    nothing = zstandard.ZstdCompressor().compress(b"")
    for payload in (nothing, nothing + b"junk"):
        with pytest.raises(FrameError, match="payload size"):
            batches.decode(_envelope(absent=[7, 7], flags=2, payload=payload))


def test_the_bombs_are_bombs() -> None:
    assert len(BOMB) < 8000
    assert zstandard.frame_content_size(BOMB) == len(ZEROS)
    assert zstandard.frame_content_size(UNSIZED) == -1
    assert zstandard.frame_content_size(LYING) == 1256


def test_a_frame_that_needs_a_dictionary_is_refused() -> None:  # [proto-2.7]
    words = zstandard.ZstdCompressionDict(b"patrol edge " * 40, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    frame = zstandard.ZstdCompressor(dict_data=words).compress(b"patrol edge " * 8)
    with pytest.raises(FrameError):
        batches.decode(_envelope(flags=2, payload=frame))


def test_hostile_nesting_takes_little_memory() -> None:  # [proto-2.13]
    for message in (
        (b"\xdc\x1f\x40" * 2730)[:8192],
        (b"\xdc\x08\x02" * 2730)[:8192],
        b"\x91" * 8192,
        b"\x81\xa1k" * 2700,
    ):
        tracemalloc.start()
        with pytest.raises(FrameError):
            batches.decode(message)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 20_000_000
    assert batches.coverage(b"\x91" * 8192) is None
