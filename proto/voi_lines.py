"""Entries of a list <-> the lines that travel: a whole list as one sorted file, a delta as lines to take out and put in. [proto-8]

A whole list is a VOI file (proto-7) with its lines sorted by packed key. In a delta a line `-KEY ID` takes an entry out and
a line `+...` puts a line of the file in.
"""

from collections.abc import Iterable
from typing import Final, TypeAlias
from zlib import crc32

from proto.errors import FrameError
from proto.patterns import is_pattern
from proto.plates import MAX_KEY_CHARACTERS, canonical, packed
from proto.voi import COLUMNS, Entry, number_of, parse

HEADER: Final = ",".join(COLUMNS)
OUT: Final = "-"
IN: Final = "+"
DELTA_HEADER: Final = "delta"

Place: TypeAlias = tuple[int, int]
"""Where an entry stands in a list: its packed key, and its line's id among those of the key."""


def line_of(entry: Entry) -> str:
    """The entry as one line of the file, without its end. Line ends inside a field become spaces."""
    priority = None if entry.priority is None else str(entry.priority)
    day = None if entry.weed_date is None else entry.weed_date.isoformat()
    *before, _, pnc_id, gpms, cad, _, spare_2 = entry[1:]
    return ",".join([_written(field) for field in (*before, day, pnc_id, gpms, cad, priority, spare_2)])


def key_of(line: str) -> str:
    """The canonical key of a line that `line_of` made. Raises FrameError on one that it did not make."""
    vrm = line.partition(",")[0]
    key = canonical(vrm) if not vrm.startswith('"') else None
    if key is None:
        (entry,) = parse([HEADER, line])
        key = entry.key if isinstance(entry, Entry) else None
    if key is None:
        raise FrameError("not a list's line")
    return key


def id_of(line: str) -> int:
    """The line's id among those of one key: 32 bits (CRC-32) of its text."""
    return crc32(line.encode())


def place_of(key: str, line: str) -> Place:
    """Where a line of this canonical key stands."""
    return number_of(key), id_of(line)


def taken_out(key: str, line: str) -> str:
    """The delta's line that takes out an entry."""
    return f"{OUT}{key} {id_of(line):08x}"


def place_taken_out(line: str) -> Place:
    """Where the entry stands that a `-` line takes out. Raises FrameError."""
    key, _, digits = line.removeprefix(OUT).partition(" ")
    try:
        number = 0 if is_pattern(key) else packed(key) if 0 < len(key) <= MAX_KEY_CHARACTERS else None
        row = int(digits, 16)
    except (KeyError, ValueError):
        number = None
    if number is None or len(digits) != 8:
        raise FrameError("delta line invalid")
    return number, row


def delta(old: Iterable[tuple[Place, str, str]], new: Iterable[tuple[Place, str, str]]) -> list[str]:
    """The lines of what changed, header first; both sides are (place, key, line), sorted by place."""
    lines = [DELTA_HEADER]
    olds, news = iter(old), iter(new)
    was, now = next(olds, None), next(news, None)
    while was is not None or now is not None:
        if now is None or (was is not None and was[0] < now[0]):
            assert was is not None
            lines.append(taken_out(was[1], was[2]))
            was = next(olds, None)
        elif was is None or now[0] < was[0]:
            lines.append(IN + now[2])
            now = next(news, None)
        else:
            was, now = next(olds, None), next(news, None)
    return lines


def _written(field: str | None) -> str:
    if field is None:
        return ""
    flat = field if field.isprintable() else " ".join(field.split())
    return '"' + flat.replace('"', '""') + '"' if '"' in flat or "," in flat else flat
