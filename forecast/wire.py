"""Boxes <-> the compact bytes that travel to the car: some 4 bytes a box. Pure Python, no numpy.

    "PF" | version 1 | day | shift | side | cell | model hash | anchor? | best | count | count x box
     2       1         v       1      v      v        8         1 [+ v*5]   v      v      di dj score

v: unsigned LEB128 varint; z: zigzag varint. day: days since 1970-01-01; shift: index in SHIFTS; side, cell: decimetres;
best: expected hits of the best box in millionths; di: columns since the box before (sorted by column, then row),
first one zigzag; dj: rows since the box before, zigzag; score: expected hits as 0..255 of the best. The layout is ours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MAGIC: Final = b"PF\x01"
SHIFTS: Final = ("all", "day", "evening", "night")
HASH_BYTES = 8
MAX_BOXES = 4096  # a district never patrols more; bounds what a damaged count can make us hold
MAX_VARINT_BYTES = 10
LEVELS = 255
MICRO = 1_000_000


class WireError(ValueError):
    """Bytes that are no forecast."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Ties the planar frame to WGS 84: the point (x_m, y_m) lies at lat_deg, lon_deg; grid north is turned clockwise by convergence_deg."""

    lat_deg: float
    lon_deg: float
    x_m: int
    y_m: int
    convergence_deg: float


@dataclass(frozen=True, slots=True)
class Box:
    """A square: lower left corner and expected target events in the shift."""

    x_m: float
    y_m: float
    expected: float


@dataclass(frozen=True, slots=True)
class Patrol:
    """What a car needs of one forecast. day: days since 1970-01-01; boxes sorted by x, then y."""

    day: int
    shift: str
    side_m: float
    cell_m: float
    model: bytes
    anchor: Anchor | None
    boxes: tuple[Box, ...]


def encode(patrol: Patrol) -> bytes:
    """The compact form. Corners must lie on multiples of cell_m, which must be whole decimetres; ValueError otherwise."""
    if len(patrol.model) != HASH_BYTES or len(patrol.boxes) > MAX_BOXES:
        raise ValueError("a model hash has 8 bytes, a forecast at most 4096 boxes")
    best = max((box.expected for box in patrol.boxes), default=0.0)
    out = bytearray(MAGIC)
    out += _varint(patrol.day) + bytes([SHIFTS.index(patrol.shift)])
    out += _varint(_whole(patrol.side_m * 10)) + _varint(_whole(patrol.cell_m * 10)) + patrol.model
    out += _anchor_bytes(patrol.anchor) + _varint(round(best * MICRO)) + _varint(len(patrol.boxes))
    i = j = 0
    for column, row, expected in sorted(
        (_whole(b.x_m / patrol.cell_m), _whole(b.y_m / patrol.cell_m), b.expected) for b in patrol.boxes
    ):
        out += _varint(_zigzag(column - i)) + _varint(_zigzag(row - j))
        out.append(round(LEVELS * expected / best) if best else 0)
        i, j = column, row
    return bytes(out)


def decode(packed: bytes) -> Patrol:
    """The forecast in the compact form; WireError for anything else."""
    if packed[:3] != MAGIC:
        raise WireError("no forecast, or one of a later version")
    reader = _Reader(packed, len(MAGIC))
    day, shift = reader.varint(), reader.byte()
    side_m, cell_m, model = reader.varint() / 10, reader.varint() / 10, reader.take(HASH_BYTES)
    anchor, best, count = _read_anchor(reader), reader.varint() / MICRO, reader.varint()
    if shift >= len(SHIFTS) or not side_m or not cell_m or count > MAX_BOXES:
        raise WireError("impossible header")
    boxes = tuple(_read_boxes(reader, count, cell_m, best))
    if reader.at != len(packed):
        raise WireError("bytes after the last box")
    return Patrol(day, SHIFTS[shift], side_m, cell_m, model, anchor, boxes)


class _Reader:
    """A cursor over bytes that raises WireError at the end."""

    __slots__ = ("at", "packed")

    def __init__(self, packed: bytes, at: int) -> None:
        self.packed, self.at = packed, at

    def take(self, count: int) -> bytes:
        self.at += count
        if self.at > len(self.packed):
            raise WireError("cut short")
        return self.packed[self.at - count : self.at]

    def byte(self) -> int:
        return self.take(1)[0]

    def varint(self) -> int:
        value = 0
        for shift in range(0, 7 * MAX_VARINT_BYTES, 7):
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise WireError("endless number")

    def zigzag(self) -> int:
        value = self.varint()
        return (value >> 1) ^ -(value & 1)


def _read_boxes(reader: _Reader, count: int, cell_m: float, best: float) -> Iterator[Box]:
    i = j = 0
    for _ in range(count):
        i, j = i + reader.zigzag(), j + reader.zigzag()
        yield Box(round(i * cell_m, 1), round(j * cell_m, 1), best * reader.byte() / LEVELS)


def _anchor_bytes(anchor: Anchor | None) -> bytes:
    if anchor is None:
        return b"\x00"
    scaled = (anchor.lat_deg * 1e7, anchor.lon_deg * 1e7, anchor.x_m, anchor.y_m, anchor.convergence_deg * 1e4)
    return b"\x01" + b"".join(_varint(_zigzag(round(value))) for value in scaled)


def _read_anchor(reader: _Reader) -> Anchor | None:
    if not reader.byte():
        return None
    lat, lon, x_m, y_m, turn = (reader.zigzag() for _ in range(5))
    return Anchor(lat / 1e7, lon / 1e7, x_m, y_m, turn / 1e4)


def _whole(value: float) -> int:
    nearest = round(value)
    if abs(value - nearest) > 1e-6:
        raise ValueError("corners and sides must be whole cells and decimetres")
    return nearest


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
