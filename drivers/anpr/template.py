"""A camera's own template string, such as `%PLATE%%CR%%LF%` -> how to read what it prints, and how to print it.

Names stand between per cent signs, bytes are written as `0x0D` or `%CR%`, all else stands for itself:

    Nedap   %PLATE%0x0D%0x0A                          46HVR9-NLD<CR><LF>
    LUMO    %LP% %STATE_ALPHA_3% %CONF% %CR%%LF%      46HVR9 NLD 87 <CR><LF>

PLATE LP (one of them, once) - STATE STATE_ALPHA_3 COUNTRY COUNTRY_ALPHA_3 - CONF CONFIDENCE (0-100) - CAMERA CAMERA_ID.
Any other name is read past. Where a template has no country of its own, `-NLD` behind the plate is one.
Sources: Nedap ANPR access manual, RAW and PROTOCOLLED; LUMO's message templates.
"""

import re
from itertools import pairwise
from typing import Final

from drivers.anpr.countries import ALPHA_3
from drivers.anpr.fields import fault_of, share, word
from drivers.dialect import Guard, believed
from drivers.readings import PlateSeen, Reason

MOST_PIECES: Final = 64

_TOKEN: Final = re.compile(r"%0x([0-9A-Fa-f]{2})(?:%(?!\w+%))?|0x([0-9A-Fa-f]{2})|%(\w+)%|([^%])", re.DOTALL)
_BYTES: Final = {"CR": b"\r", "LF": b"\n", "TAB": b"\t", "SPACE": b" ", "STX": b"\x02", "ETX": b"\x03"}
_MEANINGS: Final = {
    **dict.fromkeys(["PLATE", "LP"], "vrm"),
    **dict.fromkeys(["STATE", "STATE_ALPHA_3", "COUNTRY", "COUNTRY_ALPHA_3"], "country"),
    **dict.fromkeys(["CONF", "CONFIDENCE"], "confidence"),
    **dict.fromkeys(["CAMERA", "CAMERA_ID"], "camera"),
}
_SUFFIX: Final = re.compile(r"(.+)-([A-Z]{3})", re.DOTALL)


class Template:
    """ValueError, a sentence, for a string that could not be read back."""

    def __init__(self, text: str) -> None:
        pieces = _pieces(text)
        last = pieces.pop() if pieces else b""
        if not isinstance(last, bytes) or not last or last[-1:].isalnum():
            raise ValueError("a template needs an end that is no letter of a plate, such as %CR%%LF%")
        before = last.rstrip(b"\r\n")
        if before != last:  # what stands before the line's end, a space for one, is part of the line
            last = last.removeprefix(before)
            pieces += [before] if before else []
        first = pieces.pop(0) if pieces and isinstance(pieces[0], bytes) else b""
        self.start: Final = first if isinstance(first, bytes) else b""
        self.end: Final = last
        self._pieces = pieces
        _check(pieces)
        self._has_country = "country" in _meanings(pieces)
        self._body = re.compile(b"".join(_pattern(pieces, at) for at in range(len(pieces))), re.DOTALL)

    def read(self, body: bytes, guard: Guard | None) -> PlateSeen | Reason:
        """What stands between `start` and `end`."""
        found = self._body.fullmatch(body)
        if found is None:
            return "bad field"
        try:
            said = {name: value.decode() for name, value in found.groupdict(b"").items()}
        except UnicodeDecodeError:
            return "bad plate"
        vrm, country = said["vrm"], said.get("country")
        if not self._has_country and (suffix := _SUFFIX.fullmatch(vrm)) and suffix[2] in ALPHA_3:
            vrm, country = suffix.groups()
        confidence = believed(share(said.get("confidence", ""), 100), guard)
        return fault_of(vrm) or PlateSeen(vrm, confidence, word(said.get("camera")), None, word(country))

    def write(self, reading: PlateSeen) -> bytes:
        """All of it, `start` and `end` too. ValueError: it would be read as something else."""
        in_suffix = not self._has_country and reading.country in ALPHA_3
        said = {
            "vrm": f"{reading.vrm}-{reading.country}" if in_suffix else reading.vrm,
            "country": reading.country or "",
            "camera": reading.camera or "",
            "confidence": "" if reading.confidence is None else f"{reading.confidence * 100:.10g}",
        }
        body = b"".join(
            piece if isinstance(piece, bytes) else said.get(_MEANINGS.get(piece, ""), "").encode()
            for piece in self._pieces
        )
        got = self.read(body, None)
        is_same = isinstance(got, PlateSeen) and (got.vrm, got.country or reading.country) == (
            reading.vrm,
            reading.country,
        )
        if not is_same or self.end in body or (self.start and self.start in body) or b"\r" in body or b"\n" in body:
            raise ValueError("the template cannot say this plate")
        return self.start + body + self.end


def _pieces(text: str) -> list[bytes | str]:
    """Names as text, everything else as bytes, neighbours joined."""
    pieces: list[bytes | str] = []
    at = 0
    for token in _TOKEN.finditer(text):
        if token.start() != at:
            break
        at = token.end()
        piece = _piece(token)
        before = pieces[-1] if pieces else ""
        if isinstance(piece, bytes) and isinstance(before, bytes):
            pieces[-1] = before + piece
        else:
            pieces.append(piece)
    if at != len(text):
        raise ValueError("a template has a % that begins no name and ends none")
    return pieces


def _piece(token: re.Match[str]) -> bytes | str:
    if digits := token[1] or token[2]:
        return bytes.fromhex(digits)
    return _BYTES.get(token[3].upper(), token[3].upper()) if token[3] else token[4].encode()


def _meanings(pieces: list[bytes | str]) -> list[str]:
    return [_MEANINGS[piece] for piece in pieces if isinstance(piece, str) and piece in _MEANINGS]


def _check(pieces: list[bytes | str]) -> None:
    meanings = _meanings(pieces)
    if meanings.count("vrm") != 1 or len(set(meanings)) < len(meanings):
        raise ValueError("a template says the plate once, %PLATE% or %LP%, and nothing else twice")
    if len(pieces) > MOST_PIECES:
        raise ValueError(f"a template has at most {MOST_PIECES} values and words between them")
    if any(isinstance(one, str) and isinstance(two, str) for one, two in pairwise(pieces)):
        raise ValueError("two values of a template need something between them, such as a space")


def _pattern(pieces: list[bytes | str], at: int) -> bytes:
    """Only the plate may hold what separates it from the next value: one such freedom keeps reading it quick."""
    piece = pieces[at]
    if isinstance(piece, bytes):
        return re.escape(piece)
    name = _MEANINGS.get(piece)
    if name == "vrm":
        return b"(?P<vrm>.*?)"
    beside = [other for other in (*pieces[at + 1 : at + 2], *pieces[max(at - 1, 0) : at]) if isinstance(other, bytes)]
    some = b"[^%b]*" % re.escape(beside[0][:1]) if beside else b".*"
    return b"(?P<%b>%b)" % (name.encode(), some) if name else some
