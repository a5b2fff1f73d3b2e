"""A car on a small file system that fills up and is emptied again -> hits shown meanwhile, no promise, and how soon it stores again."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from simulator.numbered import plate
from tests.faults.rig.campaign import Found, NotPossibleError, Order, Torture
from tests.faults.rig.feeder import Feeder
from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig, built

SIZE_KB: Final = 8192
AT_ONCE: Final = 50
MOST: Final = 250_000  # reads: by far more than a campaign of 20 rounds; their store fills 8 MB after 26
RECOVER_S: Final = 60.0  # promised: from the moment that there is room, and without a hand


@contextmanager
def small_disk(folder: Path, size_kb: int = SIZE_KB) -> Iterator[None]:
    """A file system of its own at the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_kb}k", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(path: Path) -> None:
    """Not a byte is left on the file system."""
    with path.open("wb", buffering=0) as file:
        for size in (65_536, 4096, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue


class FullDisk:
    """One disk, filled and emptied as often as asked."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self.longest_s = 0.0
        self.silent = 0
        """Times that a hit was not shown while the disk was full."""
        self.rounds = 0

    def once(self) -> None:
        """Full, and empty again. Raises TimeoutError when it does not recover."""
        state = self._rig.car.state
        fill(state / "filler")
        until(self._is_full, "the disk is full, too, when its ballast is given up")
        mark = self._rig.car.follower.mark()
        self._rig.feeder.say(AT_ONCE)  # one of them is listed
        try:
            until(lambda: self._rig.car.follower.of("alert", mark), "a hit is shown")
        except TimeoutError:
            self.silent += 1
        for filler in state.glob("filler*"):
            filler.unlink()
        free_s = time.monotonic()
        until(lambda: self._stored() >= len(self._rig.feeder.said), "everything is stored", RECOVER_S * 2)
        self.longest_s = max(self.longest_s, time.monotonic() - free_s)
        self.rounds += 1

    def _is_full(self) -> bool:
        self._rig.feeder.say(AT_ONCE)
        fill(self._rig.car.state / "filler-2")
        return self._ups()[-1:] == [False]

    def _stored(self) -> int:
        return self._rig.car.follower.count("read")

    def _ups(self) -> list[bool]:
        return [line["up"] for line in self._rig.car.follower.of("device") if line["name"] == "disk"]


def disk_full(rig: Rig, order: Order) -> Found:
    """`order.cycles` times. A promise that was made on a full disk shows as lost at the end."""
    with small_disk(rig.car.state):
        rig.car.carry(plate(number) for number in range(0, MOST, AT_ONCE))
        rig.broker.start()
        rig.headquarters.start()
        rig.car.plug()
        rig.car.start()
        rig.car.until_heard()
        rig.feeder.say(AT_ONCE)
        until(lambda: rig.car.follower.count("read") == AT_ONCE, "the first reads are stored")
        disk, broken = FullDisk(rig), []
        try:
            for _ in order.rounds():
                disk.once()
        except TimeoutError as error:
            broken.append(f"after {disk.rounds} rounds: {error}")
        for filler in rig.car.state.glob("filler*"):
            filler.unlink()
        found = rig.settle().found()
        if rig.car.stop() != 0:
            broken.append("the daemon did not end cleanly")
        rig.car.unplug()
    found.more = {"cycles": disk.rounds, "recovered_in_s": round(disk.longest_s, 2), "silent": disk.silent}
    if disk.silent:
        broken.append(f"{disk.silent} hits were not shown")
    if disk.longest_s > RECOVER_S:
        broken.append("it took too long until something was stored again")
    found.broken = broken
    return found


def run(order: Order) -> Found:
    """A cycle is one time full and empty again."""
    if os.geteuid():
        raise NotPossibleError("needs root: a small file system is mounted")
    with built(order.folder, tree=order.tree) as rig:
        rig.feeder = Feeder(rig.car.ports["front"], count(), 0)
        return disk_full(rig, order)


TORTURE: Final = Torture(
    "the disk full and empty again: hits are shown, nothing is promised, storing goes on by itself",
    run,
    full=20,
    short=2,
    control=1,
    minutes=3,
    catches=("full-promised",),
    row=5,
)
