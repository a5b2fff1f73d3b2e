"""The negative control of a full card (tests/faults/test_damage.py): a recorder that promises what found no room is caught."""

import os
from itertools import count
from pathlib import Path

import pytest

from tests.faults.conftest import BuildRig
from tests.faults.rig.broken import broken_tree
from tests.faults.rig.campaign import Order
from tests.faults.rig.feeder import Feeder
from tests.faults.tortures.disk_full import disk_full


@pytest.mark.skipif(os.geteuid() != 0, reason="not root: a small file system cannot be mounted")
def test_a_recorder_that_promises_what_found_no_room_is_caught(build_rig: BuildRig, tmp_path: Path) -> None:
    rig = build_rig(tree=broken_tree("full-promised", tmp_path))
    rig.feeder = Feeder(rig.car.ports["front"], count(), 0)
    assert disk_full(rig, Order(tmp_path, 1, seed=1)).lost > 0
