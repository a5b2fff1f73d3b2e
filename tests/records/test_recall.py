"""Names with one typing error, in a town of two thousand: how many of the persons meant are among the first five."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from random import Random
from typing import Final

import pytest

from benchmarks.misspelling import ERRORS, misspelt
from headquarters.records.file import open_writer
from headquarters.records.importing import import_files
from records.search import Search
from simulator.records.writing import Town, write

AS_OF: Final = date(2026, 11, 25)
ASKED: Final = 120
AT_LEAST: Final = {"sound-alike": 0.9}  # of the other errors 0.95 are promised


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    folder: Path = tmp_path_factory.mktemp("town")
    write(Town(3, 0.004, AS_OF), folder, lambda _: None)
    with closing(open_writer(folder / "records.db")) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        files = [folder / f"{name}.csv" for name in ("persons", "locations")]
        import_files(connection, files, AS_OF, lambda path, row: pytest.fail(f"{path.name}: {row}"))
        yield connection


@pytest.mark.parametrize("error", ERRORS)
def test_a_misspelt_person_is_among_the_first_five(town: sqlite3.Connection, error: str) -> None:
    search, chance = Search(town), Random(error)
    rows = town.execute("SELECT forenames, surname, born FROM person WHERE born IS NOT NULL").fetchall()
    found = 0
    for forenames, surname, born in chance.sample(rows, ASKED):
        said = misspelt(f"{forenames.split()[0]} {surname}", ERRORS[error], chance)
        results = search.person(said, born=date.fromordinal(born), as_of=AS_OF).results[:5]
        found += any((one.surname, one.born) == (surname, date.fromordinal(born)) for one in results)
    assert found >= AT_LEAST.get(error, 0.95) * ASKED
