"""Lines such as `at 4s unplug front 2s` -> faults; a fault and a frame -> the bytes that are said instead.

[at TIME] WORD PORT TIME      times: 500ms, 4s, 2m; without `at`, from the start; # begins a comment
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from random import Random
from typing import Final


class FaultError(ValueError):
    """A fault that cannot be played, and the line that asks for it."""


@dataclass(frozen=True, slots=True)
class Word:
    """One kind of fault."""

    truth: str
    """What truth.jsonl calls a read that it hit."""
    spoil: Callable[[bytes, Random], bytes]
    """Frame -> what is said in its place; b"" is silence."""
    about: str
    babbles: bool = False
    """Whether noise fills the line all the time."""
    unplugs: bool = False
    """Whether the port itself is gone meanwhile."""


def _nothing(_frame: bytes, _chance: Random) -> bytes:
    return b""


def _noise(frame: bytes, chance: Random) -> bytes:
    return chance.randbytes(len(frame))


def _half(frame: bytes, _chance: Random) -> bytes:
    return frame[: len(frame) // 2]


WORDS: Final[dict[str, Word]] = {
    "unplug": Word("unplug", _nothing, "the port is gone, and comes back under the same name", unplugs=True),
    "noise": Word("noise", _noise, "the line carries nothing but noise, at full speed", babbles=True),
    "half-lines": Word("cut", _half, "every frame ends half-way"),
    "silence": Word("silence", _nothing, "the device says nothing, the port stays"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one port, from `start_s` until before `end_s` (seconds after the start)."""

    word: Word
    port: str
    start_s: float
    end_s: float


_LINE: Final = re.compile(r"(?:at\s+(\S+)\s+)?(\S+)\s+(\S+)\s+(\S+)")
_TIME: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m)")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0}


def parse(lines: Iterable[str], ports: Sequence[str]) -> tuple[Fault, ...]:
    """The faults of a file, in order of their start. FaultError names the line and the nearest right spelling."""
    faults: list[Fault] = []
    for number, text in enumerate(lines, 1):
        if line := text.partition("#")[0].strip():
            try:
                faults.append(_fault(line, ports, faults))
            except FaultError as error:
                raise FaultError(f"line {number}: {error}") from None
    return tuple(sorted(faults, key=lambda fault: fault.start_s))


def seconds(text: str) -> float:
    """`500ms`, `4s`, `2m` -> seconds. FaultError: no such time."""
    if not (found := _TIME.fullmatch(text)):
        raise FaultError(f'"{text}" is no time: write it as 500ms, 4s or 2m')
    return float(found[1]) * _SECONDS[found[2]]


def nearest(text: str, known: Iterable[str]) -> str:
    """A sentence's end that helps with a misspelt word: the nearest right one, or all of them."""
    known = list(known)
    close = get_close_matches(text, known, n=1)
    return f'did you mean "{close[0]}"?' if close else f"there are: {', '.join(known)}"


def _fault(line: str, ports: Sequence[str], earlier: Iterable[Fault]) -> Fault:
    if not (found := _LINE.fullmatch(line)):
        raise FaultError(f'"{line}" is no fault: write it as [at 4s] unplug front 2s')
    at, word, port, lasting = found.groups()
    if word not in WORDS:
        raise FaultError(f'unknown fault "{word}": {nearest(word, WORDS)}')
    if port not in ports:
        raise FaultError(f'unknown port "{port}": {nearest(port, ports)}')
    start_s = seconds(at) if at else 0.0
    fault = Fault(WORDS[word], port, start_s, start_s + seconds(lasting))
    if any(other.port == port and other.start_s < fault.end_s and start_s < other.end_s for other in earlier):
        raise FaultError(f'"{port}" already has a fault at that time')
    return fault
