"""The core in virtual time, in short: fixed seeds, a fresh one, the same again from its seed, and broken copies that are caught.

The full length: `scripts/torture virtual`.
"""

import hashlib
import json
import random
import shlex
import subprocess
import sys
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


def test_the_same_seed_is_the_same_history_to_the_byte(tmp_path: Path) -> None:
    def history(seed: int, name: str) -> tuple[dict[str, Any], bytes]:
        log = tmp_path / name
        return simulated(ROOT, 0, 0, "--history", str(seed), "--shift", "0.2", "--log", str(log)), log.read_bytes()

    (told, steps), again, (_, others) = history(7, "one"), history(7, "two"), history(8, "three")
    assert again == (told, steps)
    assert steps != others
    assert hashlib.blake2b(steps, digest_size=8).hexdigest() == told["trace"]


def test_two_at_a_time_come_to_the_same_verdict_and_say_how_to_see_it_once_more(tmp_path: Path) -> None:
    tree = broken_tree("receipt-wide", tmp_path)
    (found,) = simulated(tree, 3, 1, *SHIFT)["found"]
    assert simulated(tree, 3, 1, *SHIFT, "--jobs", "2")["found"] == [found]
    command = [sys.executable, *shlex.split(found["once_more"])[1:]]
    once_more = json.loads(subprocess.run(command, cwd=tree, stdout=subprocess.PIPE, check=False).stdout)
    assert (once_more["broken"], once_more["trace"]) == (found["broken"], found["trace"])


@pytest.mark.parametrize("name", ["stored-early", "receipt-wide"])
def test_a_broken_copy_is_caught(name: str, tmp_path: Path) -> None:
    """All of them: `python -m tests.virtual.rig.hunt`."""
    assert simulated(broken_tree(name, tmp_path), 12, 1, *SHIFT)["found"]
