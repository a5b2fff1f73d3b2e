"""Batches: round trips, limits, bombs, and any bytes at all."""

import struct
from dataclasses import replace

import msgpack
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from proto import batches
from proto.batches import MAX_BATCH_BYTES, MAX_BATCH_EVENTS, MAX_UNPACKED_BYTES, Batch
from proto.errors import FrameError
from proto.events import Clock, Moment, Place, Read, encode
from proto.lanes import Lane
from proto.ranges import MAX_NUMBER, Ranges

EIGHT = st.binary(min_size=8, max_size=8)
BODY = st.lists(st.integers().filter(lambda n: abs(n) < 2**63) | st.text(max_size=9) | st.none(), max_size=5).map(
    msgpack.packb
)
EPOCH, BOOT = b"epoch--1", b"boot---1"


@st.composite
def any_batch(draw: st.DrawFn) -> Batch:
    first = draw(st.integers(1, 2**40))
    present = draw(st.lists(st.booleans(), min_size=1, max_size=40))
    missing = Ranges((first + at, first + at) for at, is_there in enumerate(present) if not is_there)
    bodies = [draw(BODY) for is_there in present if is_there]
    lane, backlog = draw(st.sampled_from(Lane)), draw(st.booleans())
    return Batch(draw(EIGHT), draw(EIGHT), lane, first, first + len(present) - 1, bodies, tuple(missing), backlog)


def _reads(count: int) -> list[bytes]:
    place = Place(51_500_000, -120_000, 900)
    return [
        encode(Read(Moment(1000 + n, 1_764_000_000_000, Clock.NTP), "front", f"AB{n:02} CDE", n, 900, place))
        for n in range(count)
    ]


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


@given(any_batch())
def test_a_batch_comes_back_as_it_was(batch: Batch) -> None:  # [proto-2.1] [proto-2.2] [proto-2.5]
    message = batches.encode(batch)
    assert batches.decode(message) == batch
    assert batches.coverage(message) == (batch.epoch, batch.lane, batch.first, batch.last)
    numbered = list(batch.numbered())
    assert [body for _, body in numbered] == list(batch.bodies)
    assert [n for n, _ in numbered] == [n for n in range(batch.first, batch.last + 1) if n not in Ranges(batch.absent)]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_batch_or_a_frame_error(message: bytes) -> None:  # [proto-2.13]
    batches.coverage(message)
    try:
        batches.decode(message)
    except FrameError:
        return


@given(any_batch(), st.data())
def test_a_changed_byte_gives_a_batch_or_a_frame_error(batch: Batch, draw: st.DataObject) -> None:  # [proto-2.13]
    message = bytearray(batches.encode(replace(batch, bodies=batch.bodies)))
    for _ in range(draw.draw(st.integers(1, 3))):
        message[draw.draw(st.integers(0, len(message) - 1))] = draw.draw(st.integers(0, 255))
    try:
        batches.decode(bytes(message))
    except FrameError:
        return


JUNK = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=12)
)


