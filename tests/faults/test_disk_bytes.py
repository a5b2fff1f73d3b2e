"""What a read costs the card, counted at a block device, in short. Long: scripts/torture disk-bytes."""

import os
from pathlib import Path

import pytest

from tests.faults.rig.broken import broken_tree
from tests.faults.rig.broker import mosquitto_path
from tests.faults.rig.program import ROOT
from tests.faults.rig.rig import built
from tests.faults.tortures.disk_bytes import MOST_BYTES, TORTURE, Case, written

RATE = 20  # reads/s
END_BYTES = 100_000  # what the last checkpoint takes, once


@pytest.mark.skipif(os.geteuid() != 0 or mosquitto_path() is None, reason="needs root (a mount) and mosquitto")
@pytest.mark.parametrize("broken", [None, "ungrouped"])
def test_a_read_costs_the_card_what_it_may_and_more_when_each_is_a_commit(tmp_path: Path, broken: str | None) -> None:
    tree = broken_tree(broken, tmp_path) if broken else ROOT
    with built(tmp_path, linger_s=0.1, tree=tree) as rig:
        found, card = written(rig, Case(RATE, earlier=0), TORTURE.short)
        may = MOST_BYTES[RATE] + END_BYTES / len(rig.feeder.said)
    assert found.is_good, found
    assert (card.per_read <= may) is (broken is None), (card, may)
