"""STX/ETX frames of AxxonSoft Auto Intellect -> `PlateSeen`, one a frame.

    +-----+----------------+----+----------+-----+
    | 02  | YYYYMMDDHHMMSS | CC | plate    | 03  |
    +-----+----------------+----+----------+-----+
    byte 0  1               15   17          last

Contiguous ASCII. CC is the camera's two-digit number (not a country). `Not defined` stands in place of a plate that
could not be read. There is no checksum and no confidence, and the zone of the time is not stated.
Source: AxxonSoft Auto Intellect's description of its serial output; tried on no real device yet.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from drivers.dialect import Guard, LineSettings
from drivers.readings import Junk, PlateSeen, Reason

STX, ETX = b"\x02", b"\x03"
MAX_PLATE = 24  # twice the longest canonical key; a longer one is no plate of any country
MAX_FRAME = 1 + 14 + 2 + MAX_PLATE + 1
NO_PLATE = "Not defined"

_FRAME = re.compile(rb"\x02(\d{8})(\d{6})(\d\d)([ -~]{1,%d})\x03" % MAX_PLATE)
_UNKNOWN_TIME = "0" * 14  # no date of any calendar, so it is read back as unknown
_ALPHANUMERIC = re.compile(r"[0-9A-Za-z]")


class Axxon:
    """One camera server's line."""

    name: ClassVar[str] = "axxon"
    about: ClassVar[str] = "AxxonSoft Auto Intellect: STX, time, camera number, plate, ETX"
    line: ClassVar[LineSettings] = LineSettings()
    checksum: ClassVar[Guard | None] = None
    greeting: ClassVar[bytes] = b""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes, /) -> list[PlateSeen | Junk]:
        """Whole frames at the speed of one regular expression; only what lies between them is looked at closely."""
        buffer = self._held + data
        found: list[PlateSeen | Junk] = []
        done = 0
        for frame in _FRAME.finditer(buffer):
            start, end = frame.span()
            if start > done:
                found.extend(_explain(buffer[done:start]))
            found.append(_reading(frame))
            done = end
        held_from = _open_frame(buffer, done)
        found.extend(_explain(buffer[done:held_from]))
        self._held = buffer[held_from:]
        return found

    def close(self) -> list[PlateSeen | Junk]:
        held, self._held = self._held, b""
        return [Junk(held, "cut off")] if held else []

    def encode(self, reading: PlateSeen, /) -> bytes:
        """ValueError: no two-digit camera number, or a plate that is not 1 to 24 printable ASCII characters."""
        at = _UNKNOWN_TIME if reading.camera_at is None else f"{reading.camera_at:%Y%m%d%H%M%S}".zfill(14)
        frame = f"\x02{at}{reading.camera or ''}{reading.vrm}\x03".encode()
        if reading.camera is None or len(reading.camera) != 2 or not _FRAME.fullmatch(frame):
            raise ValueError("an axxon frame needs a two-digit camera number and a plate of 1 to 24 ASCII characters")
        return frame


def _reading(frame: re.Match[bytes]) -> PlateSeen | Junk:
    vrm = frame[4].decode("ascii")
    if vrm == NO_PLATE or not _ALPHANUMERIC.search(vrm):
        return Junk(frame[0], "no plate")
    return PlateSeen(vrm, None, frame[3].decode("ascii"), _time(frame))


def _time(frame: re.Match[bytes]) -> datetime | None:
    """None for a date that is in no calendar: a camera with a dead clock still reads plates."""
    try:
        return datetime.fromisoformat(f"{frame[1].decode('ascii')}T{frame[2].decode('ascii')}")
    except ValueError:
        return None


def _open_frame(buffer: bytes, done: int) -> int:
    """Where a frame begins that more bytes may still complete; the buffer's end when there is none."""
    start = buffer.rfind(STX, done)
    if start < 0 or buffer.find(ETX, start) >= 0 or len(buffer) - start >= MAX_FRAME:
        return len(buffer)
    return start


def _explain(gap: bytes) -> Iterator[Junk]:
    """The bytes between two good frames, cut where frames begin and end, each piece with its reason."""
    noise, *frames = gap.split(STX)
    if noise:
        yield Junk(noise, "noise")
    for frame in frames:
        body, etx, rest = frame.partition(ETX)
        yield Junk(STX + body + etx, _reason(body, ended=bool(etx)))
        if rest:
            yield Junk(rest, "noise")


def _reason(body: bytes, *, ended: bool) -> Reason:
    if len(body) > MAX_FRAME - 2:
        return "too long"
    if not ended:
        return "cut off"
    if not body[:16].isdigit() or len(body) < 16:
        return "bad field"
    return "bad plate" if len(body) > 16 else "no plate"
