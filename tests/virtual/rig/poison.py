"""Batches with certain plates in them -> what headquarters cannot read, or never sees."""

from typing import Final

import msgpack

from proto import batches, events
from proto.errors import FrameError
from proto.events import Read
from proto.lanes import BY_WORD
from simulator.numbered import number

ONE_IN: Final = 211
_BODIES: Final = 8  # of a batch's parts, the last one


class Poison:
    """`how`: "refused", "ignored" or None."""

    def __init__(self, how: str | None) -> None:
        self._how = how

    def spoil(self, topic: str, payload: bytes) -> bytes | None:
        """What arrives in place of a message."""
        if self._how is None or topic.rpartition("/")[2] not in BY_WORD:
            return payload
        if not any(is_poison(body) for body in batches.decode(payload).bodies):
            return payload
        return damaged(payload) if self._how == "refused" else None


def is_poison(body: bytes) -> bool:
    """Whether headquarters stumbles over it."""
    try:
        event = events.decode(body)
    except FrameError:
        return False
    return isinstance(event, Read) and ((number(event.vrm) or 1) % ONE_IN) == 0


def damaged(payload: bytes) -> bytes:
    """The same envelope around bodies that are none."""
    parts = msgpack.unpackb(payload)
    parts[_BODIES] = b"\xc1" * 8
    parts[6] &= ~2  # not compressed
    packed: bytes = msgpack.packb(parts)
    return packed
