"""What passes in view of a camera -> the bytes it says, in its own dialect, with the reading it holds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from drivers.anpr import DIALECTS
from drivers.readings import PlateSeen
from simulator.ocr import recognise


@dataclass(frozen=True, slots=True)
class CameraSetting:
    """One camera of the car: its port's name and its dialect."""

    name: str
    dialect: str


class Camera:
    """One camera at work. Its clock is right and keeps UTC, which the frame does not say."""

    def __init__(self, setting: CameraSetting, number: int, start: datetime) -> None:
        self.port = setting.name
        self._number = f"{number:02}"
        self._start = start.replace(tzinfo=None)
        self._encode: Callable[[PlateSeen], bytes] = DIALECTS[setting.dialect]().encode

    def says(self, vrm: str, at_s: float, confidence: float | None = None) -> bytes:
        """The frame of one read, `at_s` seconds after the start."""
        at = self._start + timedelta(seconds=at_s)
        return self._encode(PlateSeen(vrm, confidence, self._number, at))


def look(vrm: str, *, misreads: bool, chance: Random) -> tuple[str, float | None]:
    """The VRM as said and its confidence; without misreads it is the true one, and nothing is said of confidence."""
    return recognise(vrm, chance) if misreads else (vrm, None)