@given(
    st.dictionaries(
        st.sampled_from(["epoch", "boot", "lane", "first", "last", "flags", "absent", "payload"]),
        JUNK | st.lists(JUNK, max_size=4),
        min_size=1,
    )
)
def test_an_envelope_of_other_types_is_a_batch_or_a_frame_error(changed: dict[str, object]) -> None:  # [proto-2.13]
    try:
        batch = batches.decode(_envelope(**changed))
    except FrameError:
        return
    assert type(batch.first) is type(batch.last) is int
    assert len(batch.epoch) == len(batch.boot) == 8


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 0}, {"version": 2}, {"version": True}, {"version": 1.0}, {"version": "1"}, {"version": None},
        {"epoch": b"seven--"}, {"epoch": "epoch--1"}, {"epoch": None}, {"boot": b"nine-----"}, {"boot": 1},
        {"lane": 6}, {"lane": -1}, {"lane": True}, {"lane": 2.0}, {"lane": "read"},
        {"first": 0}, {"first": 8}, {"first": True}, {"first": 7.0}, {"first": -7}, {"last": 6}, {"last": 8}, {"last": True, "first": 1},
        {"first": MAX_NUMBER + 1, "last": MAX_NUMBER + 1}, {"first": 2**64 - 1, "last": 2**64 - 1},
        {"first": 1, "last": 2**32 + 1, "absent": [2, 2**32 + 1]},
        {"flags": -1}, {"flags": 256}, {"flags": True}, {"flags": 2},
        {"absent": [7, 7]}, {"absent": [6, 6]}, {"absent": [8, 8]}, {"absent": [7]}, {"absent": [9, 8]}, {"last": 8, "absent": [6, 6]}, {"last": 8, "absent": [9, 9]}, {"absent": 0}, {"absent": ""},
        {"absent": False}, {"absent": {}}, {"absent": [True, 1]}, {"absent": [1.0, 2.0]}, {"absent": ["a", "b"]},
        {"payload": b""}, {"payload": b"\x01\x01"}, {"payload": "a"}, {"payload": None}, {"payload": b"\xc1"}, {"payload": b"\x92\x01"},
    ],
)  # fmt: skip
def test_no_such_envelope(changed: dict[str, object]) -> None:  # [proto-2.2] [proto-2.3] [proto-2.4] [proto-2.5]
    with pytest.raises(FrameError):
        batches.decode(_envelope(**changed))


def test_the_sound_envelope_is_sound() -> None:
    assert batches.decode(_envelope()) == Batch(EPOCH, BOOT, Lane.READ, 7, 7, [b"\x01"])
    assert batches.decode(_envelope(last=8, absent=[8, 8])).absent == ((8, 8),)


def test_fields_and_flags_of_a_later_version_are_let_by() -> None:  # [proto-2.9] [proto-2.10]
    sound = batches.decode(_envelope())
    later = msgpack.unpackb(_envelope())
    assert batches.decode(_message(*later, "new", {"a": 1})) == sound
    assert batches.decode(_envelope(flags=0b1111_1100)) == sound
    assert batches.decode(_envelope(flags=0b1111_1101)) == replace(sound, backlog=True)


def test_a_long_payload_is_compressed_and_a_short_one_is_not() -> None:  # [proto-2.7] [proto-2.9]
    reads = _reads(100)
    flags, _, payload = msgpack.unpackb(batches.encode(Batch(EPOCH, BOOT, Lane.READ, 1, 100, reads, backlog=True)))[6:]
    assert flags == 3
    assert zstandard.ZstdDecompressor().decompress(payload) == b"".join(reads)
    flags, _, payload = msgpack.unpackb(batches.encode(Batch(EPOCH, BOOT, Lane.READ, 1, 1, reads[:1])))[6:]
    assert (flags, payload) == (0, reads[0])


def test_a_hundred_reads_take_at_most_25_bytes_each() -> None:
    assert len(batches.encode(Batch(EPOCH, BOOT, Lane.READ, 1, 100, _reads(100)))) <= 2_500


def test_a_dropped_stretch_is_one_empty_batch() -> None:  # [proto-2.6]
    dropped = Batch(EPOCH, BOOT, Lane.IMAGE, 1, 2**32, [], ((1, 2**32),))
    assert batches.decode(batches.encode(dropped)) == dropped
    assert list(dropped.numbered()) == []


def test_the_most_scattered_batch_fits_the_limits() -> None:  # [proto-2.6]
    holes = tuple((n, n) for n in range(1, 2 * MAX_BATCH_EVENTS + 2, 2))
    batch = Batch(EPOCH, BOOT, Lane.READ, 1, 2 * MAX_BATCH_EVENTS + 1, [b"\x01"] * MAX_BATCH_EVENTS, holes)
    assert len(holes) * 2 == batches.MAX_ABSENT == 2050
    assert batches.decode(batches.encode(batch)) == batch
    with pytest.raises(FrameError):
        batches.decode(
            _envelope(first=1, last=3000, absent=[n for pair in ((n, n) for n in range(1, 2054, 2)) for n in pair])
        )


