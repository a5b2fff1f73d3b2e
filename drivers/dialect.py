"""What a device's language must offer -> one contract for cameras and receivers: bytes in, readings or junk out."""

from dataclasses import dataclass
from typing import ClassVar, Final, Literal, Protocol, TypeVar

from drivers.readings import Junk

R = TypeVar("R")
Guard = Literal["xor", "tcp"]

MOST_CONFIDENCE: Final[dict[Guard | None, float | None]] = {"tcp": 0.95, "xor": 0.9, None: None}
"""The most a reading may claim by what guards its bytes. TCP's sum of 16 bits rides in Ethernet's CRC of 32; an XOR of
8 bits misses two flips in one column; where nothing guards the digits of a confidence, it is not believed at all."""


def believed(confidence: float | None, guard: Guard | None) -> float | None:
    """The confidence, 0..1, that a reading has earned; None when it says none or nothing guards it."""
    most = MOST_CONFIDENCE[guard]
    return None if most is None or confidence is None else min(confidence, most)


@dataclass(frozen=True, slots=True)
class LineSettings:
    """How a serial line is set; a dialect's defaults, which the configuration may change."""

    baud: int = 9600
    bytesize: Literal[5, 6, 7, 8] = 8
    parity: Literal["N", "E", "O"] = "N"
    stopbits: Literal[1, 2] = 1


class Dialect(Protocol[R]):
    """One conversation with one device; made anew, or `close`d, for each opening of its port.

    Every byte fed is part of a reading, or counted in a `Junk`, or held back (at most a frame of them) until more
    comes. A dialect whose device also says things of no interest here names them in its docstring: they are neither.
    """

    name: ClassVar[str]
    """What the configuration and `patrol-edge decode` call it."""
    about: ClassVar[str]
    """One line for `decode --list`: whose devices speak it."""
    line: ClassVar[LineSettings]
    checksum: ClassVar[Guard | None]
    """What guards a frame: `"xor"`, its own checksum; `"tcp"`, that of the connection it comes by, for it has none. None:
    nothing, a flipped bit may pass, so no reading has a confidence."""
    greeting: ClassVar[bytes]
    """What the device must be told at each opening of its port before it speaks; b"" for most."""

    def feed(self, data: bytes, /) -> list[R | Junk]:
        """Everything that is complete with these bytes, in order. Never raises, whatever the bytes.

        A list, not a generator: a caller who stops half-way, or is cancelled, has then lost no byte.
        """
        ...

    def close(self) -> list[R | Junk]:
        """The line has ended: what was held back, as junk "cut off". The dialect is as new afterwards."""
        ...

    def encode(self, reading: R, /) -> bytes:
        """The bytes a device would send, such that `feed` gives this one reading.

        What the layout has no place for is left out; a value that does not fit its place is a ValueError.
        """
        ...
