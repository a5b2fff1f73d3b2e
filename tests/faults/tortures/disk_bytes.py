"""Rates of reads -> bytes that a block device is told to write for each read, ext4 and all, with every promise on it.

The card is an ext4 image on a loop device of this machine; the kernel counts the sectors that this device is told to write
(Documentation/block/stat.rst, field 7). The daemon has its own defaults, headquarters answers, and in the end the card is
let go of, so that nothing is left unwritten. A card that is in use has a log of an earlier life, which a fresh one has not.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
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
EARLIER_RATE: Final = (
    600  # reads/s, each a commit, as far as the machine is able: a log of a megabyte or two in half a minute
)
SINGLY: Final = "group_events = 1\n"


@dataclass(frozen=True, slots=True)
class Case:
    """A card: reads of an earlier life, seconds between two commits of ext4's journal."""

    rate: int
    earlier: int = 20_000
    commit_s: int = card.COMMIT_S


CASES: Final = {
    "at_5": Case(5),
    "at_20": Case(20),
    "at_5_fresh": Case(5, earlier=0),
    "at_5_commit_60": Case(5, commit_s=60),
    "at_20_commit_60": Case(20, commit_s=60),
}


@dataclass(frozen=True, slots=True)
class Written:
    """What the device was told to write: by a fresh store for its start, and per read from then to the last close."""

    start_bytes: int
    per_read: float


def written(rig: Rig, case: Case, seconds: float) -> tuple[Found, Written]:
    """The verdict on the promises, and what they cost."""
    numbers = count()
    rig.feeder = Feeder(rig.car.ports["front"], numbers, case.rate)
    image = card.made(rig.car.folder / "card.img", IMAGE_MB)
    usual = rig.car.config.read_text().replace("group_ms = 50\n", "")  # the default
    rig.car.config.write_text(usual)
    with card.mounted(image, rig.car.state, case.commit_s) as state:
        words = ["findmnt", "-n", "-o", "SOURCE", str(state)]
        device = Path(subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()).name
        if case.earlier:
            _live_before(rig, numbers, case.earlier)
        made = _bytes_written(device, state)
        _begin(rig)
        rig.until_stored(WARM_UP)
        started, earlier = _bytes_written(device, state), rig.car.follower.count("read")
        time.sleep(seconds)
        rig.feeder.stop()
        until(lambda: rig.car.follower.count("read") >= len(rig.feeder.said), "the last read is stored")
        found = rig.settle().found()
        rig.car.stop()
        total = _bytes_written(device, state) - started
    return found, Written(started - made, total / (len(rig.feeder.said) - earlier))


def _begin(rig: Rig) -> None:
    if not rig.broker.is_running():
        rig.start()
        return
    rig.car.start()
    rig.feeder.start()


def _live_before(rig: Rig, numbers: Iterator[int], reads: int) -> None:
    """A whole life; what it said counts for the verdict too."""
    usual = rig.car.config.read_text()
    rig.car.config.write_text(usual.replace("[local]\n", f"{SINGLY}\n[local]\n"))
    then, rig.feeder = rig.feeder, Feeder(rig.car.ports["front"], numbers, EARLIER_RATE)
    then.said = rig.feeder.said
    rig.start()
    rig.until_stored(reads)
    rig.settle()
    rig.car.stop()
    rig.car.config.write_text(usual)
    rig.feeder = then


def _bytes_written(device: str, state: Path) -> int:
    """Until now, what ext4 held back included."""
    with (state / "last").open("w") as last:
        os.fsync(last.fileno())
    return int(Path(f"/sys/block/{device}/stat").read_text().split()[SECTORS_WRITTEN]) * SECTOR_BYTES


def run(order: Order) -> Found:
    """A cycle is a second of each card; they run side by side."""
    if os.geteuid():
        raise NotPossibleError("needs root: an image is mounted")
    total = Found()
    with ThreadPoolExecutor(len(CASES)) as pool:
        cards = pool.map(partial(_one_card, order), CASES)
        for (name, case), (found, card_) in zip(CASES.items(), cards, strict=True):
            for count_ in ("promised", "at_hq", "lost", "invented", "repeated"):
                setattr(total, count_, getattr(total, count_) + getattr(found, count_))
            total.more[f"bytes_per_read_{name}"] = round(card_.per_read)
            if not case.earlier:
                total.more["start_bytes"] = card_.start_bytes
            if card_.per_read > MOST_BYTES[case.rate]:
                total.broken.append(f"{card_.per_read:.0f} bytes a read {name}, not {MOST_BYTES[case.rate]}")
    return total


def _one_card(order: Order, name: str) -> tuple[Found, Written]:
    folder = order.folder / name
    folder.mkdir()
    with built(folder, linger_s=LINGER_S, tree=order.tree) as rig:
        return written(rig, CASES[name], order.cycles)


TORTURE: Final = Torture(
    "bytes to the card for each read at 5 and at 20 reads/s, of fresh and of used cards, counted at a block device",
    run,
    full=300,
    short=5,
    control=120,  # seconds: a last checkpoint spread over fewer reads is over the bound by itself
    minutes=7,
    catches=("ungrouped",),
    unit="seconds",
    row=6,
)
