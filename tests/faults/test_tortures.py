"""Each torture in its short form keeps every promise, and fails with a build that breaks one. Full length: scripts/torture --list."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tests.faults.rig.broken import broken_tree
from tests.faults.rig.broker import mosquitto_path
from tests.faults.rig.campaign import Order
from tests.faults.rig.fault import Edit, apply
from tests.faults.rig.program import ROOT
from tests.faults.tortures import TORTURES, steps

NOT_POSSIBLE: Final = 2
MOST_S: Final = 300
SHORT: Final = ("ledger", "mqtt-loss", "cards", "hq-restored", "hang", "cold-start", "clock-jumps")

pytestmark = pytest.mark.skipif(mosquitto_path() is None, reason="mosquitto is not installed")


def tortured(name: str, *words: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and the line. A process of its own, for some of them leave the network."""
    command = [sys.executable, "-m", "tests.faults.rig.torture", name, "--cycles", str(TORTURES[name].short), *words]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=MOST_S, check=False)
    if asked.returncode == NOT_POSSIBLE:
        pytest.skip(asked.stderr.strip())
    assert asked.stdout, asked.stderr
    found: dict[str, Any] = json.loads(asked.stdout)
    return asked.returncode, found


@pytest.mark.parametrize("name", SHORT)
def test_the_short_form_of_a_torture_breaks_no_promise(name: str) -> None:
    code, found = tortured(name)
    assert (code, found["good"], found["breaches"]) == (0, True, []), found


def test_a_clock_that_is_believed_fails_the_clock_jumps_whose_broken_build_needs_no_name() -> None:
    code, found = tortured("clock-jumps", "--broken")
    assert (code, found["broken"]) == (1, "clock-believed")
    assert "a clock that was ten years behind was believed" in found["breaches"]


@pytest.mark.parametrize(
    ("name", "broken", "cycles"),
    [("steps", "puback", 500), ("steps", "again-ignored", 500), ("kill9", "epoch-kept", 5)],
)
def test_a_broken_build_fails_by_what_it_loses_and_not_by_a_fault_of_its_own(
    name: str, broken: str, cycles: int
) -> None:
    code, found = tortured(name, "--broken", broken, "--cycles", str(cycles))
    assert (code, found["unbootable"]) == (1, 0), found
    assert found["lost"] >= 1


def test_a_walk_that_ends_by_a_fault_has_broken_no_promise(tmp_path: Path) -> None:
    """What waits for a PUBACK finds no client in the rig: nothing was lost, and nothing walked."""
    tree = broken_tree("puback", tmp_path)
    apply(Edit("tests/edge/rig/model.py", "        self._client = self\n", ""), tree)
    found = steps.run(Order(tmp_path, 50, seed=1, tree=tree))
    assert (found.lost, found.unbootable, found.is_good) == (0, 1, False)
    assert found.broken[0].startswith("AttributeError")


def test_a_torture_without_a_broken_build_of_its_own_wants_its_name() -> None:
    command = [sys.executable, "-m", "tests.faults.rig.torture", "outage", "--broken"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=MOST_S, check=False)
    assert (asked.returncode, asked.stdout) == (2, "")
    assert "say which one" in asked.stderr


def test_every_broken_build_is_some_tortures_to_catch_within_a_length_of_its_own() -> None:
    for name, torture in TORTURES.items():
        assert bool(torture.catches) == bool(torture.control), name
        assert torture.control <= torture.full, name
