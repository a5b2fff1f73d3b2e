"""The words for what goes wrong -> how each is written, whom it befalls, and what becomes of the bytes. The whole table."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

GPS_PORT: Final = "gps"

Layer = Literal["line", "plate", "clock", "broker", "link", "power"]
"""Where it happens: on the line, in the camera's eye, in a device's clock, beyond the car, in its battery."""


@dataclass(frozen=True, slots=True)
class Word:
    """One kind of fault."""

    truth: str
    """What truth.jsonl calls a read that it hit."""
    spoil: Callable[[bytes, Random], bytes]
    """Frame -> what is said in its place; b"" is silence."""
    about: str
    layer: Layer = "line"
    form: str = "front 2s"
    """An example of what follows the word."""
    shape: re.Pattern[str] = re.compile(r"(?P<port>\S+)\s+(?P<lasting>\S+)")
    """What may follow the word. Without `lasting` it goes on to the end."""
    devices: Literal["cameras", "receiver", "all"] = "all"
    """Who may have it."""
    babbles: bool = False
    """Whether noise fills the line all the time."""
    leaves_rest: bool = False
    """Whether the line holds, at its end, what would spoil the next frame of a dialect without a beginning."""
    unplugs: bool = False
    """Whether the port itself is gone meanwhile."""


def _nothing(_frame: bytes, _chance: Random) -> bytes:
    return b""


def _noise(frame: bytes, chance: Random) -> bytes:
    return chance.randbytes(len(frame))


def _half(frame: bytes, _chance: Random) -> bytes:
    return frame[: len(frame) // 2]


def _whole(frame: bytes, _chance: Random) -> bytes:
    return frame


_LASTING: Final = r"(?:\s+(?P<lasting>\S+))?"
_CLOCK: Final = re.compile(rf"(?P<port>\S+)\s+(?P<shift>[+-]\S+){_LASTING}")
_ROLLOVER: Final = re.compile(rf"(?P<port>\S+){_LASTING}")
_DOWN: Final = re.compile(r"down\s+(?P<lasting>\S+)")
_LINK: Final = re.compile(
    rf"(?=\d)(?:(?P<kbit>\d{{1,7}})kbit)?(?:(?:(?<=kbit)\s+|(?<!kbit))(?P<loss>\d{{1,2}})%\s+loss)?{_LASTING}"
)
_CUT: Final = re.compile(r"cut")

WORDS: Final[dict[str, Word]] = {
    "unplug": Word("unplug", _nothing, "the port is gone, and comes back under the same name", unplugs=True),
    "noise": Word("noise", _noise, "the line carries nothing but noise, at full speed", babbles=True, leaves_rest=True),
    "half-lines": Word("cut", _half, "every frame ends half-way", leaves_rest=True),
    "silence": Word("silence", _nothing, "the device says nothing, the port stays"),
    "stuck-plate": Word(
        "stuck-plate", _whole, "the camera says its last plate again, whatever passes", "plate", devices="cameras"
    ),
    "clock": Word(
        "clock", _whole, "the device's clock is wrong: +10y, -62m, +3d; TIME may follow", "clock", "front +10y", _CLOCK
    ),
    "rollover": Word(
        "rollover",
        _whole,
        "the receiver's date is 1,024 weeks back; TIME may follow",
        "clock",
        "gps",
        _ROLLOVER,
        "receiver",
    ),
    "broker": Word("broker", _whole, "the broker's port is closed to the car", "broker", "down 30s", _DOWN),
    "link": Word(
        "link",
        _whole,
        "the car's link is thin, or loses packets, or both; TIME may follow",
        "link",
        "128kbit 20% loss",
        _LINK,
    ),
    "power": Word(
        "power", _whole, 'a line {"power_cut": true} asks whoever runs the daemon to kill it', "power", "cut", _CUT
    ),
}
