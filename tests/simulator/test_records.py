"""`patrol-sim records`: an invented town whose files headquarters takes without a broken row."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from headquarters.cli import main as headquarters
from proto.plates import canonical
from simulator.cli import main

FILES = ("persons", "objects", "locations", "events", "relationships")


def town(folder: Path, *more: str) -> Path:
    assert main(["records", "--seed", "7", "--scale", "0.002", "--out", str(folder), *more]) == 0
    return folder


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_gives_the_same_files_and_another_gives_others(tmp_path: Path) -> None:
    one, two = town(tmp_path / "one"), town(tmp_path / "two")
    other = town(tmp_path / "other", "--seed", "8")
    for name in FILES:
        written = (one / f"{name}.csv").read_bytes()
        assert written == (two / f"{name}.csv").read_bytes()
        assert written != (other / f"{name}.csv").read_bytes()


def test_headquarters_imports_a_town_without_a_word(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = town(tmp_path / "town")
    counts = json.loads(capfd.readouterr().out)
    assert counts == {
        "out": str(folder),
        "locations": 400,
        "persons": 1000,
        "objects": 2000,
        "events": 4000,
        "relationships": counts["relationships"],
    }
    files = [str(folder / f"{name}.csv") for name in FILES]
    assert headquarters(["records", "import", "--store", f"sqlite:///{tmp_path / 'hq.db'}", *files]) == 0
    assert capfd.readouterr().err == ""


def test_a_town_is_like_a_town(tmp_path: Path) -> None:
    folder = town(tmp_path)
    vrms = [row["vrm"] for row in rows(folder, "objects")]
    assert len(set(vrms)) == len(vrms)
    assert all(map(canonical, vrms))
    homes = Counter(row["location_id"] for row in rows(folder, "events"))
    (most,) = homes.most_common(1)
    assert most[1] > 10 * 4000 / 400  # a few addresses have many incidents
    surnames = Counter(row["surname"] for row in rows(folder, "persons"))
    assert 100 < len(surnames) < 700
    days = [row["occurred_at"] for row in rows(folder, "events")]
    assert [day[:10] for day in days] == sorted(day[:10] for day in days)
    assert days[-1] < "2026-11-26"


def test_a_worlds_listed_vehicles_are_among_them_and_have_keepers(tmp_path: Path) -> None:
    (tmp_path / "voi.csv").write_text(
        "vrm,make,colour,reason\nZZ99 AAA,KIA,PUCE,STOLEN\nQ*1,,,\nZZ99 AAA,KIA,PUCE,STOLEN\nAB12CDE,,,\n", "utf-8"
    )
    folder = town(tmp_path / "town", "--voi", str(tmp_path / "voi.csv"))
    first, second = rows(folder, "objects")[:2]
    assert (first["vrm"], first["make"], first["colour"], first["markers"]) == ("ZZ99 AAA", "KIA", "PUCE", "stolen")
    assert second["vrm"] == "AB12CDE"
    assert second["make"]
    kept = {row["to_id"] for row in rows(folder, "relationships") if row["role"] == "keeper"}
    assert {"V0", "V1"} <= kept


@pytest.mark.parametrize("words", [["--scale", "0"], ["--scale", "21"]])
def test_a_scale_that_is_none_is_wrong_usage(tmp_path: Path, words: list[str]) -> None:
    assert main(["records", "--out", str(tmp_path), *words]) == 2


def test_a_list_that_is_none_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["records", "--out", str(tmp_path), "--voi", str(tmp_path / "gone.csv")]) == 1
    assert "gone.csv" in capsys.readouterr().err
