"""What the car costs stays within budgets.toml, by counting; and each count sees a regression."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from edge.matcher.importer import import_csv
from proto.voi import COLUMNS
from simulator.numbered import plate
from tests.budgets.rig import work
from tests.virtual.rig.witness import KEY

ROOT: Final = Path(__file__).parents[2]
BUDGETS: Final[dict[str, dict[str, Any]]] = tomllib.loads((Path(__file__).parent / "budgets.toml").read_text())
LIBRARIES: Final = {
    *("aiomqtt", "aiosqlite", "msgpack", "paho", "serial", "sqlcipher3", "zstandard"),
    *("drivers", "edge", "forecast", "proto", "records"),
    *("cython_runtime", "_cython_3_3_0"),
}  # fmt: skip
"""What the daemon may have loaded when it begins: not pydantic (13 MB), not numpy, no web server."""


def is_within(name: str, cost: float) -> bool:
    """Said, so that whoever looks for a figure finds it with -s or in a failure."""
    print(f"{name}: {cost:.1f} of {BUDGETS[name]['most']}")
    return cost <= float(BUDGETS[name]["most"])


def told_by(module: str, *words: str) -> dict[str, Any]:
    """What a process of its own says, whose strings hash the same every time."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.budgets.rig.{module}", *words],
        cwd=ROOT, env={"PYTHONHASHSEED": "0", "MALLOC_ARENA_MAX": "1"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def make_list(folder: Path, entries: int, every: int) -> Path:
    """A list of every so many plates."""
    source = folder / "wanted.csv"
    rows = [plate(n * every) + "," * (len(COLUMNS) - 1) for n in range(entries)]
    source.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n")
    import_csv(source, folder / "lists", KEY, report=lambda _: None, progress=lambda _: None)
    return folder / "lists"


of_3_11 = pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="instructions are those of CPython 3.11")


@of_3_11
def test_a_read_costs_so_many_instructions(tmp_path: Path) -> None:
    lists = make_list(tmp_path, 1000, 20)
    assert is_within("opcodes_per_read", work.opcodes_per_read(lists))
    assert not is_within("opcodes_per_read", work.opcodes_per_read(lists, saw_twice=True))


@of_3_11
def test_a_read_that_is_sent_costs_so_many_instructions() -> None:
    assert is_within("opcodes_per_read_sent", work.opcodes_per_read_sent())
    assert not is_within("opcodes_per_read_sent", work.opcodes_per_read_sent(times=2))


async def test_a_read_costs_so_many_bytes_of_disk(tmp_path: Path) -> None:
    for name in ("ours", "worse"):
        (tmp_path / name).mkdir()
    assert is_within("disk_bytes_per_read", await work.disk_bytes_per_read(tmp_path / "ours"))
    assert not is_within("disk_bytes_per_read", await work.disk_bytes_per_read(tmp_path / "worse", in_group=1))


def test_a_read_costs_so_many_bytes_of_the_link() -> None:
    assert is_within("wire_bytes_per_read", work.wire_bytes_per_read())
    assert not is_within("wire_bytes_per_read", work.wire_bytes_per_read(20))


def test_the_daemon_loads_no_more_than_it_needs_and_stays_small(tmp_path: Path) -> None:
    lists = make_list(tmp_path, 50_000, 1)
    told = told_by("process", "daemon", str(lists))
    assert set(told["libraries"]) <= LIBRARIES
    assert told["dear"] == []
    assert is_within("modules_at_start", told["modules"])
    assert is_within("rss_at_start_kb", told["rss_kb"])
    assert is_within("rss_of_a_list_kb", told["list_kb"])
    worse = told_by("process", "pydantic")
    assert not is_within("rss_of_a_list_kb", told_by("process", "hoarding", str(lists))["list_kb"])
    assert not set(worse["libraries"]) <= LIBRARIES
    assert not is_within("modules_at_start", worse["modules"])
    assert not is_within("rss_at_start_kb", worse["rss_kb"])


def test_a_car_whose_broker_speaks_tls_loads_openssl_and_nothing_else_that_is_dear() -> None:
    told = told_by("process", "tls")
    assert told["dear"] == ["_hashlib", "_ssl", "ssl"]
    assert is_within("rss_at_start_with_tls_kb", told["rss_kb"])


def test_a_car_that_stands_is_quiet() -> None:
    told = told_by("standing")
    assert {name for name, cost in told.items() if not is_within(name, cost)} == set()


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("restless", "wakeups_per_second"),
        ("wordy", "log_lines_per_hour"),
        ("unpacked", "wire_bytes_per_read_all_in"),
    ],
)
def test_a_car_that_is_not_is_noticed(change: str, name: str) -> None:
    assert not is_within(name, told_by("standing", change)[name])


def test_every_budget_is_counted() -> None:
    source = Path(__file__).read_text() + (Path(__file__).parent / "rig" / "standing.py").read_text()
    assert [name for name in BUDGETS if f'"{name}"' not in source] == []
