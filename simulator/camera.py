"""What passes in view of a camera -> the bytes it says, in its own dialect, with the reading it holds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from drivers.anpr import dialect
from drivers.readings import Junk, PlateSeen
from simulator.ocr import recognise

LINE_END: Final = b"\r\n"


@dataclass(frozen=True, slots=True)
class CameraSetting:
    """One camera of the car: its port's name and its dialect. ValueError, a sentence: the template is none of the dialect's."""

    name: str
    dialect: str
    template: str | None = None
    tcp_port: int | None = None
    """Of this machine, at which it listens; None: it is on a serial line."""

    def __post_init__(self) -> None:
        dialect(self.dialect, self.template)


class Camera:
    """One camera at work. Its clock is right, unless it is told otherwise, and keeps UTC, which most frames do not say."""

    def __init__(self, setting: CameraSetting, number: int, start: datetime) -> None:
        self.port = setting.name
        self._number = f"{number:02}"
        self._start = start.replace(tzinfo=None)
        self._dialect = dialect(setting.dialect, setting.template)

    def says(self, vrm: str, at_s: float, confidence: float | None = None, shift: timedelta | None = None) -> bytes:
        """The frame of one read, `at_s` seconds after the start; `shift`: how far the camera's clock is ahead."""
        at = self._start + timedelta(seconds=at_s)
        if shift is not None:
            at += shift
        return self._dialect.encode(PlateSeen(vrm, confidence, self._number, at))


def gap(setting: CameraSetting) -> bytes:
    """What must come between noise or half a frame and a whole frame, lest they stick together: b"", or a line's end.

    Half a frame and a whole one are tried on the dialect: one whose frames have an end and no beginning loses the second.
    """
    vrm, when = "AB12CDE", datetime(2026, 1, 1)  # noqa: DTZ001 - the face of a camera's clock
    speaker = dialect(setting.dialect, setting.template)
    half, whole = (speaker.encode(PlateSeen(said, None, "01", when)) for said in ("Z999ZZZ", vrm))
    found = dialect(setting.dialect, setting.template).feed(half[: len(half) // 2] + whole)
    return b"" if any(not isinstance(each, Junk) and each.vrm == vrm for each in found) else LINE_END


def look(vrm: str, *, misreads: bool, chance: Random) -> tuple[str, float | None]:
    """The VRM as said and its confidence; without misreads it is the true one, and nothing is said of confidence."""
    return recognise(vrm, chance) if misreads else (vrm, None)
