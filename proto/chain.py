"""The bodies of a vehicle's audit events, one after another -> links: each body holds the link of the body before it. [proto-11.2]"""

import hashlib
from typing import Annotated, Final

import msgpack

LINK_BYTES: Final = 16
NONE_BEFORE: Final = bytes(LINK_BYTES)
"""What the very first audit event of a vehicle holds."""
_AT: Final = 4  # behind kind, uptime, offset, clock

Link = Annotated[bytes, "link"]
"""The first LINK_BYTES of a SHA-256."""


def link_of(body: bytes) -> Link:
    """The link of a body, which the next one holds; it covers what that body holds of the one before it."""
    return hashlib.sha256(body).digest()[:LINK_BYTES]


def link_in(body: bytes) -> Link | None:
    """The link that a body holds, whatever its kind; None where there is none: unknown, or no event of lane audit."""
    unpacker = msgpack.Unpacker()
    unpacker.feed(body)
    try:
        if unpacker.read_array_header() <= _AT:
            return None
        for _ in range(_AT):
            unpacker.skip()
        held = unpacker.unpack()
    except (ValueError, msgpack.UnpackException):
        return None
    return held if type(held) is bytes and len(held) == LINK_BYTES else None
