"""`LD_PRELOAD=shim_io.so python -m tests.faults.rig.io_sweep FOLDER SHIM MOST`: one life of a store for each call that can fail.

Each life is a fork: it opens the store that an earlier life left behind with a full log, stores groups, takes receipts, lets go
of old rows, and closes. The k-th call of a kind fails in it. Then the next life opens what is left. One JSON line of counts.
"""

import asyncio
import ctypes
import errno
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from edge.spool import recorder
from edge.spool.database import StoreError
from edge.spool.inbox import Inbox
from edge.spool.numbering import Numbering
from edge.spool.opening import mark_suspect, open_spool
from edge.spool.recorder import Recorder
from edge.spool.room import Room
from edge.supervision import Outage
from proto.events import Alarm, Clock, Health, Moment, Start
from proto.ranges import Ranges
from tests.faults.rig import card
from tests.faults.rig.judge import missing
from tests.faults.rig.promised import Promised

KEY: Final = "5a" * 32
KINDS: Final = ("write", "sync", "truncate")
SHORT, TORN = -1, -2
ERRORS: Final = {
    "write": {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "short": SHORT, "torn": TORN},
    "sync": {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC},
    "truncate": {"EIO": errno.EIO},
}
GROUPS: Final = 10
LOOKS: Final = 10  # for room, before a life is over
BORN_MS: Final = 1_790_000_000_000
QUOTA_BYTES: Final = 4 << 20
ENDED, GAVE_UP, GONE = 0, 1, 137
FALSE_PROMISE: Final = 9
recorder.RETRY_S = 0.002  # type: ignore[misc]  # a full disk is looked at again after this


@dataclass(frozen=True, slots=True)
class Fault:
    """Which call fails: the `at`-th of its kind, and with `sticky` every later one."""

    kind: str
    error: str
    sticky: bool
    at: int


class NoRoom(Room):
    """A ballast for which nobody waits for ever: a disk that stays full ends the life."""

    looked = 0

    def release(self) -> None:
        super().release()
        self.looked += 1
        if self.looked > LOOKS:
            os._exit(GAVE_UP)

    def restore(self) -> None:
        """A megabyte for each of these lives would be most of what is written."""
        self.is_held = True


