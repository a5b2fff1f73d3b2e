"""A CSV file of one of the five forms -> its rows of records, and for each line that is none the reason."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from headquarters.records.columns import FORMS, Form, RowError
from proto.rows import decode_lines, rows
from proto.voi import BadRow
from records.rows import Row

MOST_BROKEN: Final = 0.1  # of the rows: beyond that a file is not the one that somebody meant to import
_ENOUGH: Final = 20  # rows, from which on a share says something


class ImportingError(ValueError):
    """Nothing is imported; the text says why, in a sentence, and shows nothing of any row."""


def read(path: Path) -> Iterator[Row | BadRow]:
    """The rows in order. Raises ImportingError, or OSError; when it raises, nothing of what came before may be kept."""
    with path.open("rb") as file:
        decoded = decode_lines(file)
        numbered = rows(decoded)
        line, names = next(numbered, (0, "the file is empty"))
        if isinstance(names, str):
            raise ImportingError(f"{path.name}: header: {names}")
        known = ["_".join(name.lower().split()) for name in names]
        form = _form(path, known)
        yield from _remarks(form, known, line)
        good = broken = 0
        for row in _rows(form, known, numbered):
            yield row
            good, broken = (good, broken + 1) if isinstance(row, BadRow) else (good + 1, broken)
        if decoded.encoding != "utf-8":
            yield BadRow(line, "read as Windows-1252: it is not UTF-8", skipped=False)
    if good == 0 or (broken > _ENOUGH and broken > MOST_BROKEN * (good + broken)):
        raise ImportingError(f"{path.name}: {broken} of its {good + broken} rows are broken")


def _form(path: Path, known: list[str]) -> Form:
    for form in FORMS:
        if set(form.needed) <= set(known):
            twice = [column for column in form.columns if known.count(column) > 1]
            if twice:
                raise ImportingError(f"{path.name}: column twice: {twice[0]}")
            return form
    forms = "; ".join(f"{form.name}: {', '.join(form.needed)}" for form in FORMS)
    raise ImportingError(f"{path.name}: its columns are of no kind of records ({forms})")


def _remarks(form: Form, known: list[str], line: int) -> Iterator[BadRow]:
    for place, name in enumerate(known, start=1):
        if name not in form.columns:
            plain = name if name.isascii() and name.isidentifier() and len(name) <= 32 else str(place)
            yield BadRow(line, f"unknown column: {plain}", skipped=False)


def _rows(form: Form, known: list[str], numbered: Iterable[tuple[int, list[str] | str]]) -> Iterator[Row | BadRow]:
    places = [known.index(column) if column in known else None for column in form.columns]
    width, make = len(known), form.make
    for line, fields in numbered:
        if isinstance(fields, str):
            yield BadRow(line, fields)
        elif len(fields) != width:
            yield BadRow(line, "too few columns" if len(fields) < width else "too many columns")
        else:
            try:
                yield make(*[None if at is None else fields[at].strip() or None for at in places])
            except RowError as error:
                yield BadRow(line, str(error))
