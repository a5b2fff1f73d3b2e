"""A batch <-> one MQTT message of at most 8 kB: a plain envelope with its coverage, and the bodies, compressed when shorter. [proto-2]

`[version, epoch, boot, lane, first, last, flags, absent, bodies]`. `absent` names the numbers inside first..last that were
dropped; every other number of the coverage has its body, in order. A message that is no batch is a FrameError.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgpack
import zstandard

from proto.errors import FrameError
from proto.events import MAX_BODY_BYTES
from proto.lanes import Lane
from proto.ranges import MAX_NUMBER, Range, Ranges, from_flat

VERSION: Final = 1
MAX_BATCH_BYTES: Final = 8192
MAX_BATCH_EVENTS: Final = 1024
MAX_UNPACKED_BYTES: Final = 64 * 1024  # a hostile batch may not grow beyond this
MAX_COVERAGE: Final = 2**32  # numbers; a drop of a whole quota is one range
EPOCH_BYTES: Final = 8
BOOT_BYTES: Final = 8

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
    bodies: Sequence[bytes]
    absent: tuple[Range, ...] = ()
    backlog: bool = False

    def numbered(self) -> Iterator[tuple[int, bytes]]:
        """(number, body) of every event present."""
        numbers = (n for first, last in Ranges(self.absent).gaps(self.first, self.last) for n in range(first, last + 1))
        return zip(numbers, self.bodies, strict=True)


def encode(batch: Batch) -> bytes:
    """The message. Raises FrameError when it exceeds MAX_BATCH_BYTES: send fewer events."""
    plain = b"".join(batch.bodies)
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
    epoch, boot, lane, first, last, flags, absent, payload = _envelope(message)
    missing = _absent(absent, first, last)
    count = last - first + 1 - missing.count()
    if count > MAX_BATCH_EVENTS:
        raise FrameError("too many events")
    bodies = _bodies(_plain(payload, flags))
    if len(bodies) != count:
        raise FrameError("events miscounted")
    return Batch(epoch, boot, lane, first, last, bodies, tuple(missing), bool(flags & _BACKLOG))


def coverage(message: bytes) -> tuple[bytes, Lane, int, int] | None:
    """Epoch, lane, first and last of a batch whose envelope can be read though its bodies cannot; else None."""
    try:
        epoch, _, lane, first, last, *_ = _envelope(message)
    except FrameError:
        return None
    return epoch, lane, first, last


def _envelope(message: bytes) -> tuple[bytes, bytes, Lane, int, int, int, Any, bytes]:
    if len(message) > MAX_BATCH_BYTES:
        raise FrameError("batch too long")
    match _unpacked(message):
        case [int(version), *_] if version != VERSION:
            raise FrameError("unknown version")
        case [_, bytes(epoch), bytes(boot), int(lane), int(first), int(last), int(flags), absent, bytes(payload), *_]:
            if len(epoch) != EPOCH_BYTES or len(boot) != BOOT_BYTES or lane not in _LANES or not 0 <= flags < 256:
                raise FrameError("envelope invalid")
            if not 1 <= first <= last <= MAX_NUMBER or last - first >= MAX_COVERAGE:
                raise FrameError("coverage invalid")
            return epoch, boot, Lane(lane), first, last, flags, absent, payload
    raise FrameError("not a batch")


def _unpacked(message: bytes) -> Any:
    try:
        return msgpack.unpackb(message)
    except (ValueError, msgpack.UnpackException) as error:
        raise FrameError("not msgpack") from error


def _absent(flat: object, first: int, last: int) -> Ranges:
    try:
        missing = from_flat(flat or [])
    except ValueError as error:
        raise FrameError("absences invalid") from error
    if len(missing) and not (first <= next(iter(missing))[0] and missing.last <= last):
        raise FrameError("absences invalid")
    return missing


def _plain(payload: bytes, flags: int) -> bytes:
    if not flags & _ZSTD:
        return payload
    try:
        if not 0 <= zstandard.frame_content_size(payload) <= MAX_UNPACKED_BYTES:
            raise FrameError("payload too long")
        return zstandard.ZstdDecompressor().decompress(payload)
    except zstandard.ZstdError as error:
        raise FrameError("payload damaged") from error


def _bodies(plain: bytes) -> list[bytes]:
    unpacker = msgpack.Unpacker(max_buffer_size=MAX_UNPACKED_BYTES)
    unpacker.feed(plain)
    bodies, start = [], 0
    while start < len(plain):
        try:
            unpacker.skip()
        except (ValueError, msgpack.UnpackException) as error:
            raise FrameError("bodies damaged") from error
        end = unpacker.tell()
        if end - start > MAX_BODY_BYTES:
            raise FrameError("body too long")
        bodies.append(plain[start:end])
        start = end
    return bodies


_LANES: Final = frozenset(map(int, Lane))
