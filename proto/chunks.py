"""Chunks and what is said about them <-> bytes: `chunk` (down); `want`, `have` (up); and the head of a file on a stick. [proto-8]

All messages are msgpack arrays that begin with the version. Bytes that are none are a FrameError.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import msgpack

from proto.batches import VERSION
from proto.control import MAX_CONTROL_BYTES
from proto.errors import FrameError
from proto.fields import number
from proto.manifest import DIGEST_BYTES, MAX_CHUNK_BYTES, MAX_CHUNKS, MAX_MANIFEST_BYTES, MAX_VERSION, is_name

MAX_ASKED: Final = 64  # chunks in one `want`
MAX_SETS: Final = 100  # in one `have`, or one `want`: 100 of the longest names are 5 kB
STICK_MAGIC: Final = b"PEDS\x01"
STICK_HEAD_BYTES: Final = len(STICK_MAGIC) + 4


@dataclass(frozen=True, slots=True)
class Chunk:
    """Chunk `n` of the set of this digest. Whether the bytes are right, its manifest says."""

    digest: bytes
    n: int
    piece: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Want:
    """What a car lacks: sets by name, to be sent whole; and chunks, by the digest of their set."""

    names: tuple[str, ...] = ()
    chunks: tuple[tuple[bytes, tuple[int, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Having:
    """A set that a car holds, and the version that it is fetching; 0: none."""

    name: str
    version: int
    coming: int = 0


def encode_chunk(chunk: Chunk) -> bytes:
    """[version, digest, n, bytes]."""
    message: bytes = msgpack.packb([VERSION, chunk.digest, chunk.n, chunk.piece])
    return message


def decode_chunk(message: bytes) -> Chunk:
    """What `encode_chunk` made. Raises FrameError on anything else."""
    match _parts(message, MAX_CHUNK_BYTES + 64):
        case [_, digest, n, bytes(piece), *_]:
            return Chunk(_digest(digest), number(n, 0, MAX_CHUNKS - 1), piece)
    raise FrameError("not a chunk")


def encode_want(want: Want) -> bytes:
    """[version, [name, ...], [[digest, [n, ...]], ...]]: a `want` of proto-4.8 with one field more."""
    chunks = [[digest, list(numbers)] for digest, numbers in want.chunks]
    message: bytes = msgpack.packb([VERSION, list(want.names), chunks])
    return message


def decode_want(message: bytes) -> Want:
    """What `encode_want` made, or a want without chunks. Raises FrameError on anything else."""
    match _parts(message, MAX_CONTROL_BYTES):
        case [_, list(names), list(chunks), *_]:
            return Want(_names(names), tuple(map(_asked, chunks)))
        case [_, list(names)]:
            return Want(_names(names))
    raise FrameError("not a want")


def encode_have(sets: Iterable[Having]) -> bytes:
    """[version, [[name, version, coming], ...]]."""
    message: bytes = msgpack.packb([VERSION, [[one.name, one.version, one.coming] for one in sets]])
    return message


def decode_have(message: bytes) -> list[Having]:
    """What `encode_have` made. Raises FrameError on anything else."""
    match _parts(message, MAX_CONTROL_BYTES):
        case [_, list(sets), *_]:
            return [_having(one) for one in sets]
    raise FrameError("not a have")


def stick_head(manifest: bytes) -> bytes:
    """How a data set's file begins: "PEDS", 1, the signed manifest's length (4 bytes, big-endian), the manifest; chunks follow."""
    return STICK_MAGIC + len(manifest).to_bytes(4, "big") + manifest


def stick_manifest_bytes(head: bytes) -> int:
    """The manifest's length by a file's first STICK_HEAD_BYTES. Raises FrameError when it is no data set's file."""
    if len(head) != STICK_HEAD_BYTES or not head.startswith(STICK_MAGIC):
        raise FrameError("not a data set's file")
    return number(int.from_bytes(head[len(STICK_MAGIC) :], "big"), 1, MAX_MANIFEST_BYTES)


def _having(parts: object) -> Having:
    match parts:
        case [str(name), version, coming, *_] if is_name(name):
            return Having(name, number(version, 0, MAX_VERSION), number(coming, 0, MAX_VERSION))
    raise FrameError("not a set")


def _names(names: list[object]) -> tuple[str, ...]:
    if not all(is_name(name) for name in names):
        raise FrameError("not a name")
    return tuple(str(name) for name in names)


def _asked(parts: object) -> tuple[bytes, tuple[int, ...]]:
    match parts:
        case [digest, list(numbers), *_]:
            return _digest(digest), tuple(number(n, 0, MAX_CHUNKS - 1) for n in numbers)
    raise FrameError("not chunks")


def _digest(value: object) -> bytes:
    if type(value) is not bytes or len(value) != DIGEST_BYTES:
        raise FrameError("not a digest")
    return value


def _parts(message: bytes, most: int) -> list[object]:
    if len(message) > most:
        raise FrameError("message too long")
    try:
        parts: object = msgpack.unpackb(message, max_array_len=MAX_SETS)
    except (ValueError, msgpack.UnpackException) as error:
        raise FrameError("not msgpack") from error
    if not isinstance(parts, list) or not parts or type(parts[0]) is not int or parts[0] != VERSION:
        raise FrameError("unknown version")
    return parts
