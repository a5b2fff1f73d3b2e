"""PROTOCOLLED frames of Nedap ANPR -> `PlateSeen`, one a frame, a repeated frame none.

    +-------------+------------+------------+----------------+------------+-------------+
    | 89 AB CD EF | ID u32     | LEN u32    | DATA, LEN long | XOR u8     | 12 34 56 78 |
    +-------------+------------+------------+----------------+------------+-------------+
    byte 0         4            8            12               12 + LEN     13 + LEN

DATA is what the camera's template lays out (`template.py`), with or without its line end. XOR is that of all bytes before
it: it misses two flips in one column, so its readings claim less than a CRC's would. The manual leaves the byte order
open: LEN is believed in the order in which it is small, and the marks in both.

A frame that is not acknowledged comes again, with the same ID: neither a reading nor junk. We never acknowledge, for a
camera that waits for it would fall silent with us. A camera that counts from 1 again after a restart says another plate
with an old ID: that is a reading.
Source: Nedap ANPR access manual, "Protocolled".
"""

import operator
import re
import zlib
from collections.abc import Iterator
from functools import reduce
from itertools import pairwise
from typing import ClassVar, Final, Literal

from drivers.anpr.line import DEFAULT
from drivers.anpr.template import Template
from drivers.dialect import Guard, LineSettings
from drivers.readings import Junk, PlateSeen

MAX_DATA: Final = 256
HEAD: Final = b"\x89\xab\xcd\xef"
TAILS: Final = (b"\x12\x34\x56\x78", b"\x78\x56\x34\x12")
_DATA_AT: Final = 12
_AFTER: Final = 1 + 4  # XOR and tail
_HEADS: Final = (HEAD, HEAD[::-1])
_ANY_HEAD: Final = re.compile(b"|".join(map(re.escape, _HEADS)))
_ORDERS: Final[tuple[Literal["big", "little"], ...]] = ("big", "little")


class Nedap:
    """One camera's line. ValueError: a template that cannot be read back."""

    name: ClassVar[str] = "nedap"
    about: ClassVar[str] = "Nedap ANPR PROTOCOLLED: marks, number, length, the --template's line, XOR"
    line: ClassVar[LineSettings] = LineSettings()
    checksum: ClassVar[Guard | None] = "xor"
    greeting: ClassVar[bytes] = b""

    def __init__(self, template: str = DEFAULT) -> None:
        self._template = Template(template)
        self._held = b""
        self._latest = b""
        self._said = 0

    def feed(self, data: bytes, /) -> list[PlateSeen | Junk]:
        """A head begins a frame wherever it stands: DATA is text and holds none."""
        buffer = self._held + data
        heads = [head.start() for head in _ANY_HEAD.finditer(buffer)]
        held_from = len(buffer) - _part_of_a_head(buffer[heads[-1] + len(HEAD) :] if heads else buffer)
        found: list[PlateSeen | Junk] = []
        for start, end in pairwise([0, *heads, held_from]):
            piece = buffer[start:end]
            if end == held_from and _is_open(piece):
                held_from = start
            elif piece:
                found.extend(self._understood(piece))
        self._held = buffer[held_from:]
        return found

    def close(self) -> list[PlateSeen | Junk]:
        held, self._held, self._latest = self._held, b"", b""
        return [Junk(held, "cut off")] if held else []

    def encode(self, reading: PlateSeen, /) -> bytes:
        """The same reading said twice is two frames. ValueError: a plate that the template would give back as another."""
        data = self._template.write(reading)
        number = (zlib.crc32(data) + self._said) % 2**32
        self._said += 1
        frame = HEAD + number.to_bytes(4, "big") + len(data).to_bytes(4, "big") + data
        return frame + bytes([_xor(frame)]) + TAILS[0]

    def _understood(self, piece: bytes) -> Iterator[PlateSeen | Junk]:
        """All from one head to the next, or what stands before the first."""
        size = _size(piece)
        if not piece.startswith(_HEADS):
            yield Junk(piece, "noise")
        elif size is None:
            yield Junk(piece, "bad field" if len(piece) >= _DATA_AT else "cut off")
        elif len(piece) < size:
            yield Junk(piece, "cut off")
        else:
            yield from self._read(piece[:size])
            if rest := piece[size:]:
                yield Junk(rest, "noise")

    def _read(self, frame: bytes) -> Iterator[PlateSeen | Junk]:
        if _xor(frame[:-_AFTER]) != frame[-_AFTER]:
            yield Junk(frame, "checksum")
        elif not frame.endswith(TAILS):
            yield Junk(frame, "bad field")
        elif frame != self._latest:
            self._latest = frame
            start, end = self._template.start, self._template.end
            body = frame[_DATA_AT:-_AFTER].removeprefix(start).removesuffix(end).rstrip(b"\r\n")
            said = self._template.read(body, self.checksum)
            yield Junk(frame, said) if isinstance(said, str) else said


def _size(piece: bytes) -> int | None:
    """The whole frame's, as its header says; None when it is not all there or no such frame can be."""
    if len(piece) < _DATA_AT:
        return None
    lengths = (int.from_bytes(piece[8:_DATA_AT], order) for order in _ORDERS)
    return next((_DATA_AT + length + _AFTER for length in lengths if length <= MAX_DATA), None)


def _is_open(piece: bytes) -> bool:
    """Whether more bytes may complete it."""
    size = _size(piece)
    return piece.startswith(_HEADS) and (len(piece) < (size or 0) if len(piece) >= _DATA_AT else True)


def _part_of_a_head(buffer: bytes) -> int:
    """How many of the last bytes may be the beginning of a head."""
    return next((length for length in (3, 2, 1) if buffer.endswith(tuple(head[:length] for head in _HEADS))), 0)


def _xor(frame: bytes) -> int:
    return reduce(operator.xor, frame, 0)
