"""Power cuts of a whole machine, in short: what was promised is on the card and gets to headquarters. Long: scripts/torture power."""

import json
import os
import subprocess
import sys

import pytest

from tests.faults.rig.broker import mosquitto_path
from tests.faults.rig.campaign import TOOLS
from tests.faults.rig.program import ROOT
from tests.faults.tortures.power import TORTURE

IS_FETCHED = os.geteuid() == 0 and (TOOLS / "linux.uml").exists()
SKIPPED = "user-mode Linux is not there (or not root): scripts/torture power fetches it"


@pytest.mark.skipif(not IS_FETCHED or mosquitto_path() is None, reason=SKIPPED)
def test_three_power_cuts_lose_corrupt_and_stop_nothing() -> None:
    """In a process of its own: it leaves this network for one of its own."""
    words = [sys.executable, "-m", "tests.faults.rig.torture", "power", "--cycles", str(TORTURE.short)]
    asked = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert asked.returncode == 0, asked.stderr or asked.stdout
    assert json.loads(asked.stdout)["cycles"] == TORTURE.short
