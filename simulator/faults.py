"""Lines such as `at 4s unplug front 2s` -> faults.

[at TIME] WORD ...      what follows is the word's: `words.py`; times: 500ms, 4s, 2m; without `at`, from the start; # begins a comment
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from math import inf
from typing import Final

from simulator.words import GPS_PORT, WORDS, Layer, Word

ROLLED_OVER: Final = timedelta(weeks=-1024)  # IS-GPS-200, 20.3.3.3.1.1: the week's number has ten bits
FARTHEST: Final = timedelta(days=36_525)  # a century: beyond it a calendar ends sooner than the patience of readers


class FaultError(ValueError):
    """A fault that cannot be played, and the line that asks for it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one port, from `start_s` until before `end_s` (seconds after the start; inf: to the end)."""

    word: Word
    port: str
    """"" when it is no port's."""
    start_s: float
    end_s: float
    shift: timedelta = timedelta(0)
    """How far a device's clock is ahead."""
    kbit: int | None = None
    """Kilobits a second that a link carries each way; None: all there are."""
    loss: float = 0.0
    """Share of a link's packets that is lost."""


_LINE: Final = re.compile(r"(?:at\s+(?P<at>\S+)\s+)?(?P<word>\S+)(?:\s+(?P<rest>.+))?")
_TIME: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m)")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0}
_SHIFT: Final = re.compile(r"([+-]\d{1,9})([smhdwy])")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_557_600}  # the last: 365.25 days


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


def active(faults: Iterable[Fault], layer: Layer, port: str, at_s: float) -> Fault | None:
    """The fault of this port and layer at `at_s`; there is at most one."""
    return next((f for f in faults if f.word.layer == layer and f.port == port and f.start_s <= at_s < f.end_s), None)


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
    found = _LINE.fullmatch(line)
    if found is None or (found["word"] in WORDS and not WORDS[found["word"]].shape.fullmatch(found["rest"] or "")):
        name = found["word"] if found else "unplug"
        raise FaultError(f'"{line}" is no fault: write it as [at 4s] {name} {WORDS[name].form}')
    if found["word"] not in WORDS:
        raise FaultError(f'unknown fault "{found["word"]}": {nearest(found["word"], WORDS)}')
    start_s = seconds(found["at"]) if found["at"] else 0.0
    fault = _told(WORDS[found["word"]], found["rest"], start_s, ports)
    if any(
        (other.word.layer, other.port) == (fault.word.layer, fault.port)
        and other.start_s < fault.end_s
        and start_s < other.end_s
        for other in earlier
    ):
        raise FaultError(f'"{fault.port or found["word"]}" already has a fault at that time')
    return fault


def _told(word: Word, rest: str, start_s: float, ports: Sequence[str]) -> Fault:
    """What follows the word, understood."""
    shaped = word.shape.fullmatch(rest)
    told: dict[str, str | None] = shaped.groupdict() if shaped else {}
    port, lasting, kbit, loss = (told.get(name) for name in ("port", "lasting", "kbit", "loss"))
    if port is not None and port not in (known := _havers(word, ports)):
        raise FaultError(f'unknown port "{port}": {nearest(port, known)}')
    if kbit is not None and int(kbit) == 0:
        raise FaultError("a link of 0kbit carries nothing: write broker down")
    if word.layer == "power":
        return Fault(word, "", start_s, start_s)
    end_s = inf if lasting is None else start_s + seconds(lasting)
    shift = _shift(told.get("shift")) if word.layer == "clock" else timedelta(0)
    return Fault(word, port or "", start_s, end_s, shift, int(kbit) if kbit else None, int(loss or 0) / 100)


def _havers(word: Word, ports: Sequence[str]) -> list[str]:
    """The ports that may have it."""
    return [port for port in ports if word.devices == "all" or (port == GPS_PORT) == (word.devices == "receiver")]


def _shift(text: str | None) -> timedelta:
    """`+10y`, `-62m` -> how far a clock is ahead; a roll-over's when nothing is said."""
    if text is None:
        return ROLLED_OVER
    found = _SHIFT.fullmatch(text)
    if found is None or abs(shift := timedelta(seconds=int(found[1]) * _UNITS[found[2]])) > FARTHEST:
        raise FaultError(f'"{text}" is no shift of a clock: write it as +10y, -62m or +3d, up to 100y')
    return shift
