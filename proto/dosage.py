"""What boxes of a forecast have had from all cars <-> bytes: `dosage` (down). [proto-12]

`[version, data set, [[lat_e6, lon_e6, credit_s, ago_s], ...]]`. A box is named by its middle, so that a new version of the
forecast, whose boxes are numbered otherwise, still knows what was done.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import msgpack

from proto.batches import VERSION
from proto.control import MAX_CONTROL_BYTES
from proto.errors import FrameError
from proto.fields import number
from proto.manifest import is_name
from proto.moments import MAX_LAT_E6, MAX_LON_E6

MAX_DOSES: Final = 300  # in one message: at most 22 bytes each; the rest goes into the next one
MAX_S: Final = 86_400  # a dose of yesterday is none


@dataclass(frozen=True, slots=True)
class BoxDose:
    """One box: its middle, the seconds of dwell credited lately, and how long ago the last of them was; 0: somebody is there."""

    lat_e6: int = field(repr=False)
    lon_e6: int = field(repr=False)
    credit_s: int
    ago_s: int


@dataclass(frozen=True, slots=True)
class Dosage:
    """What has changed of one forecast. Boxes that are not named are as they were said before."""

    set: str
    doses: tuple[BoxDose, ...]


def encode_dosage(dosage: Dosage) -> bytes:
    """One message. Raises FrameError when it says too much for one."""
    if len(dosage.doses) > MAX_DOSES:
        raise FrameError("too many doses")
    doses = [[dose.lat_e6, dose.lon_e6, dose.credit_s, dose.ago_s] for dose in dosage.doses]
    message: bytes = msgpack.packb([VERSION, dosage.set, doses])
    return message


def split_dosage(name: str, doses: Sequence[BoxDose]) -> list[bytes]:
    """As many messages as it takes."""
    return [encode_dosage(Dosage(name, tuple(doses[at : at + MAX_DOSES]))) for at in range(0, len(doses), MAX_DOSES)]


def decode_dosage(message: bytes) -> Dosage:
    """What `encode_dosage` made. Raises FrameError on anything else."""
    if len(message) > MAX_CONTROL_BYTES:
        raise FrameError("message too long")
    try:
        parts = msgpack.unpackb(message, max_array_len=MAX_DOSES)
    except (ValueError, msgpack.UnpackException) as error:
        raise FrameError("not msgpack") from error
    match parts:
        case [version, name, list(doses), *_] if type(version) is int and version == VERSION and is_name(name):
            return Dosage(name, tuple(map(_dose, doses)))
    raise FrameError("not a dosage")


def _dose(parts: object) -> BoxDose:
    match parts:
        case [lat, lon, credit, ago, *_]:
            return BoxDose(
                number(lat, -MAX_LAT_E6, MAX_LAT_E6),
                number(lon, -MAX_LON_E6, MAX_LON_E6),
                number(credit, 0, MAX_S),
                number(ago, 0, MAX_S),
            )
    raise FrameError("not a dose")
