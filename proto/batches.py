"""A batch <-> one MQTT message of at most 8 kB: a plain envelope with its coverage, and the bodies, compressed when shorter. [proto-2]

`[version, epoch, boot, lane, first, last, flags, absent, bodies]`. `absent` names the numbers inside first..last that were
dropped; every other number of the coverage has its body, in order. A message that is no batch is a FrameError.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import msgpack
import zstandard

from proto.errors import FrameError
from proto.events import MAX_BODY_BYTES
from proto.fields import EPOCH_BYTES as EPOCH_BYTES
from proto.fields import epoch as eight
from proto.fields import number
from proto.lanes import Lane
from proto.ranges import MAX_NUMBER, Range, Ranges, from_flat

VERSION: Final = 1
MAX_BATCH_BYTES: Final = 8192
MAX_BATCH_EVENTS: Final = 1024
MAX_UNPACKED_BYTES: Final = 64 * 1024  # a hostile batch may not grow beyond this
MAX_ABSENT: Final = 2 * (MAX_BATCH_EVENTS + 1)  # first and last of a range before, between and after the events
MAX_COVERAGE: Final = 2**32  # numbers; a drop of a whole quota is one range
BOOT_BYTES: Final = EPOCH_BYTES

_BACKLOG: Final = 1
_ZSTD: Final = 2
_LEVEL: Final = 3  # level 1 costs 4 % more bytes, level 9 four times the time for 2 % fewer


@dataclass(frozen=True, slots=True)
class Batch:
    """Events of one lane of one epoch: numbers first..last, those not `absent` with their bodies in order."""

    epoch: bytes
    boot: bytes
    lane: Lane
    first: int
    last: int
    bodies: Sequence[bytes] = field(repr=False)
    absent: tuple[Range, ...] = ()
    backlog: bool = False

    def numbered(self) -> Iterator[tuple[int, bytes]]:
        """(number, body) of every event present."""
        numbers = (n for first, last in Ranges(self.absent).gaps(self.first, self.last) for n in range(first, last + 1))
        return zip(numbers, self.bodies, strict=True)


def encode(batch: Batch) -> bytes:
    """The message. Raises FrameError when it exceeds MAX_BATCH_BYTES or another limit of `decode`: send fewer events."""
    if len(batch.bodies) != batch.last - batch.first + 1 - sum(last - first + 1 for first, last in batch.absent):
        raise FrameError("events miscounted")
    plain = b"".join(batch.bodies)
    if len(plain) > MAX_UNPACKED_BYTES or len(batch.bodies) > MAX_BATCH_EVENTS:
        raise FrameError("batch too long")
    shorter = zstandard.ZstdCompressor(level=_LEVEL).compress(plain)
    flags = _BACKLOG if batch.backlog else 0
    if len(shorter) < len(plain):
        flags, plain = flags | _ZSTD, shorter
    absent = [number for pair in batch.absent for number in pair] or None
    message = msgpack.packb(
        (VERSION, batch.epoch, batch.boot, int(batch.lane), batch.first, batch.last, flags, absent, plain)
    )
    if len(message) > MAX_BATCH_BYTES:
        raise FrameError("batch too long")
    assert isinstance(message, bytes)
    return message


def decode(message: bytes) -> Batch:
    """The batch of a message; its bodies are cut apart but not looked into. Raises FrameError on anything else."""
    envelope, flags, absent, payload = _opened(message)
    missing = _absent(absent, envelope.first, envelope.last)
    count = envelope.last - envelope.first + 1 - missing.count()
    if count > MAX_BATCH_EVENTS:
        raise FrameError("too many events")
    bodies = split(_plain(payload, flags), count)
    return replace(envelope, bodies=bodies, absent=tuple(missing), backlog=bool(flags & _BACKLOG))


def coverage(message: bytes) -> tuple[bytes, Lane, int, int] | None:
    """Epoch, lane, first and last of a batch whose envelope can be read though its bodies cannot; else None."""
    try:
        envelope, *_ = _opened(message)
    except FrameError:
        return None
    return envelope.epoch, envelope.lane, envelope.first, envelope.last


def _opened(message: bytes) -> tuple[Batch, int, object, bytes]:
    """The envelope as a batch without bodies, the flags, the absences and the payload."""
    match _unpacked(message):
        case [version, *_] if type(version) is not int or version != VERSION:
            raise FrameError("unknown version")
        case [_, epoch, boot, lane, first, last, flags, absent, bytes(payload), *_]:
            first = number(first, 1, MAX_NUMBER)
            last = number(last, first, min(first + MAX_COVERAGE - 1, MAX_NUMBER))
            envelope = Batch(eight(epoch), eight(boot), Lane(number(lane, 0, _LAST_LANE)), first, last, ())
            return envelope, number(flags, 0, 255), absent, payload
    raise FrameError("not a batch")


def _unpacked(message: bytes) -> object:
    if len(message) > MAX_BATCH_BYTES:
        raise FrameError("batch too long")
    try:
        # max_array_len: msgpack makes room for an array before it has seen it, at each of 1,024 depths
        parts: object = msgpack.unpackb(message, max_array_len=MAX_ABSENT)
    except (ValueError, msgpack.UnpackException) as error:
        raise FrameError("not msgpack") from error
    return parts


def _absent(flat: object, first: int, last: int) -> Ranges:
    try:
        missing = from_flat([] if flat is None else flat)
    except ValueError as error:
        raise FrameError("absences invalid") from error
    if len(missing) and not (first <= next(iter(missing))[0] and missing.last <= last):
        raise FrameError("absences invalid")
    return missing


def _plain(payload: bytes, flags: int) -> bytes:
    if not flags & _ZSTD:
        return payload
    try:
        if not 1 <= zstandard.frame_content_size(payload) <= MAX_UNPACKED_BYTES:
            raise FrameError("payload size")
        return zstandard.ZstdDecompressor().decompress(payload, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise FrameError("payload damaged") from error


def split(plain: bytes, count: int) -> list[bytes]:
    """`count` bodies that were joined without anything between them. Raises FrameError when these bytes are not that."""
    unpacker = msgpack.Unpacker(max_buffer_size=MAX_UNPACKED_BYTES)
    unpacker.feed(plain)
    bodies, start = [], 0
    try:
        for _ in range(count):
            unpacker.skip()
            end = unpacker.tell()
            bodies.append(plain[start:end])
            start = end
    except (ValueError, msgpack.UnpackException) as error:
        raise FrameError("bodies damaged") from error
    if start != len(plain):
        raise FrameError("events miscounted")
    if any(len(body) > MAX_BODY_BYTES for body in bodies):
        raise FrameError("body too long")
    return bodies


_LAST_LANE: Final = max(Lane)
