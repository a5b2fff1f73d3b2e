"""Files -> what is published of them: a list sorted, each entry once, with what changed since the version before; anything else as it is."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Final, TypeAlias

from forecast.wire import WireError
from forecast.wire import decode as decode_forecast
from proto.errors import FrameError
from proto.officers import officer_of
from proto.voi import BadRow, Entry, HeaderError, decode_lines, parse
from proto.voi_lines import HEADER, Place, delta, key_of, line_of, place_of

KINDS: Final = ("voi", "records", "officers", "forecast")
_LEVEL: Final = 6  # m: level 9 takes twice the time for 1 % fewer bytes

Report: TypeAlias = Callable[[BadRow], None]


class UnusableError(ValueError):
    """The file cannot be published; the text says why."""


@dataclass(frozen=True, slots=True)
class Built:
    """A content, packed; `entries` in the set; `change` from the version before, packed, when it is worth sending."""

    content: bytes
    entries: int
    change: bytes | None = None


def build(kind: str, path: Path, before: bytes | None, report: Report) -> Built:
    """`before`: the packed content of the version before, None without one. Raises UnusableError or OSError."""
    if kind == "voi":
        return _list(path, before, report)
    content = path.read_bytes()
    if not content:
        raise UnusableError("the file is empty")
    if kind == "officers":
        return Built(_packed(content), _officers(content))
    if kind == "forecast":
        return Built(_packed(content), _boxes(content))
    return Built(_packed(content), content.count(b"\n") or 1)


def _officers(content: bytes) -> int:
    """How many there are."""
    try:
        return len([officer_of(line) for line in content.decode().splitlines()])
    except (UnicodeDecodeError, FrameError) as error:
        raise UnusableError("no officers as `patrol-hq officers` writes them") from error


def _boxes(content: bytes) -> int:
    """How many boxes a forecast has; none: it is withdrawn, and patrols are guided nowhere."""
    try:
        patrol = decode_forecast(content)
    except WireError as error:
        raise UnusableError(f"no forecast as `patrol-hq forecast make --out F.pf` writes it: {error}") from error
    if patrol.boxes and patrol.anchor is None:
        raise UnusableError("cars cannot place its boxes on the globe: make it with --anchor LAT,LON,X,Y[,TURN]")
    return len(patrol.boxes)


def _list(path: Path, before: bytes | None, report: Report) -> Built:
    with path.open("rb") as file:
        try:
            rows = sorted(_rows(parse(decode_lines(file)), report), key=itemgetter(0))
        except HeaderError as error:
            raise UnusableError(str(error)) from error
    rows = list(_once(rows, report))
    if not rows:
        raise UnusableError("no usable row in it")
    content = _packed("\n".join([HEADER, *(line for _, _, line, _ in rows)]).encode())
    change = None
    if before is not None:
        lines = delta(_placed(before), ((place, key, line) for place, key, line, _ in rows))
        change = _packed("\n".join(lines).encode())
    worth = change is not None and len(change) * 2 < len(content)
    return Built(content, len(rows), change if worth else None)


_Row: TypeAlias = tuple[Place, str, str, int]


def _rows(parsed: Iterable[Entry | BadRow], report: Report) -> Iterator[_Row]:
    for n, row in enumerate(parsed, start=2):
        if isinstance(row, BadRow):
            report(row)
            continue
        line = line_of(row)
        yield place_of(row.key, line), row.key, line, n


def _once(rows: Iterable[_Row], report: Report) -> Iterator[_Row]:
    before = None
    for row in rows:
        if row[0] == before:
            report(BadRow(row[3], "stands there twice"))
            continue
        before = row[0]
        yield row


def _placed(content: bytes) -> Iterator[tuple[Place, str, str]]:
    for line in zlib.decompress(content).decode().split("\n")[1:]:
        key = key_of(line)
        yield place_of(key, line), key, line


def _packed(content: bytes) -> bytes:
    return zlib.compress(content, _LEVEL)
