"""What every dialect makes of bytes -> `PlateSeen`, `Fix` or `Junk`: values that are valid from birth."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

Reason = Literal[
    "noise",  # bytes outside any frame
    "cut off",  # a frame that began and never ended
    "too long",  # a frame beyond its dialect's bound
    "checksum",  # the frame's own checksum says that it is damaged
    "no checksum",  # the layout demands a checksum and the frame has none
    "bad field",  # a whole frame, with a field that is not what the layout says
    "bad plate",  # a whole frame, with a plate in letters the layout does not have
    "unsafe markup",  # XML with a document type or entities of its own: never expanded, never fetched
    "no plate",  # a whole frame, in which the camera says that it could not read
    "no fix",  # a whole frame, in which the receiver says that it does not know where it is
]
"""Why bytes are junk. The whole set: what counts junk may keep one counter a reason."""

_UTC_OFFSET = timedelta(0)


@dataclass(frozen=True, slots=True)
class PlateSeen:
    """One plate as one camera read it. Its repr shows no plate, for a repr may end in a log."""

    vrm: str = field(repr=False)
    """As the camera sent it, never empty; `proto.plates.canonical` makes the key."""
    confidence: float | None = None
    """0..1; None where the dialect has none, or no checksum that would let it be believed."""
    camera: str | None = None
    """The camera's number as the frame names it; not the name of the port."""
    camera_at: datetime | None = None
    """The face of the camera's own clock, naive on purpose: most dialects do not state its zone. UTC where one does."""
    country: str | None = None
    """As the camera names it: `NLD`, `us-ca`; its dialect says which."""
    pictures: tuple[bytes, ...] = field(default=(), repr=False)
    """JPEG files as the camera sent them, a few hundred kB: whoever does not store them lets go of them at once."""

    make: str | None = field(default=None, repr=False)
    """As the camera took the vehicle for: `Ford`, `MERCEDES-BENZ`."""
    colour: str | None = field(default=None, repr=False)
    """The same: `silver-gray`, `BLUE`."""

    def __post_init__(self) -> None:
        if not self.vrm:
            raise ValueError("a plate without letters is no reading")
        if self.confidence is not None and not 0 <= self.confidence <= 1:
            raise ValueError("a confidence lies in 0..1")


@dataclass(frozen=True, slots=True)
class Fix:
    """Where the car is, WGS 84 degrees. No fix is no `Fix`: there is no position 0, 0. Its repr shows no position."""

    lat: float = field(repr=False)
    lon: float = field(repr=False)
    at: datetime | None = None
    """The receiver's time, aware UTC; not yet judged: see `drivers.gps.dates.believable`."""
    speed_mps: float | None = None
    heading_deg: float | None = None
    """Of the movement over ground, 0 <= true north < 360; None when the receiver gives none (standing still)."""
    altitude_m: float | None = field(default=None, repr=False)
    """Above mean sea level. This, `hdop` and `satellites` may be up to 2 s older than the position."""
    hdop: float | None = None
    satellites: int | None = None
    estimated: bool = False
    """True: dead reckoning, not satellites."""

    def __post_init__(self) -> None:
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180) or self.lat == self.lon == 0:
            raise ValueError("not a position on Earth that a receiver knows")
        if self.at is not None and self.at.utcoffset() != _UTC_OFFSET:
            raise ValueError("the time of a fix is aware UTC")
        if self.speed_mps is not None and not self.speed_mps >= 0:
            raise ValueError("a speed is not negative")
        if self.heading_deg is not None and not 0 <= self.heading_deg < 360:
            raise ValueError("a heading lies in 0 <= heading < 360")


@dataclass(frozen=True, slots=True)
class Junk:
    """Bytes that are no reading, and why. Its repr shows their number only, for they may hold a plate."""

    data: bytes
    reason: Reason

    def __repr__(self) -> str:
        return f"Junk({len(self.data)} bytes, {self.reason!r})"
