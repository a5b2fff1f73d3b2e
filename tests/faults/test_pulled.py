"""A port that is pulled: its reader is hung up, and nobody else gets its number until it is plugged again."""

import os
from pathlib import Path

import pytest

from tests.faults.rig.pulled import PulledPort


@pytest.mark.skipif(os.geteuid() != 0, reason="not root: a reader's lock is passed by root only")
def test_the_number_of_a_pulled_port_is_nobody_elses(tmp_path: Path) -> None:
    port = PulledPort(tmp_path / "front")
    port.plug()
    number = f"{port.path.readlink()}"
    reader = os.open(port.path, os.O_RDWR | os.O_NOCTTY)
    port.pull()
    assert os.read(reader, 1) == b""
    os.close(reader)
    others = [os.openpty() for _ in range(8)]
    assert number not in [os.ttyname(slave) for _, slave in others]
    with pytest.raises(OSError, match="No such file"):
        os.open(port.path, os.O_RDWR | os.O_NOCTTY)
    for fd in (fd for pair in others for fd in pair):
        os.close(fd)
    port.plug()
    assert not port.opened()
    port.unplug()
