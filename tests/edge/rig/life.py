"""Events, messages and the passing of time -> a car with a real spool and a real uplink, and an account of what it promised."""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from edge.config.car import Broker
from edge.spool import rows
from edge.spool.database import PAGE_BYTES, connect
from edge.spool.group import Group, Run
from edge.spool.ledger import Ledger
from edge.spool.opening import open_spool, path_of
from edge.uplink.link import Connection, Link
from edge.uplink.lull import Lulls
from edge.uplink.uplink import Uplink
from edge.uplink.window import Window
from proto.events import Alarm, Clock, Moment, Start, encode
from proto.lanes import Lane
from tests.edge.rig.daemon import KEY
from tests.edge.rig.model import CAR, Identity, Wire

QUOTA_BYTES: Final = 160_000  # lane urgent 16 kB, read 80 kB, position 24 kB: drops come soon
BOOT: Final = b"bootboot"
MEMORY: Final = Path("/dev/shm")

Given = TypeVar("Given")


class Life:
    """One car from its first start on; it may be killed and started again. Time is a number."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._home = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self._folder = self._home / "0"
        self._starts = 0
        self._bodies = 0
        self._stack = AsyncExitStack()
        self.now_s = 0.0
        self.promised: dict[Identity, bytes] = {}
        self.ever_aside: set[Identity] = set()
        self.dropped: Counter[Lane] = Counter()
        self.alarms: list[str] = []

    def _run(self, deed: Coroutine[Any, Any, Given]) -> Given:
        return self._loop.run_until_complete(deed)

    def start(self) -> None:
        """The spool as it lies there, and an uplink that has sent nothing."""
        self._run(self._start())

    async def _start(self) -> None:
        self._starts += 1
        self.epoch = self._starts.to_bytes(8, "big")
        opened = await self._stack.enter_async_context(open_spool(self._folder, KEY, self.epoch, BOOT, QUOTA_BYTES))
        assert not opened.alarms
        self.spool = opened.spool
        self.window = Window(self.spool.ledgers, self.epoch, Lulls(5.0))
        link = Link(Broker(url="mqtt://127.0.0.1:1"), CAR)
        self.uplink = Uplink(
            link, CAR, self.spool, self.window, lambda *_, **__: None, self._alarm, is_down=lambda _: None
        )
        self._next = dict.fromkeys(Lane, 1)
        self.sent: set[bytes] = set()

    def _alarm(self, name: str, _: str) -> None:
        self.alarms.append(name)

    def restart(self) -> None:
        self._count_drops()
        self._run(self._stack.aclose())
        self.start()

    def kill(self) -> None:
        """The files as they are, under another name: the process that had them open knows nothing of it."""
        self._count_drops()
        died = self._home / str(self._starts)
        shutil.copytree(self._folder, died)
        self._run(self._stack.aclose())
        shutil.rmtree(self._folder)
        self._folder = died
        self.start()

    def end(self) -> None:
        """Nothing of it is left."""
        self._run(self._stack.aclose())
        self._loop.close()
        shutil.rmtree(self._home)

    def body(self, padding: int, word: str = "") -> bytes:
        """An alarm that no other is like."""
        self._bodies += 1
        noise = (self._bodies.to_bytes(4, "big") * 512).hex()  # what compresses away would never fill a batch
        return encode(Alarm(self._moment(), f"n{self._bodies}{word}", noise[:padding]))

    def _moment(self) -> Moment:
        return Moment(int(self.now_s * 1000), 1_800_000_000_000, Clock.NTP)

    def store(self, bodies: dict[Lane, list[bytes]]) -> None:
        self._run(self._store(bodies))

    async def _store(self, bodies: dict[Lane, list[bytes]]) -> None:
        if self._next[Lane.URGENT] == 1:
            parent = self.spool.parent.id if self.spool.parent else None
            start = Start(self._moment(), parent, self.spool.lasts(), "test")
            bodies = {**bodies, Lane.URGENT: [encode(start), *bodies.get(Lane.URGENT, [])]}
        runs = tuple(Run(lane, self._next[lane], found) for lane, found in bodies.items() if found)
        await self.spool.add(Group(runs, int(self.now_s)), self.now_s)
        for run in runs:
            self._next[run.lane] += len(run.bodies)
            for number, body in enumerate(run.bodies, run.first):
                self.promised[self.epoch, run.lane, number] = body
        self.window.notice(self.now_s)

    def send(self, up: list[tuple[str, bytes]]) -> None:
        """What is due goes into `up`."""
        self._run(self.uplink.send(cast("Connection", Wire(up)), lambda: self.now_s))
        self.uplink.report_poison(self.now_s)

    def take(self, topic: str, payload: bytes) -> None:
        self.uplink.take(topic, payload)

    def tidy(self, age_s: int) -> None:
        self._run(self.spool.tidy(int(self.now_s) - age_s + 1))

    def note_aside(self) -> None:
        for (epoch, lane), ledger in self.ledgers().items():
            self.ever_aside |= {(epoch, lane, n) for first, last in ledger.aside for n in range(first, last + 1)}

    def _count_drops(self) -> None:
        self.note_aside()
        self.dropped += self.spool.dropped
        self.spool.dropped.clear()

    def account(self) -> set[Identity]:
        """Drops are counted; every number whose body is in the file."""
        self._count_drops()
        return self._run(self._present())

    async def _present(self) -> set[Identity]:
        found = set()
        for ledger in self.spool.ledgers.values():
            read = partial(
                rows.read, epoch=ledger.epoch.n, lane=ledger.lane, from_id=0, wanted=(1, max(1, ledger.last))
            )
            pairs = await self.spool._database.read(lambda connection, read=read: list(read(connection)))  # type: ignore[misc]
            found |= {(ledger.epoch.id, ledger.lane, number) for number, _ in pairs}
        return found

    def ledgers(self) -> dict[tuple[bytes, Lane], Ledger]:
        """What memory knows."""
        return {(ledger.epoch.id, ledger.lane): ledger for ledger in self.spool.ledgers.values()}

    def rebuilt(self) -> dict[tuple[bytes, Lane], Ledger]:
        """What another process would know, from the file."""
        connection = connect(path_of(self._folder, KEY), KEY, page_bytes=PAGE_BYTES, cache_kb=64)
        try:
            epochs = {epoch.n: epoch for epoch in rows.epochs(connection)}
            found: dict[tuple[int, Lane], Ledger] = {}
            for stretch in rows.stretches(connection):
                found.setdefault((stretch.epoch, stretch.lane), Ledger(epochs[stretch.epoch], stretch.lane)).load(
                    stretch
                )
            for n, lane, receipted, aside in rows.receipts(connection):
                found.setdefault((n, lane), Ledger(epochs[n], lane)).load_receipts(receipted, aside)
        finally:
            connection.close()
        return {(ledger.epoch.id, ledger.lane): ledger for ledger in found.values()}

    def unsent(self) -> list[tuple[bytes, Lane, int]]:
        """The first number of each lane that nobody has answered for."""
        return [
            (*name, first) for name, ledger in self.ledgers().items() if (first := ledger.first_unsent()) is not None
        ]
