"""An entry as a car has it, and what is on the shelf -> whether it still stands in the newest version of its list. [proto-9.7]

A list is read through once for all who ask of it at that moment, piece by piece.
"""

import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from headquarters.datasets import shelf
from headquarters.datasets.shelf import Published
from proto.base import CHANGED, STANDS, UNKNOWN, WEEDED, Confirm, Confirmed
from proto.errors import FrameError
from proto.voi import Entry, parse
from proto.voi_lines import HEADER, id_of, key_of

_DAY_MS: Final = 86_400_000


def answers(connection: sqlite3.Connection, asked: Sequence[Confirm], now_ms: int) -> list[Confirmed]:
    """To all of them, in their order; `now_ms`: UTC. Raises sqlite3.Error."""
    said: dict[Confirm, Confirmed] = {}
    for name in {one.list for one in asked}:
        of_list = [one for one in asked if one.list == name]
        said |= zip(of_list, _of_list(connection, name, of_list, now_ms), strict=True)
    return [said[one] for one in asked]


def _of_list(connection: sqlite3.Connection, name: str, asked: Sequence[Confirm], now_ms: int) -> list[Confirmed]:
    newest = shelf.newest(connection, name)
    if newest is None or newest.manifest.kind != "voi":
        return [Confirmed(one.epoch, one.alert, UNKNOWN, now_ms) for one in asked]
    lines = _lines_of(connection, newest, {one.key for one in asked})
    return [_judged(connection, newest, one, lines.get(one.key, []), now_ms) for one in asked]


def _judged(
    connection: sqlite3.Connection, newest: Published, asked: Confirm, lines: list[str], now_ms: int
) -> Confirmed:
    made_ms = newest.manifest.made_ms
    standing = [line for line in lines if (end := _end_ms(line)) is None or now_ms < end]
    since_ms = None
    if any(id_of(line) == asked.id for line in standing):
        state = STANDS
    elif standing:
        state = CHANGED
    else:
        state = WEEDED
        ends = [end for line in lines if (end := _end_ms(line)) is not None]
        since_ms = max(ends) if ends else _gone_since(connection, newest, asked)
    return Confirmed(asked.epoch, asked.alert, state, now_ms, newest.version, made_ms, since_ms)


def _gone_since(connection: sqlite3.Connection, newest: Published, asked: Confirm) -> int:
    """The making of the oldest version on the shelf, newer than the car's, from which on the key is not listed."""
    since_ms = newest.manifest.made_ms
    for older in shelf.wholes(connection, newest.manifest.name)[1:]:
        if older.version <= asked.version or _lines_of(connection, older, {asked.key}):
            break
        since_ms = older.manifest.made_ms
    return since_ms


def _lines_of(connection: sqlite3.Connection, published: Published, keys: set[str]) -> dict[str, list[str]]:
    """The lines of these keys."""
    wanted = _wanted(keys)
    found: dict[str, list[str]] = {}
    for block in _blocks(shelf.chunks_of(connection, published.id)):
        for match in wanted.finditer(block):
            line = match[0].decode()
            try:
                key = key_of(line)
            except FrameError:  # the header
                continue
            if key in keys:
                found.setdefault(key, []).append(line)
    return found


def _wanted(keys: set[str]) -> re.Pattern[bytes]:
    """Lines that begin with one of these keys, however it is written there, or with what ASCII has no letters for."""
    between = rb"[ \t._/:'-]*"
    alike = {"0": b"[0O]", "1": b"[1I]"}
    written = [
        between + between.join(alike.get(character, re.escape(character.encode())) for character in key) + between
        for key in keys
    ]
    return re.compile(rb'(?mi)^(?:"?(?:' + b"|".join(written) + rb')"?,|[^,\n]*[\x80-\xff]).*$')


def _blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A published list's lines, many together, none cut."""
    stream, rest = zlib.decompressobj(), b""
    for piece in pieces:
        whole, end, rest = (rest + stream.decompress(piece)).rpartition(b"\n")
        if end:
            yield whole
    yield rest + stream.flush()


def _end_ms(line: str) -> int | None:
    """When the entry's weed date is over, UTC; None: it has none."""
    (entry,) = parse([HEADER, line])
    if not isinstance(entry, Entry) or entry.weed_date is None:
        return None
    day = entry.weed_date
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000) + _DAY_MS