def test_more_events_than_the_limit_are_refused_at_both_ends() -> None:  # [proto-2.6]
    batch = Batch(EPOCH, BOOT, Lane.READ, 1, MAX_BATCH_EVENTS, [b"\x01"] * MAX_BATCH_EVENTS)
    assert batches.decode(batches.encode(batch)) == batch
    with pytest.raises(FrameError):
        batches.encode(replace(batch, last=MAX_BATCH_EVENTS + 1, bodies=[*batch.bodies, b"\x01"]))
    with pytest.raises(FrameError, match="too many"):
        batches.decode(_envelope(first=1, last=1025, payload=b"\x01" * 1025))


def test_a_batch_whose_bodies_do_not_fit_its_coverage_is_never_written() -> None:  # [proto-2.5]
    for last, absent in ((1, ()), (3, ()), (2, ((1, 1),))):
        with pytest.raises(FrameError, match="miscounted"):
            batches.encode(Batch(EPOCH, BOOT, Lane.READ, 1, last, [b"\x01", b"\x02"], absent))


def test_a_message_has_at_most_8192_bytes() -> None:  # [proto-2.1]
    noise = bytes((n * n * 31 + n // 7) % 251 for n in range(2000))
    bodies = [msgpack.packb([bytes(b ^ (n * 37 % 256) for b in noise)]) for n in range(4)]
    fits = Batch(EPOCH, BOOT, Lane.READ, 1, 3, bodies[:3])
    assert batches.decode(batches.encode(fits)) == fits
    with pytest.raises(FrameError, match="too long"):
        batches.decode(b"\x99" + b"\x00" * MAX_BATCH_BYTES)
    stored = _envelope(payload=msgpack.packb(b"x" * 2040))
    assert batches.decode(stored).bodies == [msgpack.packb(b"x" * 2040)]


def test_incompressible_bodies_beyond_the_limit_are_not_written() -> None:  # [proto-2.1]
    state, noise = 1, bytearray()
    while len(noise) < 10_000:  # a linear congruential generator: enough that zstd finds nothing
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        noise += struct.pack("<I", state >> 32)
    bodies = [msgpack.packb(bytes(noise[at : at + 2000])) for at in range(0, 10_000, 2000)]
    with pytest.raises(FrameError, match="too long"):
        batches.encode(Batch(EPOCH, BOOT, Lane.READ, 1, 5, bodies))


def test_a_body_over_2048_bytes_makes_no_batch() -> None:
    with pytest.raises(FrameError, match="body too long"):
        batches.decode(_envelope(payload=msgpack.packb(b"x" * 2046)))


def test_unpacked_at_most_64_kib_at_both_ends() -> None:  # [proto-2.8]
    body = msgpack.packb(b"\x00" * 2044)
    count = MAX_UNPACKED_BYTES // len(body)
    fits = Batch(EPOCH, BOOT, Lane.READ, 1, count, [body] * count)
    assert batches.decode(batches.encode(fits)) == fits
    with pytest.raises(FrameError):
        batches.encode(replace(fits, last=count + 1, bodies=[body] * (count + 1)))
    frame = zstandard.ZstdCompressor().compress(body * (count + 1))
    with pytest.raises(FrameError, match="payload size"):
        batches.decode(_envelope(last=7 + count, flags=2, payload=frame))


def test_nesting_inside_a_body_is_the_body_s_own_affair_or_refused() -> None:  # [proto-2.13]
    for depth in (10, 1000, 2000):
        try:
            batch = batches.decode(_envelope(payload=b"\x91" * depth + b"\x01"))
        except FrameError:
            continue
        assert len(batch.bodies) == 1


def test_coverage_is_known_though_the_bodies_are_damaged() -> None:  # [proto-2.14]
    assert batches.coverage(_envelope(payload=b"\xc1", last=9)) == (EPOCH, Lane.READ, 7, 9)
    assert batches.coverage(_envelope(version=2)) is None
    assert batches.coverage(_envelope(lane=9)) is None
    assert batches.coverage(b"") is None


def test_no_repr_shows_a_body() -> None:
    assert "ZZ99" not in repr(Batch(EPOCH, BOOT, Lane.READ, 1, 1, [b"ZZ99 ZZZ"]))
