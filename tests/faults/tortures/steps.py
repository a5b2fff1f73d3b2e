"""Random histories of spool, receipts and coverage, step by step -> as many steps as are asked for, each invariant held. [row 10]"""

import re
import subprocess
import sys
from typing import Final

from tests.faults.rig.campaign import Found, Order, Torture
from tests.faults.rig.program import ROOT

TEST: Final = "tests/edge/uplink/test_delivery.py"
_ERROR: Final = re.compile(r"^[E |]+ (\w*Error\b.*)", re.MULTILINE)  # as pytest says it, in a group or alone


def run(order: Order) -> Found:
    """A cycle is a step; a step is one event, receipt, loss, kill, restart, drop or restored store."""
    words = [
        "env",
        f"PATROL_STEPS={order.cycles}",
        f"PATROL_SHORTEST={int(order.tree == ROOT)}",  # of a control nobody asks for the shortest history: it takes minutes
        sys.executable,
        "-m",
        "pytest",
        "-q",
        f"--hypothesis-seed={order.seed}",
        TEST,
    ]
    asked = subprocess.run(words, cwd=order.tree, capture_output=True, text=True, check=False)
    if not asked.returncode:
        return Found(promised=order.cycles, at_hq=order.cycles)
    said = _ERROR.findall(asked.stdout) or [asked.stdout[-300:]]
    if promises := [error for error in said if error.startswith("AssertionError")]:
        return Found(promised=order.cycles, lost=1, broken=promises[:3])
    return Found(promised=order.cycles, unbootable=1, broken=said[:3])  # a fault is no broken promise, nor a walk


TORTURE: Final = Torture(
    "random histories of spool, uplink and headquarters' answers (hypothesis), real SQLCipher files",
    run,
    full=100_000,
    short=500,
    control=2_000,
    minutes=12,
    catches=("puback", "again-ignored"),
    unit="steps",
    row=10,
)
