"""The last audit event that headquarters holds of an epoch <-> `head` (down): either end sees when the other lost some. [proto-11.4]"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import msgpack

from proto import fields
from proto.batches import VERSION
from proto.chain import Link
from proto.control import MAX_CONTROL_BYTES
from proto.errors import FrameError
from proto.ranges import MAX_NUMBER

MAX_HEADS: Final = 64  # in one message


@dataclass(frozen=True, slots=True)
class Head:
    """Of an epoch's lane audit: the last number that is stored, and the link of its body."""

    epoch: bytes
    last: int
    link: Link = field(repr=False)


def encode_heads(heads: Iterable[Head]) -> bytes:
    """[version, [[epoch, last, link], ...]]. Raises FrameError beyond MAX_HEADS."""
    said = [[head.epoch, head.last, head.link] for head in heads]
    if len(said) > MAX_HEADS:
        raise FrameError("too many heads")
    message: bytes = msgpack.packb([VERSION, said])
    return message


def decode_heads(message: bytes) -> list[Head]:
    """What `encode_heads` made. Raises FrameError on anything else."""
    if len(message) > MAX_CONTROL_BYTES:
        raise FrameError("message too long")
    try:
        parts: object = msgpack.unpackb(message, max_array_len=MAX_HEADS)
    except (ValueError, msgpack.UnpackException) as error:
        raise FrameError("not msgpack") from error
    match parts:
        case [version, list(heads), *_] if type(version) is int and version == VERSION:
            return [_head(head) for head in heads]
    raise FrameError("not heads")


def _head(parts: object) -> Head:
    match parts:
        case [epoch, last, link, *_]:
            return Head(fields.epoch(epoch), fields.number(last, 1, MAX_NUMBER), fields.link(link))
    raise FrameError("not a head")
