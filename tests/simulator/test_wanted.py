"""The list: its rows, and who is on it."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from proto.plates import canonical
from simulator.folder import write_key, write_list
from simulator.numbered import number, plate
from simulator.wanted import COLUMNS, FIRST_NUMBER, compose, rows
from simulator.world import World, cast

MADE = date(2026, 3, 1)


@pytest.mark.parametrize("entries", [2, 3, 40, 5000])
def test_the_file_holds_every_entry_once_and_knows_them_all(entries: int) -> None:
    wanted = compose(1, entries, ("AB12CDE", "OIA1234"))
    vrms = [row[0] for row in rows(wanted, 1, MADE)]
    keys = [canonical(vrm) for vrm in vrms]
    assert len(set(keys)) == len(keys) == entries
    assert [wanted.entry(vrm) for vrm in vrms] == keys
    assert {"AB12CDE", "OIA1234"} <= set(vrms)
    assert all(len(row) == len(COLUMNS) == 16 for row in rows(wanted, 1, MADE))


def test_a_passing_vehicle_that_chance_would_list_anyway_is_listed_once() -> None:
    passing = compose(1, 500, ()).older[:2]
    keys = [canonical(row[0]) for row in rows(compose(1, 500, passing), 1, MADE)]
    assert len(set(keys)) == len(keys) == 500


def test_who_is_not_listed_is_not_found() -> None:
    wanted = compose(1, 5000, ("AB12CDE",))
    listed = {canonical(row[0]) for row in rows(wanted, 1, MADE)}
    strangers = [plate(FIRST_NUMBER + n) for n in range(0, 100_000_000, 999_983)] + ["X1", "ÄÖ12", "§§"]
    assert all(wanted.entry(vrm) is None for vrm in strangers if canonical(vrm) not in listed)
    assert wanted.entry("AB 12 CDE") == "AB12CDE"


def test_a_list_too_short_for_its_passing_vehicles_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot name 2 passing vehicles"):
        compose(1, 1, ("AB12CDE", "AB12CDF"))


@pytest.mark.parametrize("unique", [False, True])
def test_a_world_lists_each_passing_vehicle_once(
    make_world: Callable[..., World], tmp_path: Path, unique: bool
) -> None:
    world = make_world(hits=30, unique=unique)
    who = cast(world)
    said: list[str] = []
    write_list(tmp_path, world, who, MADE, said.append)
    with (tmp_path / "voi.csv").open(encoding="utf-8", newline="") as file:
        vrms = [row["vrm"] for row in csv.DictReader(file)]
    assert len(vrms) == len(set(map(canonical, vrms))) == 500
    assert len(who.listed) == 30
    assert set(who.listed.values()) <= set(vrms)
    assert all((number(vrm) or 0) < FIRST_NUMBER for vrm in who.listed.values())


def test_a_key_that_is_there_stays(tmp_path: Path) -> None:
    write_key(tmp_path, 1)
    key = tmp_path / "key"
    first = key.read_text(encoding="ascii")
    assert len(bytes.fromhex(first.strip())) == 32
    assert key.stat().st_mode & 0o777 == 0o600
    write_key(tmp_path, 2)
    assert key.read_text(encoding="ascii") == first
