"""States in which a power cut can leave the card, a few of all that there are. Long: scripts/torture crash-states."""

from pathlib import Path

import pytest

from tests.faults.rig import uml
from tests.faults.rig.broken import broken_tree
from tests.faults.rig.campaign import NotPossibleError, Order
from tests.faults.rig.logwrites import MARK
from tests.faults.rig.program import ROOT
from tests.faults.test_logwrites import log_of
from tests.faults.tortures import crash_states


@pytest.mark.parametrize(
    ("second", "lost"), [("e1,read,1,2", 2), ("e1,read,3,4", 0), ("e2,read,1,2", 0), ("e1,urgent,1,2", 0)]
)
def test_a_number_that_was_announced_twice_is_a_loss(tmp_path: Path, second: str, lost: int) -> None:
    log = log_of(tmp_path / "log", [(0, MARK, b"e1,read,1,2"), (0, MARK, second.encode())])
    (tmp_path / "card").write_bytes(b"")
    found = crash_states.States(tmp_path, Order(tmp_path, 0, seed=1)).run(tmp_path / "card", log)
    assert (found.promised, found.lost) == (4 - lost, lost)


@pytest.mark.skipif(not uml.is_there(), reason=uml.NOT_THERE)
@pytest.mark.parametrize("broken", [None, "normal"])
def test_every_state_of_the_card_holds_what_was_promised_and_not_when_the_log_is_not_synced(
    tmp_path: Path, broken: str | None
) -> None:
    tree = broken_tree(broken, tmp_path) if broken else ROOT
    try:
        found = crash_states.run(Order(tmp_path, crash_states.TORTURE.short, seed=1, tree=tree))
    except NotPossibleError as reason:
        pytest.skip(str(reason))
    assert (found.corrupt, found.unbootable) == (0, 0)
    assert found.promised > 0
    assert (found.more["lossy_states"] > 0) is (broken is not None), found
