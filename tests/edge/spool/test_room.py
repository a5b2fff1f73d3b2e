"""The ballast beside the spool: held while there is plenty, given up when there is nothing."""

import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from edge.spool.room import BALLAST_BYTES, Room

Status = namedtuple("Status", "f_bavail f_frsize")


def test_the_ballast_takes_real_room_and_gives_it_back(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.restore()
    assert room.is_held
    ballast = (tmp_path / "ballast").stat()
    assert (ballast.st_size, ballast.st_blocks * 512) == (BALLAST_BYTES, BALLAST_BYTES)
    room.release()
    assert not room.is_held
    assert list(tmp_path.iterdir()) == []
    room.release()


def test_on_a_disk_that_is_nearly_full_nothing_is_held_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shutil.disk_usage(tmp_path).free > 4 * BALLAST_BYTES
    monkeypatch.setattr(os, "statvfs", lambda _: Status(4 * BALLAST_BYTES, 1))
    room = Room(tmp_path)
    room.restore()
    assert not room.is_held
    assert list(tmp_path.iterdir()) == []
