"""Random histories of spool, receipts and coverage, step by step -> as many steps as are asked for, each invariant held. [row 10]"""

import re
import subprocess
import sys
from typing import Final

from tests.faults.rig.campaign import Found, Order, Torture

TEST: Final = "tests/edge/uplink/test_delivery.py"


def run(order: Order) -> Found:
    """A cycle is a step; a step is one event, receipt, loss, kill, restart, drop or restored store."""
    words = [
        "env",
        f"PATROL_STEPS={order.cycles}",
        sys.executable,
        "-m",
        "pytest",
        "-q",
        f"--hypothesis-seed={order.seed}",
        TEST,
    ]
    asked = subprocess.run(words, cwd=order.tree, capture_output=True, text=True, check=False)
    if asked.returncode:
        said = "\n".join(re.findall(r"^E .*", asked.stdout, re.MULTILINE)[:3]) or asked.stdout[-300:]
        return Found(promised=order.cycles, lost=1, broken=[said])
    return Found(promised=order.cycles, at_hq=order.cycles)


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
