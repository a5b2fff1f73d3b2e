"""Lines of a vehicle-of-interest file (16-column CSV) -> its entries, and for each row that is none the reason. [proto-7]

    vrm,make,model,colour,action,warning_markers,reason,nim,information,force_area,weed_date,pnc_id,gpms,cad,spare_1,spare_2

The header is required, in any order and case. `spare_1` is the priority, 0 to 100. Nothing said here of a bad row shows what
stands in it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Final, NamedTuple

from proto.limits import parse_limits
from proto.patterns import ALL, MOST_OF_A_LIST, is_pattern, pattern
from proto.plates import MAX_KEY_CHARACTERS, canonical, packed
from proto.rows import decode_lines as decode_lines
from proto.rows import rows

COLUMNS: Final = [
    "vrm",
    "make",
    "model",
    "colour",
    "action",
    "warning_markers",
    "reason",
    "nim",
    "information",
    "force_area",
    "weed_date",
    "pnc_id",
    "gpms",
    "cad",
    "spare_1",
    "spare_2",
]
MAX_VRM_CHARACTERS: Final = 64
ACTIONS: Final = ("STOP", "SILENT")

_DAY_FIRST: Final = re.compile(r"(\d\d?)/(\d\d?)/(\d{4})", re.ASCII)
_YEAR_FIRST: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NAME: Final = re.compile(r"[a-z0-9_]{1,32}")


class HeaderError(ValueError):
    """The file as a whole cannot be read; the text says why and holds nothing of its rows."""


class Entry(NamedTuple):
    """One listed vehicle. An empty column is None, but for the action: empty is STOP.

    A named tuple, not a frozen dataclass: there are a million in a list, and it is made in a fifth of the time (0.4, 2.1 us).
    """

    key: str
    vrm: str
    make: str | None
    model: str | None
    colour: str | None
    action: str
    markers: str | None
    reason: str | None
    nim: str | None
    information: str | None
    force_area: str | None
    weed_date: date | None
    pnc_id: str | None
    gpms: str | None
    cad: str | None
    priority: int | None
    spare_2: str | None

    @property
    def packed(self) -> int:
        """The key as the integer that lists are keyed by: positive; 0 for a pattern."""
        return number_of(self.key)

    def __repr__(self) -> str:
        return "Entry(...)"  # a repr may reach a log


def number_of(key: str) -> int:
    """The number that lists are keyed by: of a key positive, of every pattern 0. [proto-7.7]"""
    if is_pattern(key):
        return 0
    number = packed(key)
    assert number is not None
    return number


@dataclass(frozen=True, slots=True)
class BadRow:
    """What is wrong, at which line (the header's is 1). `skipped` is False for a remark that cost no row."""

    line: int
    reason: str
    skipped: bool = True


def parse(lines: Iterable[str]) -> Iterator[Entry | BadRow]:
    """The file's entries and bad rows, in order.

    Raises HeaderError for a file without the 16 columns, or whose limits cannot be understood: without them it is another list.
    """
    numbered = rows(lines)
    try:
        line, names = next(numbered)
    except StopIteration:
        raise HeaderError("no header") from None
    places = _places(names)
    for place in sorted(set(range(len(names))) - set(places)):
        yield BadRow(line, _unknown(names[place], place), skipped=False)
    pick = itemgetter(*places)
    patterns = 0
    for line, fields in numbered:
        try:
            entry = _entry(pick(_checked(fields, len(names))))
        except _RowError as error:
            yield BadRow(line, str(error))
            continue
        if is_pattern(entry.key):
            _check_limits(entry, line)
            patterns += 1
            if patterns > MOST_OF_A_LIST:
                yield BadRow(line, f"more than {MOST_OF_A_LIST} wildcards")
                continue
        yield entry


def _check_limits(entry: Entry, line: int) -> None:
    try:
        if entry.key == ALL:
            parse_limits(entry.spare_2 or "")
    except ValueError as error:
        raise HeaderError(f"line {line}: {error}") from error


class _RowError(ValueError):
    """Why a row is none, in a few words."""


def _places(names: list[str] | str) -> list[int]:
    """Where each of COLUMNS stands."""
    if isinstance(names, str):
        raise HeaderError(f"header: {names}")
    known = ["_".join(name.lower().split()) for name in names]
    for column in COLUMNS:
        if known.count(column) != 1:
            raise HeaderError(f"column {'twice' if column in known else 'missing'}: {column}")
    return [known.index(column) for column in COLUMNS]


def _unknown(name: str, place: int) -> str:
    plain = name.strip().lower()
    return f"unknown column: {plain if _NAME.fullmatch(plain) else place + 1}"


def _checked(fields: list[str] | str, width: int) -> list[str]:
    if isinstance(fields, str):
        raise _RowError(fields)
    if len(fields) != width and (len(fields) < width or any(fields[width:])):
        raise _RowError("too few columns" if len(fields) < width else "too many columns")
    return fields


def _entry(fields: Sequence[str]) -> Entry:
    (
        vrm, make, model, colour, action, markers, reason, nim, information, force_area,
        weed_date, pnc_id, gpms, cad, priority, spare_2,
    ) = [(field.strip() or None) if field else None for field in fields]  # fmt: skip
    return Entry(
        _key(vrm or ""),
        vrm or "",
        make,
        model,
        colour,
        _action(action),
        markers,
        reason,
        nim,
        information,
        force_area,
        None if weed_date is None else _date(weed_date),
        pnc_id,
        gpms,
        cad,
        None if priority is None else _priority(priority),
        spare_2,
    )


def _key(vrm: str) -> str:
    if len(vrm) > MAX_VRM_CHARACTERS:
        raise _RowError("vrm too long")
    if is_pattern(vrm):
        found = pattern(vrm)
        if found is None:
            raise _RowError("wildcards not usable")
        return found
    key = canonical(vrm)
    if key is None:
        raise _RowError("no key")
    if len(key) > MAX_KEY_CHARACTERS:
        raise _RowError("key too long")
    return key


def _action(field: str | None) -> str:
    action = "STOP" if field is None else field.upper()
    if action not in ACTIONS:
        raise _RowError("action not STOP or SILENT")
    return action


def _priority(field: str) -> int:
    if not (field.isascii() and field.isdigit() and len(field) <= 3 and int(field) <= 100):
        raise _RowError("priority not 0 to 100")
    return int(field)


@lru_cache(maxsize=4096)  # a list has few distinct days
def _date(field: str) -> date:
    try:
        if _YEAR_FIRST.fullmatch(field):
            return date.fromisoformat(field)
        if found := _DAY_FIRST.fullmatch(field):
            day, month, year = map(int, found.groups())
            return date(year, month, day)
    except ValueError:
        pass
    raise _RowError("weed date not YYYY-MM-DD or DD/MM/YYYY")
