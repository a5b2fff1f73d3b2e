"""The broken builds for negative controls: each can still be made of this tree."""

from pathlib import Path

import pytest

from tests.faults.rig import broken, fault
from tests.faults.rig.program import ROOT


@pytest.mark.parametrize("name", broken.BROKEN)
def test_what_a_broken_build_replaces_stands_in_this_tree_once(name: str) -> None:
    for edit in broken.BROKEN[name].edits:
        assert (ROOT / edit.file).read_text().count(edit.old) == 1, edit.file


def test_a_text_that_is_not_there_any_more_is_said_loudly(tmp_path: Path) -> None:
    (tmp_path / "some.py").write_text("a = 1\n")
    with pytest.raises(fault.StaleError, match=r"some\.py"):
        fault.apply(fault.Edit("some.py", "a = 2", "a = 3"), tmp_path)
