"""The real code of car and headquarters on an event loop whose time is a number: years of trouble, every step a place to die at."""

import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.faults.rig.campaign import Found, Order, Torture
from tests.virtual.rig.mutants import MUTANTS


def run(order: Order) -> Found:
    """A cycle is a virtual hour."""
    words = ["--jobs", str(os.cpu_count() or 1)]  # the verdict is that of the lowest seed, however many work at it
    if math.isfinite(order.until_s):
        words += ["--minutes", str((order.until_s - time.monotonic()) / 60)]
    told = simulated(order.tree, order.cycles, order.seed, *words)
    sums = {name: told.pop(name) for name in ("promised", "at_headquarters", "repeated_batches", "found", "good")}
    return Found(
        promised=sums["promised"],
        at_hq=sums["at_headquarters"],
        cycles=min(order.cycles, int(told["hours"])),
        more={**told, "sent_again": sums["repeated_batches"]},
        broken=[f"{found['broken']}; once more: {found['once_more']}" for found in sums["found"]],
    )


def simulated(tree: Path, hours: float, seed: int, *words: str) -> dict[str, Any]:
    """What `python -m tests.virtual.rig.main` says of a tree. Raises CalledProcessError when it says nothing."""
    command = [sys.executable, "-m", "tests.virtual.rig.main", "--hours", str(hours), "--seed", str(seed), *words]
    done = subprocess.run(command, cwd=tree, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (0, 1):
        done.check_returncode()
    told: dict[str, Any] = json.loads(done.stdout)
    return told


TORTURE = Torture(
    "the core in virtual time: power cut, error or stop at every step, all troubles at once, replayed by its seed",
    run,
    full=10_000,
    short=24,
    control=200,
    minutes=40,
    catches=(
        "stored-early",
        "receipt-early",
        "epoch-kept",
        "error-ignored",
        *MUTANTS,
    ),
    unit="hours",
    row=9,
)
