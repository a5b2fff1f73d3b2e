"""Power cuts of a whole machine, in short: what was promised is on the card and gets to headquarters. Long: scripts/torture power."""

import json
import subprocess
import sys

import pytest

from tests.faults.rig import uml
from tests.faults.rig.broker import mosquitto_path
from tests.faults.rig.program import ROOT
from tests.faults.tortures.power import TORTURE


@pytest.mark.skipif(not uml.is_there() or mosquitto_path() is None, reason=uml.NOT_THERE)
def test_three_power_cuts_lose_corrupt_and_stop_nothing() -> None:
    """In a process of its own: it leaves this network for one of its own."""
    words = [sys.executable, "-m", "tests.faults.rig.torture", "power", "--cycles", str(TORTURE.short)]
    asked = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert asked.returncode == 0, asked.stderr or asked.stdout
    assert json.loads(asked.stdout)["cycles"] == TORTURE.short
