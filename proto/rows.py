"""Lines of a CSV file -> its rows, each with its line number, as fields or as the reason why it is none. [proto-7]

A row without quotes is one line (RFC 4180 otherwise). A quote that is never closed costs the line it stands on and no other.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

MAX_ROW_CHARACTERS: Final = 16_384
MAX_FIELD_CHARACTERS: Final = 1_000
MAX_ROW_LINES: Final = 64  # of a row whose quoted fields hold line ends

Row: TypeAlias = tuple[int, list[str] | str]


def rows(lines: Iterable[str]) -> Iterator[Row]:
    """(line, fields) or (line, reason); the first line is 1. Empty lines are passed over."""
    source = _Lines(lines)
    for line in source:
        number = source.number
        if '"' in line:
            yield number, _quoted(line, source)
        elif plain := line.rstrip("\r\n"):
            yield number, _plain(plain)


class Decoded(Iterator[str]):
    """Lines as text. `encoding` is "cp1252" once a line has shown that the file is not UTF-8: tell the person."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self._is_settled = False
        self.encoding = "utf-8"

    def __next__(self) -> str:
        line = next(self._lines)
        if line.isascii():
            return line.decode("ascii")
        if not self._is_settled:
            self._is_settled = True
            self.encoding = "utf-8" if _is(line, "utf-8") else "cp1252"
        elif self.encoding == "cp1252" and _is(line, "utf-8"):
            return line.decode("ascii", "surrogateescape")
        if _is(line, self.encoding):
            return line.decode(self.encoding)
        return line.decode("ascii", "surrogateescape")


def decode_lines(lines: Iterable[bytes]) -> Decoded:
    """Text for `parse`. The first line that is not ASCII decides between UTF-8 and Windows-1252 for the whole file.

    A line that is of the other encoding comes out such that `parse` makes a bad row "encoding" of it.
    """
    return Decoded(lines)


class _Lines:
    """Lines that can be given back, and the number of the latest."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = _without_mark(lines)
        self._again: deque[str] = deque()
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.number += 1
        return line

    def give_back(self, *lines: str) -> None:
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)


def _without_mark(lines: Iterable[str]) -> Iterator[str]:
    """Spreadsheets begin a UTF-8 file with a byte order mark."""
    rest = iter(lines)
    for first in rest:
        yield first.removeprefix("\ufeff")
        break
    yield from rest


def _plain(line: str) -> list[str] | str:
    if len(line) > MAX_ROW_CHARACTERS:
        return "row too long"
    if "\r" in line:
        return "line end inside"
    return _bounded(line.split(","), len(line)) if _is_text(line) else "encoding"


def _quoted(line: str, source: _Lines) -> list[str] | str:
    if len(line) > MAX_ROW_CHARACTERS:
        return "row too long"
    taken = [line]
    fields = _fields(taken)  # nearly every row is one line: no detour for it
    if fields is None:
        fields = _fields(_taking(source, taken))
    if fields is None:
        source.give_back(*taken[1:])
        return "quotes"
    return _bounded(fields, sum(map(len, taken))) if all(map(_is_text, taken)) else "encoding"


def _bounded(fields: list[str], size: int) -> list[str] | str:
    return "field too long" if size > MAX_FIELD_CHARACTERS and max(map(len, fields)) > MAX_FIELD_CHARACTERS else fields


def _fields(lines: Iterable[str]) -> list[str] | None:
    try:
        return next(csv.reader(lines, strict=True), None)
    except csv.Error:
        return None


def _is_text(characters: str) -> bool:
    """False when lone surrogates stand in it: bytes that the decoder could not read."""
    try:
        return characters.isascii() or bool(characters.encode())
    except UnicodeEncodeError:
        return False


def _taking(source: _Lines, taken: list[str]) -> Iterator[str]:
    """The line already taken and those that follow, noted as they go, as far as one row may reach."""
    yield taken[0]
    size = len(taken[0])
    while len(taken) < MAX_ROW_LINES and (line := next(source, None)) is not None:
        taken.append(line)
        size += len(line)
        if size > MAX_ROW_CHARACTERS:
            return
        yield line


def _is(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
