"""What is said about batches <-> bytes: receipt, again, refused, hello (down); held, want (up). [proto-4]

All are msgpack arrays that begin with the version. Bytes that are none are a FrameError; unknown trailing fields are let by.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgpack

from proto import fields
from proto.batches import VERSION
from proto.errors import FrameError
from proto.lanes import Lane
from proto.ranges import MAX_NUMBER, Ranges, from_flat

MAX_CONTROL_BYTES: Final = 8192
MAX_RANGES: Final = 400  # of one lane in one message: 400 * 2 * 9 bytes < 8 kB; the rest goes into the next one
MAX_REASON: Final = 64  # characters
_FRAME_BYTES: Final = 5  # an array of two, the version, an array of fewer than 65,536


@dataclass(frozen=True, slots=True)
class Held:
    """Numbers of one lane of one epoch. What is meant by them, the message's kind says."""

    epoch: bytes
    lane: Lane
    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Refused:
    """Headquarters keeps this coverage aside unread: send its rows one by one."""

    epoch: bytes
    lane: Lane
    first: int
    last: int
    reason: str


def encode_held(lanes: Iterable[Held]) -> bytes:
    """`receipt`, `again` and `held`: [version, [[epoch, lane, [first, last, ...]], ...]]. Raises FrameError when too long."""
    lanes = list(lanes)
    if any(len(held.ranges) > MAX_RANGES for held in lanes):
        raise FrameError("too many ranges")
    return _packed([VERSION, [_parts_of(held) for held in lanes]])


def decode_held(message: bytes) -> list[Held]:
    """What `encode_held` made. Raises FrameError on anything else."""
    match _parts(message):
        case [_, list(lanes), *_]:
            return [_held(lane) for lane in lanes]
    raise FrameError("not a list of ranges")


def split_held(lanes: Iterable[Held]) -> list[bytes]:
    """As many messages as it takes to say all of it within MAX_CONTROL_BYTES each."""
    messages: list[bytes] = []
    open_lanes: list[Held] = []
    size = _FRAME_BYTES
    for piece in (piece for held in lanes for piece in _pieces(held)):
        more = len(msgpack.packb(_parts_of(piece)))
        if open_lanes and size + more > MAX_CONTROL_BYTES:
            messages.append(encode_held(open_lanes))
            open_lanes, size = [], _FRAME_BYTES
        open_lanes.append(piece)
        size += more
    return [*messages, encode_held(open_lanes)] if open_lanes else messages


def encode_refused(refused: Refused) -> bytes:
    """[version, epoch, lane, first, last, reason]."""
    return _packed([VERSION, refused.epoch, refused.lane, refused.first, refused.last, refused.reason[:MAX_REASON]])


def decode_refused(message: bytes) -> Refused:
    """What `encode_refused` made. Raises FrameError on anything else."""
    match _parts(message):
        case [_, epoch, lane, first, last, str(reason), *_]:
            first = fields.number(first, 1, MAX_NUMBER)
            last = fields.number(last, first, MAX_NUMBER)
            return Refused(fields.epoch(epoch), _lane(lane), first, last, reason[:MAX_REASON])
    raise FrameError("not a refusal")


def encode_hello(session: bytes) -> bytes:
    """[version, session]: headquarters is (again) there; the session's random bytes tell one connection from the next."""
    return _packed([VERSION, session])


def decode_hello(message: bytes) -> bytes:
    """The session of a hello. Raises FrameError on anything else."""
    match _parts(message):
        case [_, bytes(session), *_]:
            return session
    raise FrameError("not a hello")


def encode_want(names: Iterable[str]) -> bytes:
    """[version, [name, ...]]: the kinds of state a car lacks and asks for."""
    return _packed([VERSION, list(names)])


def decode_want(message: bytes) -> list[str]:
    """What `encode_want` made. Raises FrameError on anything else."""
    match _parts(message):
        case [_, list(names), *_] if all(type(name) is str for name in names):
            return names
    raise FrameError("not a want")


def _parts_of(held: Held) -> list[object]:
    return [held.epoch, held.lane, held.ranges.flat()]


def _pieces(held: Held) -> Iterable[Held]:
    ranges = list(held.ranges)
    for at in range(0, len(ranges), MAX_RANGES):
        yield Held(held.epoch, held.lane, Ranges(ranges[at : at + MAX_RANGES]))


def _held(parts: object) -> Held:
    match parts:
        case [epoch, lane, list(flat), *_]:
            try:
                return Held(fields.epoch(epoch), _lane(lane), from_flat(flat))
            except ValueError as error:
                raise FrameError("ranges invalid") from error
    raise FrameError("not a lane's ranges")


def _lane(value: object) -> Lane:
    return Lane(fields.number(value, 0, max(Lane)))


def _parts(message: bytes) -> list[object]:
    if len(message) > MAX_CONTROL_BYTES:
        raise FrameError("message too long")
    try:
        # max_array_len: msgpack makes room for an array before it has seen it, at each of 1,024 depths
        parts: object = msgpack.unpackb(message, max_array_len=2 * MAX_RANGES)
    except (ValueError, msgpack.UnpackException) as error:
        raise FrameError("not msgpack") from error
    if not isinstance(parts, list) or not parts or type(parts[0]) is not int or parts[0] != VERSION:
        raise FrameError("unknown version")
    return parts


def _packed(parts: list[object]) -> bytes:
    message: bytes = msgpack.packb(parts)
    if len(message) > MAX_CONTROL_BYTES:
        raise FrameError("message too long")
    return message
