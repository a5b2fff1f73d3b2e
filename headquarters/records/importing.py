"""CSV files -> the records beside a store, in one transaction: all of them and the tables to search them by, or nothing."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from headquarters.records.reading import read
from headquarters.store.file import transaction
from proto.voi import BadRow
from records import building, rows


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows came in of each file, how many were broken, and how many relationships hang in the air."""

    files: tuple[tuple[str, int, int], ...]
    left_out: int


def import_files(
    connection: sqlite3.Connection,
    paths: Iterable[Path],
    as_of: date,
    report: Callable[[Path, BadRow], None],
    *,
    replace: bool = False,
) -> Imported:
    """A row of a reference that is there already takes its place. `replace`: what was there before goes first.

    Raises ImportingError, OSError or sqlite3.Error: everything is as it was.
    """
    counts: list[tuple[str, int, int]] = []
    with transaction(connection):
        rows.make_tables(connection)
        if replace:
            rows.clear(connection)
        for path in paths:
            tally = _Tally(path, report)
            rows.put(connection, tally.good(read(path)))
            counts.append((path.name, tally.imported, tally.broken))
        left_out = building.build(connection, as_of.toordinal())
    return Imported(tuple(counts), left_out)


class _Tally:
    """Counts what goes through, and reports what does not."""

    def __init__(self, path: Path, report: Callable[[Path, BadRow], None]) -> None:
        self._path = path
        self._report = report
        self.imported = 0
        self.broken = 0

    def good(self, found: Iterable[rows.Row | BadRow]) -> Iterator[rows.Row]:
        for row in found:
            if isinstance(row, BadRow):
                self.broken += row.skipped
                self._report(self._path, row)
            else:
                self.imported += 1
                yield row
