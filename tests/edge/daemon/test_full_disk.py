"""The daemon on a disk without room: it starts, warns, stores once there is room, and ends when it is told to."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.edge.rig.street import PLATE

if TYPE_CHECKING:
    from tests.edge.rig.daemon import Daemon
    from tests.edge.rig.device import Device

Plug = Callable[[str], "Device"]


def use_up(filler: Path) -> None:
    """Nothing more fits beside the file."""
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


@pytest.fixture
def full_disk() -> Iterator[Callable[[Path], Path]]:
    """`full_disk(folder)`: the folder becomes a small file system without room; the file that takes it."""
    mounted: list[Path] = []

    def fill(folder: Path) -> Path:
        if os.geteuid() != 0:
            pytest.skip("mounting a small file system needs root")
        ended = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=False)
        if ended.returncode != 0:
            pytest.skip("mounting is not allowed here")
        mounted.append(folder)
        return folder / "filler"

    yield fill
    for folder in mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_on_a_full_disk_it_starts_warns_says_so_and_goes_on(
    car: "Daemon", plug: Plug, full_disk: Callable[[Path], Path]
) -> None:
    front = plug("front")
    lists = car.folder / "store" / "lists"
    sound = (lists / "wanted.list").read_bytes()
    filler = full_disk(car.folder / "store")
    lists.mkdir()
    (lists / "wanted.list").write_bytes(sound)
    use_up(filler)
    reader = car.start()
    if not reader.status["devices"]["front"]["up"]:
        reader.until("device", name="front", up=True)
    if reader.status["disk"]["up"] is None:
        reader.until("device", name="disk", up=False)
    front.read_plate(PLATE)
    reader.until("alert", vrm=PLATE)
    filler.unlink()
    reader.until("stored", lane="read")
    assert car.stop() == 0


def test_a_stop_is_obeyed_though_the_disk_is_full(car: "Daemon", full_disk: Callable[[Path], Path]) -> None:
    filler = full_disk(car.folder / "store")
    use_up(filler)
    reader = car.start()
    if reader.status["disk"]["up"] is None:
        reader.until("device", name="disk", up=False)
    assert car.stop(within_s=4.0) in (0, 1)
