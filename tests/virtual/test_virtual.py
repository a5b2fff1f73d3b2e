"""The core in virtual time, in short: fixed seeds, a fresh one, the same again from its seed, and broken copies that are caught.

The full length: `scripts/torture virtual`.
"""

import random
from pathlib import Path
from typing import Any

import pytest

from tests.faults.rig.broken import broken_tree
from tests.faults.rig.program import ROOT
from tests.faults.tortures.virtual import simulated

SHIFT: tuple[str, ...] = ("--shift", "1")


def test_hours_of_trouble_break_no_promise() -> None:
    told = simulated(ROOT, 5, 1, *SHIFT)
    assert told["found"] == []
    assert told["promised"] > 100
    assert told["ended_cut"] > 0


def test_hours_that_nobody_has_seen_before_break_no_promise() -> None:
    seed = random.SystemRandom().randrange(2, 1_000_000)
    print(f"seed {seed}")  # shown when it fails: scripts/torture virtual --seed
    assert simulated(ROOT, 3, seed, *SHIFT)["found"] == [], f"seed {seed}"


def test_the_same_seed_is_the_same_history() -> None:
    def history(seed: int) -> dict[str, Any]:
        return simulated(ROOT, 0, 0, "--history", str(seed), "--shift", "0.2")

    first = history(7)
    assert history(7) == first
    assert history(8)["trace"] != first["trace"]


@pytest.mark.parametrize("name", ["stored-early", "receipt-wide"])
def test_a_broken_copy_is_caught(name: str, tmp_path: Path) -> None:
    """All of them: `python -m tests.virtual.rig.hunt`."""
    assert simulated(broken_tree(name, tmp_path), 12, 1, *SHIFT)["found"]
