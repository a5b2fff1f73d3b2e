"""The search as a whole: what the file says of itself, what may be shown of an answer, what it costs to have it at hand."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import date

import pytest

from records.plain import plain
from records.search import About, NoRecordsError, Search


def answers(search: Search, as_of: date) -> Iterator[object]:
    yield search.vehicle("AB12CDE")
    yield search.person("Bertram Quillfeather", as_of=as_of)
    yield search.place("12 Kiln Lane")
    yield search.near(53.8, -5.0, metres=300, days=300, as_of=as_of)


def test_a_file_says_what_it_holds(search: Search, as_of: date) -> None:
    assert search.about() == About(as_of, persons=6, objects=4, locations=3, events=5, links=6)


def test_another_file_is_not_searched() -> None:
    with pytest.raises(NoRecordsError):
        Search(sqlite3.connect(":memory:"))


def test_no_repr_shows_who_was_found(search: Search, as_of: date) -> None:
    for answer in answers(search, as_of):
        parts = [answer, *getattr(answer, "results", ())]
        parts += [
            part
            for one in parts
            for name in ("incidents", "persons", "vehicles", "marked")
            for part in getattr(one, name, ())
        ]
        assert len(parts) > 3
        for part in parts:
            assert all(word not in repr(part) for word in ("Quill", "Kiln", "AB12", "1980, ", "burglary"))


def test_an_answer_is_plain_json_without_what_is_unknown(search: Search, as_of: date) -> None:
    for answer in answers(search, as_of):
        written = json.dumps(plain(answer))
        assert "null" not in written
        assert "[]" not in written
    (person, *_) = plain(search.person("Bertram Quillfeather", as_of=as_of))["results"]
    assert person["born"] == "1980-05-17"


def test_the_libraries_of_names_are_loaded_by_the_first_person_that_is_searched() -> None:
    code = "import sys, edge.app, edge.data.kinds, records.search; sys.exit('jellyfish' in sys.modules)"
    assert subprocess.run((sys.executable, "-c", code), check=False).returncode == 0
