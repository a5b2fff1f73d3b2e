"""A data set's manifest <-> signed bytes: what it is, for whom, how old, and the hash of each of its chunks. [proto-8]

`[version, key id, signature, body]`; the body is
`[name, kind, version, made_ms, expires_ms, entries, size, chunk_bytes, hashes, base?, audience?]`. Who may sign is not known
here: this file reads and writes, and says which bytes are signed (Ed25519, RFC 8032).
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgpack

from proto.batches import VERSION
from proto.errors import FrameError
from proto.fields import number, text
from proto.topics import is_vehicle

MAX_CHUNK_BYTES: Final = 64 * 1024
CHUNK_BYTES: Final = (16 * 1024, 32 * 1024, MAX_CHUNK_BYTES)  # m: at 128 kbit/s a receipt waits a second behind 16 kB
MAX_CHUNKS: Final = 3_500
MAX_MANIFEST_BYTES: Final = 120_000  # below the 128 kB of the narrowest broker (AWS IoT)
MAX_AUDIENCE: Final = 256
MAX_VERSION: Final = 2**48
KEY_ID_BYTES: Final = 8
SIGNATURE_BYTES: Final = 64
PUBLIC_KEY_BYTES: Final = 32
HASH_BYTES: Final = 32
DIGEST_BYTES: Final = 16

_MAX_MS: Final = 253_402_300_799_999  # the year 9999 [proto-3.4]
_MAX_ENTRIES: Final = 2**32
_SIGNED_AS: Final = b"patrol-edge data set 1\0"  # a signature of anything else by the same key is none of ours
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_KIND: Final = re.compile(r"[a-z]{1,16}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """One version of one data set, whole (`base` None) or as what changed since version `base`.

    `made_ms`, `expires_ms`: UTC milliseconds. `entries`: of the set once it is in place. `size`: bytes of all chunks
    together. `audience`: the vehicles it is for, None for all. Checked at birth: a FrameError says what cannot be.
    """

    name: str
    kind: str
    version: int
    made_ms: int
    expires_ms: int
    entries: int
    size: int
    chunk_bytes: int
    hashes: bytes = field(repr=False)
    """SHA-256 of each chunk, one after another."""
    base: int | None = None
    audience: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if not is_name(self.name) or not _KIND.fullmatch(text(self.kind)):
            raise FrameError("name or kind invalid")
        number(self.version, 1, MAX_VERSION)
        number(self.expires_ms, number(self.made_ms, 0, _MAX_MS), _MAX_MS)
        number(self.entries, 0, _MAX_ENTRIES)
        number(self.size, 1, MAX_CHUNKS * MAX_CHUNK_BYTES)
        number(self.chunk_bytes, 1, MAX_CHUNK_BYTES)
        if type(self.hashes) is not bytes or len(self.hashes) != HASH_BYTES * number(self.chunks, 1, MAX_CHUNKS):
            raise FrameError("hashes miscounted")
        if self.base is not None:
            number(self.base, 1, self.version - 1)
        if self.audience is not None and not _is_audience(self.audience):
            raise FrameError("audience invalid")

    @property
    def chunks(self) -> int:
        """How many there are; their numbers begin at 0."""
        return -(-self.size // self.chunk_bytes)

    def length(self, n: int) -> int:
        """Bytes of chunk `n`: all are of one length but the last."""
        return min(self.chunk_bytes, self.size - n * self.chunk_bytes)

    def is_chunk(self, n: int, piece: bytes) -> bool:
        """Whether these bytes are chunk `n`."""
        return (
            0 <= n < self.chunks
            and len(piece) == self.length(n)
            and hashlib.sha256(piece).digest() == self.hashes[n * HASH_BYTES : (n + 1) * HASH_BYTES]
        )

    def is_for(self, vehicle: str) -> bool:
        """Whether this vehicle is in the audience."""
        return self.audience is None or vehicle in self.audience


@dataclass(frozen=True, slots=True)
class Signed:
    """A manifest as it travels. That the signature is right, nobody has looked at yet."""

    key_id: bytes
    signature: bytes = field(repr=False)
    body: bytes = field(repr=False)
    manifest: Manifest

    @property
    def digest(self) -> bytes:
        """16 bytes that name these chunks and no others."""
        return digest(self.body)


def is_name(name: object) -> bool:
    """Whether a data set may be named so: 1 to 32 letters, digits, hyphens and underscores; a file's stem, too."""
    return type(name) is str and _NAME.fullmatch(name) is not None


