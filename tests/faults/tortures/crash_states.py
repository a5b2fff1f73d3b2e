"""A log of everything that the card was told -> each state in which a power cut could have left it, and what was promised then.

The real daemon lives three times (killed, stopped, killed) in user-mode Linux on a card under dm-log-writes; each promise is a
mark in the log. A state is everything up to an entry, or what was flushed before it and a random half of the rest; it must
hold every promise whose mark it has passed.
"""

import contextlib
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Final

from tests.faults.rig import card
from tests.faults.rig.campaign import Found, NotPossibleError, Order, Torture
from tests.faults.rig.car import KEY
from tests.faults.rig.judge import missing
from tests.faults.rig.life import INIT, Heard, Life, frames, guest, ordered
from tests.faults.rig.logwrites import Device, Entry, entries
from tests.faults.rig.promised import Promised
from tests.faults.rig.uml import Machine

CARD_MB, LOG_MB = 24, 1024
LIVES: Final = ((8, 9), (40, 15), (8, 9))  # seconds after the first promise, and the signal
SHORT_LIVES: Final = ((2, 9), (2, 15))
RATE: Final = 120.0
MOST: Final = 20_000  # reads of a life
LOG_END: Final = "dm-log-writes-end"  # a mark that the device makes itself
PATIENCE_S: Final = 600.0  # a busy machine
LOOK_EVERY: Final = 25  # states: the others are glanced at
MEMORY: Final = Path("/dev/shm")


def recorded(order: Order, lives: tuple[tuple[int, int], ...]) -> tuple[Path, Path]:
    """The fresh card, and the log of what was done to it. Raises NotPossibleError."""
    if shutil.which("dmsetup", path="/usr/sbin:/sbin:/usr/bin") is None:
        raise NotPossibleError("dmsetup is not installed (Debian: apt install dmsetup)")
    folder = order.folder
    image = card.made(folder / "card.img", CARD_MB, "-J", "size=4")
    fresh, log, init = folder / "fresh.img", folder / "log.img", folder / "init"
    fresh.write_bytes(image.read_bytes())
    with log.open("wb") as file:
        file.truncate(LOG_MB << 20)
    ordered(folder, "mqtt://127.0.0.1:9", group_ms=10)
    frames(folder, 0, MOST)
    machine = Machine(order.tools, init, folder / "machine.log", [image, log])
    run = "".join(f'END="{after_s} {signal}" MARK_LOG=lw {guest(folder, RATE)}\n' for after_s, signal in lives)
    logged = _LOGGED.format(modules=machine.modules, sectors=CARD_MB * 2048, tree=order.tree, python=sys.executable)
    init.write_text(INIT + logged + run + _OVER)
    init.chmod(0o755)
    heard = Heard(machine.start(), Life(0))
    try:
        while not heard.until("over", PATIENCE_S):
            if not heard.life.has_ended:
                raise NotPossibleError(f"the machine came to no end: {folder}/machine.log")
            heard.life.has_ended = False
    finally:
        machine.cut()
        heard.the_rest()
    return fresh, log


_LOGGED: Final = """export PATH=/usr/sbin:/sbin:/usr/bin:/bin
cd {tree} || exit 1
{python} -S -E -m tests.faults.rig.marks {modules}/md/dm-mod.ko {modules}/md/dm-log-writes.ko || exit 1
dmsetup --noudevsync create lw --table "0 {sectors} log-writes /dev/ubda /dev/ubdb" || exit 1
dmsetup --noudevsync mknodes
mount -o commit=5 /dev/mapper/lw /run/state || exit 1
"""
_OVER: Final = """cd /
umount /run/state
dmsetup --noudevsync remove lw
echo '{"over": true}' >/dev/ttyS0
sleep 3600
"""


class States:
    """What is looked at, one state after the other."""

    def __init__(self, folder: Path, order: Order) -> None:
        self.found = Found(more={"cycles": 0, "lossy_states": 0, "entries": 0})
        self._folder = folder
        self._order = order
        self._chance = Random(order.seed)
        self._promised = Promised()

    def run(self, fresh: Path, log: Path) -> Found:
        """So many states, evenly over the log; time, SIGINT and SIGTERM end it early."""
        written = list(entries(log))
        self.found.more["entries"] = len(written)
        with contextlib.suppress(KeyboardInterrupt, SystemExit), contextlib.closing(Device(fresh, log)) as device:
            for passed, entry in enumerate(written, 1):
                self._mark(entry)
                device.follow(entry)
                due = self._order.cycles * passed // len(written)
                while self.found.more["cycles"] < due and not self._order.is_over():
                    self._look(device)
        self.found.promised = self._promised.given()
        self.found.lost += self._promised.twice()
        return self.found

    def _mark(self, entry: Entry) -> None:
        if entry.mark is not None and entry.mark != LOG_END:
            epoch, lane, first, last = entry.mark.split(",")
            self._promised.hear({"epoch": epoch, "lane": lane, "first": int(first), "last": int(last)})

    def _look(self, device: Device) -> None:
        found, more = self.found, self.found.more
        more["cycles"] += 1
        number = self._order.progress.done = more["cycles"]
        state = self._folder / "state.img"
        device.state(state, self._chance if number % 2 else None)
        how = card.glance if number % LOOK_EVERY else card.look
        try:
            with card.mounted(state, self._folder / "state") as mounted:
                look = how(mounted / "spool", KEY)
        except subprocess.CalledProcessError:
            found.unbootable += 1
            return
        lost = missing(self._promised.numbers, look.held)
        found.corrupt += not look.is_sound
        found.lost += lost
        more["lossy_states"] += lost > 0


def crash_states(order: Order, lives: tuple[tuple[int, int], ...]) -> Found:
    """The log is made anew each time: what a busy machine groups differs."""
    fresh, log = recorded(order, lives)
    folder = MEMORY / order.folder.name if MEMORY.is_dir() else order.folder / "states"
    folder.mkdir()
    try:
        return States(folder, order).run(fresh, log)
    finally:
        for left in folder.glob("*.img"):
            left.unlink()
        (folder / "state").rmdir()
        folder.rmdir()


def run(order: Order) -> Found:
    """A cycle is one state."""
    return crash_states(order, LIVES if order.cycles > TORTURE.short else SHORT_LIVES)


TORTURE: Final = Torture(
    "every state in which a power cut can leave the card: prefixes of its write log, and random halves of what was not flushed",
    run,
    full=10_000,
    short=60,
    control=400,
    minutes=30,
    catches=("normal",),
    unit="states",
    row=3,
)
