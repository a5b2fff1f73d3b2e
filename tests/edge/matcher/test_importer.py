"""A VOI file from a stick -> a list; every row that is none is told by its line, and nothing else of it."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.matcher.importer import ImportRefusedError, import_csv
from edge.matcher.listfile import About, EmptyListError, open_list
from proto.plates import canonical, packed
from proto.voi import COLUMNS, BadRow, HeaderError

KEY = "5a" * 32
HEADER = ",".join(COLUMNS)


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., tuple[About, list[BadRow]]]:
    def load_(content: bytes, name: str = "wanted.csv") -> tuple[About, list[BadRow]]:
        bad: list[BadRow] = []
        (tmp_path / name).write_bytes(content)
        about = import_csv(tmp_path / name, tmp_path / "lists", KEY, report=bad.append, progress=lambda _: None)
        return about, bad

    return load_


def row(vrm: str, **columns: str) -> str:
    return ",".join(vrm if name == "vrm" else columns.get(name, "") for name in COLUMNS)


def holds(folder: Path, vrm: str) -> bool:
    list_ = open_list(folder / "lists" / "wanted.list", KEY)
    found = list_.find(packed(canonical(vrm) or "") or 0)
    list_.close()
    return bool(found)


Load = Callable[..., tuple[About, list[BadRow]]]


@pytest.mark.parametrize(("mark", "end"), [("", "\n"), ("\ufeff", "\r\n"), ("\ufeff", "\n"), ("", "\r\n")])
def test_marks_and_line_ends_of_any_desk_are_taken(load: Load, tmp_path: Path, mark: str, end: str) -> None:
    about, bad = load((mark + end.join([HEADER, row("AB12CDE"), row("CD34EFG"), ""])).encode())
    assert (about.entries, bad) == (2, [])
    assert holds(tmp_path, "AB12CDE")
    assert holds(tmp_path, "CD34EFG")


def test_the_list_is_named_by_its_file_dated_and_unsigned(load: Load) -> None:
    about, _ = load("\n".join([HEADER, row("AB12CDE")]).encode(), "stolen-2026.csv")
    assert (about.name, about.signed, about.version) == ("stolen-2026", False, about.made_ms)


def test_a_vrm_of_10_kb_costs_its_row_and_is_not_shown(load: Load, tmp_path: Path) -> None:
    about, (bad,) = load("\n".join([HEADER, row("A" * 10_240), row("CD34EFG")]).encode())
    assert (about.entries, bad.line) == (1, 2)
    assert "AAA" not in bad.reason
    assert holds(tmp_path, "CD34EFG")


def test_every_bad_row_is_told_with_its_line(load: Load) -> None:
    lines = [
        HEADER,
        row("AB12CDE"),
        row(""),
        row("CD34EFG", action="SHOOT"),
        row("ABCDEFGHJKLMN"),
        row("EF56GHJ", spare_1="101"),
    ]
    about, bad = load("\n".join(lines).encode())
    assert about.entries == 1
    assert [(each.line, each.skipped) for each in bad] == [(3, True), (4, True), (5, True), (6, True)]


@pytest.mark.parametrize(
    "content", ["", "\n\n", "vrm,make\nAB12CDE,Ford\n", HEADER.replace("colour", "color") + "\n" + row("AB12CDE")]
)
def test_a_file_without_its_columns_changes_nothing(load: Load, tmp_path: Path, content: str) -> None:
    load("\n".join([HEADER, row("AB12CDE")]).encode())
    with pytest.raises(HeaderError):
        load(content.encode())
    assert holds(tmp_path, "AB12CDE")


def test_a_file_without_a_usable_row_changes_nothing(load: Load, tmp_path: Path) -> None:
    load("\n".join([HEADER, row("AB12CDE")]).encode())
    with pytest.raises(EmptyListError):
        load("\n".join([HEADER, row("")]).encode())
    assert holds(tmp_path, "AB12CDE")


@pytest.mark.parametrize("name", ["two.dots.csv", "white space.csv", "ä.csv", "a" * 33 + ".csv", "-x.csv", ".csv"])
def test_a_name_that_cannot_name_a_list_is_refused_with_the_cure(load: Load, name: str) -> None:
    with pytest.raises(ImportRefusedError, match="1 to 32 letters"):
        load("\n".join([HEADER, row("AB12CDE")]).encode(), name)


def test_a_desk_s_old_encoding_is_read_and_remarked_upon(load: Load) -> None:
    about, (remark,) = load("\n".join([HEADER, row("AB12CDE", reason="café")]).encode("cp1252"))
    assert about.entries == 1
    assert not remark.skipped
    assert "cp1252" in remark.reason


def test_rows_of_a_large_list_share_their_words(load: Load) -> None:
    """Ten million rows that each held their own took 4 GB of a desk's memory."""
    words = {"make": "FORD", "model": "FOCUS", "colour": "BLUE", "reason": "STOLEN"}
    tracemalloc.start()
    try:
        load("\n".join([HEADER, *(row(f"AB{n % 100:02}C{n:05}", **words) for n in range(20_000))]).encode())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20_000 * 350
