"""NMEA 0183 sentences of any talker -> `Fix`, one a second from a receiver that speaks once a second.

    $GPRMC,183105.000,A,5133.00000,N,00042.50000,W,12.300,271.40,231126,,,A*hh<CR><LF>
     | |                                                                    | XOR of all between $ and *, in hex
     | three letters of type
     two of talker (P.... is a maker's own)

RMC has the last word; GGA and GSA add to it or, without an RMC, stand for it: see `rounds.py`. GGA has no date: it
takes that of an RMC within 60 s of it, or none.

The checksum is required. Neither readings nor junk are: sentences of other types with a good checksum, GGA and GSA
beside an RMC, and line ends.
Source: NMEA 0183 4.10; u-blox M8 receiver description, "Position Fix Flags in NMEA".
"""

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from drivers.dialect import Guard, LineSettings
from drivers.gps.dates import time_of_day
from drivers.gps.rounds import Rounds
from drivers.gps.sentences import fix_from_gga, fix_from_rmc, gga, hdop_from_gsa, rmc, xor
from drivers.readings import Fix, Junk, Reason

MAX_SENTENCE = 512  # the standard says 82 characters, but makers' own status sentences reach 400
_MAX_TEXT = MAX_SENTENCE - len("$*hh")

_TEXT = rb"[ -#%-)+-~]"  # printable, without the $ that begins and the * that ends
_SENTENCE = re.compile(rb"\$(%b{1,%d})\*([0-9A-Fa-f]{2})" % (_TEXT, _MAX_TEXT))
_OPEN = re.compile(rb"\$%b{0,%d}(\*[0-9A-Fa-f]?)?" % (_TEXT, _MAX_TEXT))
_BEGUN = re.compile(rb"\$%b*(\*[0-9A-Fa-f]{0,2})?" % _TEXT)
_LINE_ENDS = re.compile(rb"[\r\n]+")


class Nmea:
    """One receiver's line."""

    name: ClassVar[str] = "nmea"
    about: ClassVar[str] = "NMEA 0183 receivers: RMC, GGA, GSA of any talker, checksum required"
    line: ClassVar[LineSettings] = LineSettings()
    checksum: ClassVar[Guard | None] = "xor"
    greeting: ClassVar[bytes] = b""

    def __init__(self) -> None:
        self._held = b""
        self._rounds = Rounds()

    def feed(self, data: bytes, /) -> list[Fix | Junk]:
        """A sentence is complete with its checksum; nothing waits for the line's end."""
        buffer = self._held + data
        found: list[Fix | Junk] = []
        done = 0
        for sentence in _SENTENCE.finditer(buffer):
            start, end = sentence.span()
            found.extend(_explain(buffer[done:start]))
            found.extend(_named(sentence[0], self._understand(sentence)))
            done = end
        held_from = _open_sentence(buffer, done)
        found.extend(_explain(buffer[done:held_from]))
        self._held = buffer[held_from:]
        return found

    def close(self) -> list[Fix | Junk]:
        last = [*_named(b"", self._rounds.end()), *([Junk(self._held, "cut off")] if self._held else [])]
        self._held, self._rounds = b"", Rounds()
        return last

    def encode(self, reading: Fix, /) -> bytes:
        """An RMC, then a GGA when there is more to say: the next RMC's `Fix` has it. ValueError: rounds to 0, 0."""
        more = reading.altitude_m, reading.hdop, reading.satellites
        return rmc(reading) if more == (None, None, None) else rmc(reading) + gga(reading)

    def _understand(self, sentence: re.Match[bytes]) -> list[Fix | Reason]:
        if xor(sentence[1]) != int(sentence[2], 16):
            return ["checksum"]
        fields = sentence[1].decode("ascii").split(",")
        address = fields[0]
        if len(address) != 5 or address.startswith("P"):
            return []
        match address[2:]:
            case "RMC":
                said = fix_from_rmc(fields)
                return [said] if said == "bad field" else self._rounds.rmc(time_of_day(fields[1]), said)
            case "GGA":
                said = fix_from_gga(fields, self._rounds.dated)
                return [said] if said == "bad field" else self._rounds.gga(time_of_day(fields[1]), said)
            case "GSA":
                self._rounds.gsa(hdop_from_gsa(fields))
        return []


def _named(sentence: bytes, said: Iterable[Fix | Reason]) -> Iterator[Fix | Junk]:
    """A reason is the sentence's own; a fix may be of a sentence before it."""
    for each in said:
        yield Junk(sentence, each) if isinstance(each, str) else each


def _open_sentence(buffer: bytes, done: int) -> int:
    """Where a sentence begins that more bytes may still complete; the buffer's end when there is none."""
    start = buffer.rfind(b"$", done)
    return start if start >= 0 and _OPEN.fullmatch(buffer, start) else len(buffer)


def _explain(gap: bytes) -> Iterator[Junk]:
    """The bytes between two whole sentences, cut where sentences begin and break off, each piece with its reason."""
    noise, *sentences = gap.split(b"$")
    yield from _noise(noise)
    for rest in sentences:
        piece = b"$" + rest
        begun = _BEGUN.match(piece)
        end = begun.end() if begun else 0
        yield Junk(piece[:end], _reason(piece, end))
        yield from _noise(piece[end:])


def _reason(piece: bytes, end: int) -> Reason:
    if end > 1 + _MAX_TEXT:
        return "too long"
    return "no checksum" if piece[end : end + 1] in {b"\r", b"\n"} else "cut off"


def _noise(data: bytes) -> Iterator[Junk]:
    """One piece, without the line ends in it."""
    noise = _LINE_ENDS.sub(b"", data)
    if noise:
        yield Junk(noise, "noise")
