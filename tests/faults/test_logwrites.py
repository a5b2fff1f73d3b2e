"""A log of dm-log-writes as its driver lays it out -> entries, and what a cut can leave behind each of them."""

from contextlib import closing
from pathlib import Path
from random import Random
from struct import pack

import pytest

from tests.faults.rig.logwrites import DISCARD, FLUSH, FUA, MAGIC, MARK, SECTOR, Device, entries

Written = tuple[int, int, bytes]


def log_of(path: Path, written: list[Written]) -> Path:
    """(sector, flags, data or a mark's text), each as the driver writes it."""
    out = pack("<QQQI", MAGIC, 1, len(written), SECTOR).ljust(SECTOR, b"\0")
    for sector, flags, data in written:
        text = data if flags & MARK else b""
        head = pack("<QQQQ", sector, 0 if flags & MARK else len(data) // SECTOR, flags, len(text))
        out += (head + text).ljust(SECTOR, b"\0")
        out += b"" if flags & (MARK | DISCARD) else data
    path.write_bytes(out)
    return path


def filled(letter: str) -> bytes:
    return letter.encode() * SECTOR


def state(device: Device, folder: Path, chance: Random | None = None) -> str:
    """The first letter of each sector; a point where nothing was ever written."""
    device.state(folder / "state", chance)
    image = (folder / "state").read_bytes()
    return "".join(chr(image[at]) if image[at] else "." for at in range(0, len(image), SECTOR))


def test_what_was_flushed_is_there_and_the_rest_in_any_part(tmp_path: Path) -> None:
    log = log_of(
        tmp_path / "log",
        [(0, 0, filled("a")), (0, FLUSH, b""), (0, MARK, b"some"), (1, 0, filled("b")), (2, FUA, filled("c"))],
    )
    (tmp_path / "card").write_bytes(bytes(3 * SECTOR))
    seen, marks = [], []
    with closing(Device(tmp_path / "card", log)) as device:
        for entry in entries(log):
            device.follow(entry)
            marks.append(entry.mark)
            seen.append({state(device, tmp_path, Random(seed)) for seed in range(20)} | {state(device, tmp_path)})
    assert seen == [{"...", "a.."}, {"a.."}, {"a.."}, {"a..", "ab."}, {"a.c", "abc"}]
    assert marks == [None, None, "some", None, None]


def test_a_discard_leaves_zeros_and_takes_no_room_in_the_log(tmp_path: Path) -> None:
    log = log_of(tmp_path / "log", [(0, DISCARD, filled("x")), (1, FUA, filled("b"))])
    (tmp_path / "card").write_bytes(filled("a") * 2)
    with closing(Device(tmp_path / "card", log)) as device:
        for entry in entries(log):
            device.follow(entry)
        assert state(device, tmp_path) == ".b"


def test_another_file_is_no_log(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(bytes(SECTOR))
    with pytest.raises(ValueError, match="no log"):
        list(entries(tmp_path / "log"))
