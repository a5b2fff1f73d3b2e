"""Tattile's lines of cells -> `PlateSeen`, one a line, found by the names of the columns.

    DEVICE_SN;DATE;TIME;LANE_ID;PLATE_STRING;OCRSCORE;...      <- a line of names, or the --template
    1203;2026-11-23;18-31-05-120;1;AB12CDE;093;...

The camera sends about 56 columns, and their order is a matter of its settings: it is told by a line of names, which the
camera sends at the beginning when it is set so, or by the same line as template. Until one of the two is known, every
line is junk "bad field". Names that are not ours (`tattile_fields.py`) are read past. Cells are not quoted.

Lines of names are neither readings nor junk. There is no checksum of its own: it comes by TCP.
"""

from typing import ClassVar, Final

from drivers.anpr.tattile_fields import PLATE, fields_of, reading_of
from drivers.dialect import Guard, LineSettings
from drivers.lines import Lines
from drivers.readings import Junk, PlateSeen

MAX_LINE: Final = 4096  # 56 columns of short words, twice
MOST_COLUMNS: Final = 256


class TattileCsv:
    """One camera's line. ValueError: a template without the plate's column."""

    name: ClassVar[str] = "tattile-csv"
    about: ClassVar[str] = "Tattile over TCP: cells between semicolons, named by a first line or the --template"
    line: ClassVar[LineSettings] = LineSettings()
    checksum: ClassVar[Guard | None] = "tcp"
    greeting: ClassVar[bytes] = b""

    def __init__(self, template: str | None = None) -> None:
        self._columns = self._given = () if template is None else _columns(template)
        if template is not None and PLATE not in self._columns:
            raise ValueError(f"a template for {self.name} names the columns, {PLATE} among them, with ; between them")
        self._lines = Lines(MAX_LINE)

    def feed(self, data: bytes, /) -> list[PlateSeen | Junk]:
        return [each for line in self._lines.feed(data) for each in self._understood(line)]

    def close(self) -> list[PlateSeen | Junk]:
        self._columns = self._given
        return [*self._lines.close()]

    def encode(self, reading: PlateSeen, /) -> bytes:
        """Its line of names before it, unless a template has named them. ValueError: a `;` or a line end in a value."""
        fields = fields_of(reading)
        names = self._given or tuple(fields)
        cells = [fields.get(name, "") for name in names]
        if any(set(cell) & set(";\r\n") for cell in cells):
            raise ValueError("a cell holds no semicolon and no line end")
        lines = [cells] if self._given else [list(names), cells]
        return "".join(f"{';'.join(line)}\r\n" for line in lines).encode()

    def _understood(self, line: bytes | Junk) -> list[PlateSeen | Junk]:
        if isinstance(line, Junk):
            return [line]
        try:
            cells = line.decode().split(";", MOST_COLUMNS)
        except UnicodeDecodeError:
            return [Junk(line, "bad field")]
        if PLATE in (names := _columns(line.decode())):
            self._columns = names
            return []
        said = reading_of(dict(zip(self._columns, cells, strict=False)), "tcp")
        return [Junk(line, said) if isinstance(said, str) else said]


def _columns(line: str) -> tuple[str, ...]:
    return tuple(name.strip().upper() for name in line.split(";", MOST_COLUMNS))
