"""CSV files -> records: all of them with a report by line, or none with one clear sentence."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from headquarters.cli import main
from headquarters.records.file import open_reader, path_of
from records.search import Search

ROOT = Path(__file__).parents[3]

Write = Callable[[str, str], Path]
RunImport = Callable[..., int]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, text: str) -> Path:
        path = tmp_path / f"{name}.csv"
        path.write_text(text, "utf-8")
        return path

    return written


@pytest.fixture
def files(write: Write) -> list[Path]:
    """A hamlet's records as another system hands them over."""
    return [
        write(
            "people",
            "person_id,forenames,surname,born,markers,wanted\n"
            "p1,Bertram,Quillfeather,17/05/1980,violent; Weapons,\np2,Siân,O'Bracken,1980-08-25,,theft\n",
        ),
        write("cars", "object_id,vrm,colour,markers\nv1,AB12 CDE,RED,stolen\n"),
        write("places", "location_id,number,street,postcode,lat,lon\nl1,12a,Kiln Lane,za12cd,53.8,-5.0\n"),
        write("crimes", "event_id,category,occurred_at,location_id\ne1,burglary,2026-11-01T23:10,l1\n"),
        write("links", "role,from_id,to_id\nkeeper,p1,v1\nwitness,p2,e1\nkeeper,p3,v1\n"),
    ]


@pytest.fixture
def run(store_path: Path) -> RunImport:
    def imported(*paths: Path, more: tuple[str, ...] = ()) -> int:
        words = ("records", "import", "--store", f"sqlite:///{store_path}", "--as-of", "2026-11-25", *more)
        return main([*words, *map(str, paths)])

    return imported


def search(store: Path) -> Search:
    return Search(open_reader(path_of(store)))


def test_files_of_every_kind_are_told_by_their_columns(
    run: RunImport, files: list[Path], store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*reversed(files)) == 0
    said = capsys.readouterr()
    assert "people.csv: 2 rows imported\n" in said.out
    assert said.err == "1 relationships are with somebody or something that is not there\n"
    found = search(store_path)
    (vehicle,) = found.vehicle("AB12CDE").results
    assert [(one.name, one.role) for one in vehicle.persons] == [("Bertram Quillfeather", "keeper")]
    (person,) = found.person("Bertram Quilfeather", age=46, as_of=date(2026, 11, 25)).results
    assert person.markers == ("weapons", "violent")
    (place,) = found.place("12A Kiln Lane").results
    assert (place.address, place.incidents[0].minute) == ("12A Kiln Lane, ZA1 2CD", 23 * 60 + 10)


def test_a_row_of_the_same_reference_takes_the_place_of_the_one_before(
    run: RunImport, files: list[Path], write: Write, store_path: Path
) -> None:
    run(*files)
    assert run(write("later", "object_id,vrm,colour\nv1,AB12CDE,BLUE\nv2,ZZ99AAA,\n")) == 0
    assert [one.colour for one in search(store_path).vehicle("AB12CDE").results] == ["BLUE"]
    assert search(store_path).about().objects == 2
    assert run(write("only", "object_id,vrm\nv3,QQ1\n"), more=("--replace",)) == 0
    assert (search(store_path).about().objects, search(store_path).about().persons) == (1, 0)


def test_broken_rows_and_unknown_columns_are_reported_by_line_and_cost_themselves_only(
    run: RunImport, write: Write, store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = "".join(f"v{n},AB{n:04},,\n" for n in range(10, 310))
    path = write(
        "cars", f"object_id,vrm,remarks,markers\n{good},SECRET1,,\nv1,,,\nv2,Ж1,,\nv3,SECRET2,,sneaky\nv4,SECRET3,\n"
    )
    assert run(path) == 0
    assert capsys.readouterr().err.splitlines() == [
        "cars.csv:1: unknown column: remarks",
        "cars.csv:302: no object_id",
        "cars.csv:303: no vrm",
        "cars.csv:304: vrm without a key",
        "cars.csv:305: marker unknown",
        "cars.csv:306: too few columns",
    ]
    assert search(store_path).about().objects == 300


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("p1,A,,1980-13-01,", "born is no day"),
        ("p1,A,,1066-10-14,", "born too long ago"),
        ("p1,,,,", "no name"),
        (f"p1,{'A' * 101},,,", "surname too long"),
        (f"{'p' * 65},A,,,", "person_id too long"),
        ('p1,"A,,,', "quotes"),
    ],
)
def test_each_fault_of_a_person_has_its_words(
    run: RunImport, write: Write, capsys: pytest.CaptureFixture[str], row: str, reason: str
) -> None:
    assert run(write("p", f"person_id,surname,forenames,born,markers\np0,Sound,,,\n{row}\n")) == 0
    assert capsys.readouterr().err == f"p.csv:3: {reason}\n"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("l1,A,91,0", "lat is no number of degrees"),
        ("l1,A,nan,0", "lat is no number of degrees"),
        ("l1,A,0,east", "lon is no number of degrees"),
        ("l1,,0,0", "no street"),
    ],
)
def test_each_fault_of_a_location_has_its_words(
    run: RunImport, write: Write, capsys: pytest.CaptureFixture[str], row: str, reason: str
) -> None:
    assert run(write("l", f"location_id,street,lat,lon\nl0,B,0,0\n{row}\n")) == 0
    assert capsys.readouterr().err == f"l.csv:3: {reason}\n"