def key_id(public_key: bytes) -> bytes:
    """8 bytes that name an Ed25519 public key of 32 bytes."""
    return hashlib.sha256(public_key).digest()[:KEY_ID_BYTES]


def digest(body: bytes) -> bytes:
    """The first 16 bytes of SHA-256 of a manifest's body."""
    return hashlib.sha256(body).digest()[:DIGEST_BYTES]


def to_sign(body: bytes) -> bytes:
    """The bytes that a signature is of. [proto-8.3]"""
    return _SIGNED_AS + body


def chunk_bytes_for(size: int) -> int:
    """The shortest chunks that a set of so many bytes may be cut into. FrameError: it is too long for any."""
    for length in CHUNK_BYTES:
        if size <= length * MAX_CHUNKS:
            return length
    raise FrameError("data set too long")


def pieces(content: bytes, length: int) -> Iterator[bytes]:
    """The chunks of a content, in order."""
    return (content[at : at + length] for at in range(0, len(content), length))


def hashes_of(content: bytes, length: int) -> bytes:
    """What stands in `Manifest.hashes` for this content."""
    return b"".join(hashlib.sha256(piece).digest() for piece in pieces(content, length))


def encode_body(manifest: Manifest) -> bytes:
    """The bytes to sign."""
    m = manifest
    audience = None if m.audience is None else list(m.audience)
    parts = [m.name, m.kind, m.version, m.made_ms, m.expires_ms, m.entries, m.size, m.chunk_bytes, m.hashes]
    body: bytes = msgpack.packb([*parts, m.base, audience])
    return body


def encode_signed(key: bytes, signature: bytes, body: bytes) -> bytes:
    """The message `manifest`. Raises FrameError when it is too long, or no manifest."""
    message: bytes = msgpack.packb([VERSION, key, signature, body])
    decode_signed(message)
    return message


def decode_signed(message: bytes) -> Signed:
    """What `encode_signed` made. Raises FrameError on anything else, whatever the bytes."""
    match _unpacked(message):
        case [version, *_] if type(version) is not int or version != VERSION:
            raise FrameError("unknown version")
        case [_, bytes(key), bytes(signature), bytes(body), *_]:
            if len(key) != KEY_ID_BYTES or len(signature) != SIGNATURE_BYTES:
                raise FrameError("no signature")
            return Signed(key, signature, body, _manifest(body))
    raise FrameError("not a manifest")


def _manifest(body: bytes) -> Manifest:
    match _unpacked(body):
        case [name, kind, version, made, expires, entries, size, length, hashes, base, audience, *_]:
            named = tuple(audience) if isinstance(audience, list) else audience
            return Manifest(name, kind, version, made, expires, entries, size, length, hashes, base, named)
    raise FrameError("not a manifest")


def _unpacked(message: bytes) -> Any:  # noqa: ANN401 - whatever msgpack gives
    if len(message) > MAX_MANIFEST_BYTES:
        raise FrameError("manifest too long")
    try:
        return msgpack.unpackb(message, max_array_len=MAX_AUDIENCE)
    except (ValueError, msgpack.UnpackException) as error:
        raise FrameError("not msgpack") from error


def _is_audience(named: object) -> bool:
    return (
        type(named) is tuple
        and 1 <= len(named) <= MAX_AUDIENCE
        and all(type(name) is str and is_vehicle(name) for name in named)
    )
