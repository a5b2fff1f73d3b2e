"""A line of text that the camera's own template lays out -> `PlateSeen`, one a line.

    template  %PLATE%%CR%%LF%
    line      46HVR9-NLD<CR><LF>       plate 46HVR9, country NLD

The template is copied from the camera's settings: see `template.py`. A template that ends in CR or LF, or both: either
ends a line. There is no checksum: half a plate that is followed by a line end is a plate to us, and a confidence in the
line is read past. Empty lines are neither readings nor junk. NOREAD, LCR, WRONG DIR, or no letter at all: junk "no plate".
Sources: Nedap ANPR access manual (RAW, 9600 8N1); LUMO's and Vidar's message templates.
"""

import re
from typing import ClassVar, Final

from drivers.anpr.template import Template
from drivers.dialect import Guard, LineSettings
from drivers.lines import CRLF, Lines
from drivers.readings import Junk, PlateSeen

MAX_LINE: Final = 256
DEFAULT: Final = "%PLATE%%CR%%LF%"


class Line:
    """One camera's line. ValueError: a template that cannot be read back."""

    name: ClassVar[str] = "line"
    about: ClassVar[str] = "Nedap RAW, LUMO, Vidar: a line as the camera's own --template lays it out"
    line: ClassVar[LineSettings] = LineSettings()
    checksum: ClassVar[Guard | None] = None
    greeting: ClassVar[bytes] = b""

    def __init__(self, template: str = DEFAULT) -> None:
        self._template = Template(template)
        end = self._template.end
        self._lines = Lines(MAX_LINE, re.compile(re.escape(end)) if end.strip(b"\r\n") else CRLF)

    def feed(self, data: bytes, /) -> list[PlateSeen | Junk]:
        return [each for line in self._lines.feed(data) for each in self._understood(line)]

    def close(self) -> list[PlateSeen | Junk]:
        return [*self._lines.close()]

    def encode(self, reading: PlateSeen, /) -> bytes:
        """ValueError: a plate that the template would give back as another."""
        return self._template.write(reading)

    def _understood(self, line: bytes | Junk) -> list[PlateSeen | Junk]:
        if isinstance(line, Junk):
            return [line]
        start = self._template.start
        before, mark, body = line.rpartition(start) if start else (b"", b"", line)
        if mark != start:
            return [Junk(line, "noise")]
        said = self._template.read(body, self.checksum)
        reading = Junk(mark + body, said) if isinstance(said, str) else said
        return [Junk(before, "cut off" if start in before else "noise"), reading] if before else [reading]