class Life:
    """One life of a store in a folder; what it promises stands in `said`."""

    def __init__(self, folder: Path, shim: ctypes.CDLL) -> None:
        self._folder = folder
        self._shim = shim
        self._inbox: Inbox[Any] = Inbox(1, 3600)

    async def live(self, epoch: bytes, *, is_killed: bool = False) -> None:
        """From the opening to the close, or to just before it."""
        async with open_spool(self._folder / "state", KEY, epoch, bytes(16), QUOTA_BYTES, self._no_room) as opened:
            start = Start(_moment(0), None, opened.spool.lasts(), "0", opened.salvaged)
            room, disk = NoRoom(self._folder / "state"), Outage("disk", lambda *_: None)
            numbering = Numbering(start)
            self._recorder = Recorder(self._inbox, numbering, opened.spool, room, self._say, lambda: _moment(0), disk)
            stored = asyncio.Event()
            for number in range(GROUPS):
                self._inbox.offer(Alarm(_moment(number), "some", "x" * 300), "urgent", urgent=True)
                self._inbox.offer(Health(_moment(number), (("n", number),)), "health")
                await self._one_group(stored)
                if number == GROUPS // 2:
                    await self._let_go(opened.spool)
            if is_killed:
                os._exit(ENDED)

    async def _one_group(self, stored: asyncio.Event) -> None:
        running = asyncio.ensure_future(self._recorder.run(stored))
        waiting = asyncio.ensure_future(stored.wait())
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        stored.clear()
        if running.done() and running.exception():
            raise running.exception() or AssertionError
        self._recorder.stop()
        await running
        self._recorder._stopping = False

    async def _let_go(self, spool: Any) -> None:  # noqa: ANN401 - Spool, whose private part is not needed
        for ledger in list(spool.ledgers.values()):
            if ledger.epoch is spool.parent:
                ledger.receipt(Ranges([(1, ledger.last)]))
        await spool.flush_receipts()
        await spool.tidy(BORN_MS // 1000 + 3600)

    def _say(self, kind: str, /, **fields: Any) -> None:  # noqa: ANN401 - whatever JSON can say
        if kind == "stored":
            if self._shim.io_log_unsynced():
                os._exit(FALSE_PROMISE)
            with (self._folder / "said").open("a") as said:
                said.write(json.dumps(fields) + "\n")

    async def _no_room(self) -> None:
        os._exit(GAVE_UP)


def _moment(number: int) -> Moment:
    return Moment(number, BORN_MS, Clock.GNSS)


def faults(most: int) -> Iterator[tuple[str, str, bool]]:
    """Every way to fail."""
    for kind in KINDS:
        for error in ERRORS[kind]:
            for sticky in (False, True):
                if not (error == "torn" and sticky) and most:
                    yield kind, error, sticky


class Sweep:
    """All of them over all calls."""

    def __init__(self, folder: Path, shim: ctypes.CDLL) -> None:
        self._folder = folder
        self._shim = shim
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []

    def run(self, most: int) -> None:
        """`most`: a step so large that so many runs are made at most."""
        base = self._folder / "base"
        base.mkdir()
        self._fork(base, b"epoch--0", None)
        calls = {kind: self._reach(base, kind) for kind in KINDS}
        possible = self.counts["possible"] = sum(calls[kind] for kind, *_ in faults(most))
        step = max(1, -(-possible // most))
        self.counts["calls"] = sum(calls.values())
        for kind, error, sticky in faults(most):
            for at in range(1, calls[kind] + 1, step):
                self._one(base, Fault(kind, error, sticky, at))

    def _reach(self, base: Path, kind: str) -> int:
        """How many calls of a kind a life makes."""
        folder = self._copy(base)
        reached = self._folder / "reached"
        if not (pid := os.fork()):
            self._shim.io_arm(KINDS.index(kind), 0, 0, 0)
            asyncio.run(Life(folder, self._shim).live(b"epoch--1"))
            reached.write_text(str(self._shim.io_counted(KINDS.index(kind))))
            os._exit(ENDED)
        os.waitpid(pid, 0)
        return int(reached.read_text())

    def _one(self, base: Path, fault: Fault) -> None:
        folder = self._copy(base)
        code = self._fork(folder, b"epoch--1", fault)
        ends = {ENDED: "ended", GAVE_UP: "gave_up", GONE: "torn", FALSE_PROMISE: "false"}
        self.counts[ends.get(code, "crashed")] += 1
        self.counts["runs"] += 1
        promised = Promised()
        said = folder / "said"
        for line in said.read_text().splitlines() if said.exists() else ():
            promised.hear(json.loads(line))
        found = asyncio.run(self._next(folder))
        lost = missing(promised.numbers, found.held) + promised.twice()
        self.counts["promised"] += promised.given()
        self.counts["lost"] += lost
        self.counts["corrupt"] += not found.is_sound
        if lost or not found.is_sound or code not in (ENDED, GAVE_UP, GONE):
            self.wrong.append(f"{fault.kind} {fault.at} {fault.error} {'for good' if fault.sticky else 'once'}: {code}")

    async def _next(self, folder: Path) -> card.Look:
        """The next life's opening: whether it finds damage; then what it holds."""
        async with open_spool(folder / "state", KEY, b"epoch--2", bytes(16), QUOTA_BYTES) as opened:
            is_salvaged = opened.salvaged
        look = card.look(folder / "state", KEY)
        return card.Look(look.held, is_sound=look.is_sound and not is_salvaged)

    def _fork(self, folder: Path, epoch: bytes, fault: Fault | None) -> int:
        if pid := os.fork():
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if fault is not None:
            error = ERRORS[fault.kind][fault.error]
            self._shim.io_arm(KINDS.index(fault.kind), fault.at, error, int(fault.sticky))
        try:
            asyncio.run(Life(folder, self._shim).live(epoch, is_killed=fault is None))
        except StoreError:
            mark_suspect(folder / "state", KEY)
            os._exit(GAVE_UP)
        except OSError:
            os._exit(GAVE_UP)
        finally:
            sys.stdout.flush()
        os._exit(ENDED)

    def _copy(self, base: Path) -> Path:
        folder = self._folder / "life"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(base, folder)
        (folder / "said").unlink(missing_ok=True)
        return folder


def main(folder: Path, library: str, most: int) -> None:
    """Prints the counts."""
    shim = ctypes.CDLL(library)
    sweep = Sweep(folder, shim)
    sweep.run(most)
    print(json.dumps({**sweep.counts, "wrong": sweep.wrong}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
