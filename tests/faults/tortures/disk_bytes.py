"""Rates of reads -> bytes that a block device is told to write for each read, ext4 and all, with every promise on it.

The card is an ext4 image on a loop device of this machine; the kernel counts the sectors that this device is told to write
(Documentation/block/stat.rst, field 7). The daemon has its own defaults, headquarters answers, and in the end the card is
let go of, so that nothing is left unwritten.
"""

import os
import subprocess
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from tests.faults.rig import card
from tests.faults.rig.campaign import Found, NotPossibleError, Order, Torture
from tests.faults.rig.feeder import Feeder
from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig, built

MOST_BYTES: Final = {5: 4_000, 20: 2_000}  # a read, by reads/s: design 9; the aim is half of it
SECTOR_BYTES: Final = 512  # in block/stat, whatever the device's own are
SECTORS_WRITTEN: Final = 6  # counted from 0
IMAGE_MB: Final = 256
WARM_UP: Final = 10  # reads
LINGER_S: Final = 0.5  # a tenth of the default, for the end of the run; what is written does not depend on it


@dataclass(frozen=True, slots=True)
class Written:
    """What the device was told to write: by a fresh store for its start, and per read from then to the last close."""

    start_bytes: int
    per_read: float


def written(rig: Rig, rate: float, seconds: float) -> tuple[Found, Written]:
    """The verdict on the promises, and what they cost."""
    rig.feeder = Feeder(rig.car.ports["front"], count(), rate)
    image = card.made(rig.car.folder / "card.img", IMAGE_MB)
    rig.car.config.write_text(rig.car.config.read_text().replace("group_ms = 50\n", ""))  # the default
    with card.mounted(image, rig.car.state) as state:
        words = ["findmnt", "-n", "-o", "SOURCE", str(state)]
        device = Path(subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()).name
        made = _bytes_written(device, state)
        rig.start()
        rig.until_stored(WARM_UP)
        started, earlier = _bytes_written(device, state), rig.car.follower.count("read")
        time.sleep(seconds)
        rig.feeder.stop()
        until(lambda: rig.car.follower.count("read") >= len(rig.feeder.said), "the last read is stored")
        found = rig.settle().found()
        rig.car.stop()
        total = _bytes_written(device, state) - started
    return found, Written(started - made, total / (len(rig.feeder.said) - earlier))


def _bytes_written(device: str, state: Path) -> int:
    """Until now, what ext4 held back included."""
    with (state / "last").open("w") as last:
        os.fsync(last.fileno())
    return int(Path(f"/sys/block/{device}/stat").read_text().split()[SECTORS_WRITTEN]) * SECTOR_BYTES


def run(order: Order) -> Found:
    """A cycle is a second of each rate."""
    if os.geteuid():
        raise NotPossibleError("needs root: an image is mounted")
    total = Found()
    for rate, most in MOST_BYTES.items():
        folder = order.folder / f"{rate}"
        folder.mkdir()
        with built(folder, linger_s=LINGER_S, tree=order.tree) as rig:
            found, card_ = written(rig, rate, order.cycles)
        for name in ("promised", "at_hq", "lost", "invented", "repeated"):
            setattr(total, name, getattr(total, name) + getattr(found, name))
        total.more |= {f"bytes_per_read_at_{rate}": round(card_.per_read), "start_bytes": card_.start_bytes}
        if card_.per_read > most:
            total.broken.append(f"{card_.per_read:.0f} bytes a read at {rate}/s, not {most}")
    return total


TORTURE: Final = Torture(
    "bytes to the card for each read at 5 and at 20 reads/s, counted at a block device",
    run,
    full=300,
    short=5,
    control=10,
    minutes=11,
    catches=("ungrouped",),
    unit="seconds",
    row=6,
)
