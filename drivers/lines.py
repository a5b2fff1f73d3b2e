"""Bytes -> whole lines without their ends, each within a bound; what is longer is junk, piece by piece, and never held."""

import re
from typing import Final

from drivers.readings import Junk

CRLF: Final = re.compile(rb"[\r\n]+")  # either of the two, or both: one flipped bit then spoils no other line


class Lines:
    """What waits for its line's end. Empty lines are nothing."""

    def __init__(self, most: int, ends: re.Pattern[bytes] = CRLF) -> None:
        self._most = most
        self._ends = ends
        self._held = b""
        self._overlong = False

    def feed(self, data: bytes) -> list[bytes | Junk]:
        *whole, rest = self._ends.split(self._held + data)
        found: list[bytes | Junk] = []
        for line in whole:
            if line:
                found.append(Junk(line, "too long") if self._overlong or len(line) > self._most else line)
            self._overlong = False
        if self._overlong or len(rest) > self._most:
            if rest:
                found.append(Junk(rest, "too long"))
            self._overlong, rest = True, b""
        self._held = rest
        return found

    def close(self) -> list[Junk]:
        """The line that has no end, as junk; as new afterwards."""
        held, self._held, self._overlong = self._held, b"", False
        return [Junk(held, "cut off")] if held else []