@pytest.mark.parametrize("at", ["yesterday", "2026-02-30", "2026-11-01T25:00", "2026-11-01T10:60", ""])
def test_an_event_without_its_day_is_broken(
    run: RunImport, write: Write, capsys: pytest.CaptureFixture[str], at: str
) -> None:
    assert run(write("e", f"event_id,category,occurred_at\ne0,other,2026-01-01\ne1,other,{at}\n")) == 0
    assert capsys.readouterr().err.startswith("e.csv:3: occurred_at")


def test_windows_1252_is_read_and_mixed_encodings_cost_the_odd_lines(
    run: RunImport, tmp_path: Path, store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes("person_id,surname\np1,Müllwitz\n".encode("cp1252") + "p2,Müllwitz\n".encode())
    assert run(path) == 0
    assert capsys.readouterr().err == "people.csv:3: encoding\npeople.csv:1: read as Windows-1252: it is not UTF-8\n"
    assert search(store_path).person("Mullwitz", as_of=date(2026, 1, 1)).results[0].surname == "Müllwitz"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "odd.csv: header: the file is empty"),
        ("one,two\n1,2\n", "odd.csv: its columns are of no kind of records (persons: person_id, surname;"),
        ("object_id,vrm,vrm\n1,2,3\n", "odd.csv: column twice: vrm"),
        ("object_id,vrm\n", "odd.csv: 0 of its 0 rows are broken"),
        ("object_id,vrm\n" + "v1,AB1\n" * 100 + "v1\n" * 30, "odd.csv: 30 of its 130 rows are broken"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_and_nothing_at_all_is_imported(
    run: RunImport,
    files: list[Path],
    write: Write,
    store_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    sentence: str,
) -> None:
    assert run(*files) == 0
    before = search(store_path).about()
    capsys.readouterr()
    assert run(write("more", "object_id,vrm\nv9,AB99CDE\n"), write("odd", text)) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith(f"patrol-hq records: {sentence}")
    assert said.endswith("nothing was imported")
    assert search(store_path).about() == before
    assert search(store_path).vehicle("AB99CDE").results == ()


def test_a_file_that_is_not_there_is_named(run: RunImport, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "gone.csv") == 1
    assert "gone.csv: No such file or directory; nothing was imported" in capsys.readouterr().err


def test_whoever_searches_meanwhile_sees_the_records_before(
    run: RunImport, files: list[Path], store_path: Path
) -> None:
    run(*files)
    with closing(sqlite3.connect(path_of(store_path), isolation_level=None)) as other:
        other.execute("BEGIN")
        before = other.execute("SELECT count(*) FROM vehicle").fetchone()
        assert run(*files[:1], more=("--replace",)) == 0
        assert other.execute("SELECT count(*) FROM vehicle").fetchone() == before
        other.execute("COMMIT")
        assert other.execute("SELECT count(*) FROM vehicle").fetchone() == (0,)


def test_an_import_that_is_killed_half_way_leaves_the_records_before(
    run: RunImport, files: list[Path], store_path: Path, tmp_path: Path
) -> None:
    run(*files)
    before = search(store_path).about()
    slow = tmp_path / "slow.csv"
    os.mkfifo(slow)
    words = ("records", "import", "--store", f"sqlite:///{store_path}", str(slow))
    process = subprocess.Popen((sys.executable, "-m", "headquarters", *words), cwd=ROOT)
    with slow.open("w", encoding="ascii") as pipe:  # more than a pipe holds: most of it is in the transaction
        pipe.write("object_id,vrm\n" + "".join(f"w{n},AB{n:05}\n" for n in range(20_000)))
        pipe.flush()
        process.kill()
        process.wait()
    assert search(store_path).about() == before
    assert run(*files) == 0
