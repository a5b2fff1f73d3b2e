"""Chunks in order -> what they are chunks of: one zlib stream, unpacked piece by piece within bounds, and its lines. [proto-8]"""

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

BLOCK_BYTES: Final = 256 * 1024
MAX_CONTENT_BYTES: Final = 4 << 30  # ten million entries of 400 bytes


class ContentError(ValueError):
    """The chunks are what was signed, but not what their kind must be; the text shows nothing of them."""


def unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The content in blocks of at most BLOCK_BYTES. Raises ContentError."""
    stream = zlib.decompressobj()
    total = 0
    try:
        for piece in pieces:
            rest = piece
            while rest:
                block = stream.decompress(rest, BLOCK_BYTES)
                rest = stream.unconsumed_tail
                total += len(block)
                if total > MAX_CONTENT_BYTES or stream.unused_data:
                    raise ContentError("content too long")
                yield block
    except zlib.error as error:
        raise ContentError("content damaged") from error
    if not stream.eof:
        raise ContentError("content cut short")


def lines(blocks: Iterable[bytes]) -> Iterator[str]:
    """The content's lines, without their ends. Raises ContentError when it is not UTF-8."""
    rest = b""
    try:
        for block in blocks:
            *whole, rest = (rest + block).split(b"\n")
            for line in whole:
                yield line.decode()
        if rest:
            yield rest.decode()
    except UnicodeDecodeError as error:
        raise ContentError("content not UTF-8") from error
