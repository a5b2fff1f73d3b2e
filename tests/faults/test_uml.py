"""A machine that does not start is not there: its tests are skipped, with a reason."""

import os
from pathlib import Path

import pytest

from tests.faults.rig import uml


@pytest.mark.skipif(os.geteuid() != 0, reason="user-mode Linux is for root")
def test_a_kernel_that_does_not_start_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kernel = tmp_path / "linux.uml"
    kernel.write_text("#!/bin/sh\nexit 1\n")
    kernel.chmod(0o755)
    assert uml.is_there(tmp_path)
    monkeypatch.setattr(uml, "TOOLS", tmp_path)
    uml.main()
    assert not uml.is_there(tmp_path)
    assert "does not start here" in capsys.readouterr().err
