"""The real keeper over a real store, on the simulated broker; it can be killed, put back to an earlier copy, cut off."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import cast

from headquarters.arrivals import Message, message
from headquarters.backoff import Backoff
from headquarters.receiver.answers import Answer
from headquarters.receiver.keeper import MAX_WAITING, Keeper
from headquarters.store.file import open_reader, open_writer
from headquarters.store.worker import Store
from headquarters.waiting import Waiting
from proto import topics
from proto.control import encode_hello
from tests.virtual.rig.loop import Process, VirtualLoop
from tests.virtual.rig.net import Net
from tests.virtual.rig.ports import BASE_MS
from tests.virtual.rig.witness import Witness


class Headquarters:
    """One at a time, over one file."""

    def __init__(self, loop: VirtualLoop, net: Net, witness: Witness, folder: Path) -> None:
        self.path = folder / "hq.db"
        self._copy = folder / "hq.copy.db"
        self._loop = loop
        self._net = net
        self._witness = witness
        self._process: Process | None = None
        self._lives = 0
        self._inbox: Waiting[Message] = Waiting(MAX_WAITING)
        self.reader: sqlite3.Connection
        self.boot()

    @property
    def is_up(self) -> bool:
        """Whether it runs and is connected."""
        return self._process is not None and self._net.to_headquarters is not None

    def boot(self) -> None:
        """A process begins; the broker may be away."""
        if self._process is not None:
            return
        self._lives += 1
        process = self._process = Process(self._loop, f"headquarters {self._lives}")
        self._inbox = Waiting(MAX_WAITING)
        connection = open_writer(self.path)
        process.at_end.append(connection.close)
        self.reader = open_reader(self.path)
        process.at_end.append(self.reader.close)
        process.start(self._serve(connection, self._inbox))
        self.connect()

    def connect(self) -> None:
        """To the broker, with a hello."""
        if self._process is not None and self._net.has_broker:
            self._net.to_headquarters = self._take
            self._net.down(topics.HELLO, encode_hello(self._loop.chance.randbytes(8)))

    def kill(self) -> None:
        """What it had taken and not committed is gone."""
        if self._process is not None:
            self._net.to_headquarters = None
            self._process.end()
            self._process = None

    def end_within(self, steps: int) -> None:
        """It is killed so many steps from now."""
        if self._process is not None:
            self._process.at_end.append(self._ended)
            self._process.end_at = self._process.steps + steps

    def back_up(self) -> None:
        """A copy of the store as it is."""
        with closing(sqlite3.connect(self._copy)) as copy, closing(open_reader(self.path)) as source:
            source.backup(copy)

    def restore(self) -> None:
        """The store is put back to the copy, if there is one."""
        self.kill()
        if self._copy.exists():
            for suffix in ("-wal", "-shm"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            shutil.copyfile(self._copy, self.path)

    def _ended(self) -> None:
        self._process = None
        self._net.to_headquarters = None
        self._loop.call_later(self._loop.chance.uniform(1, 60), self.boot)

    def _take(self, topic: str, payload: bytes) -> None:
        self._inbox.put(message(topic, payload))

    async def _serve(self, connection: sqlite3.Connection, inbox: Waiting[Message]) -> None:
        chance = self._loop.chance
        store = Store(connection, None)  # type: ignore[arg-type]  # the loop has no threads
        keeper = Keeper(store, lambda: BASE_MS + int(self._loop.now_s * 1000), Backoff(lambda s: chance.uniform(0, s)))
        outbox: Waiting[Answer] = Waiting(1024)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keeper.run(inbox, outbox))
            tasks.create_task(self._answer(outbox))

    async def _answer(self, outbox: Waiting[Answer]) -> None:
        while answers := await outbox.take(16):
            for answer in answers:
                self._witness.answers(answer.topic, answer.payload, self.reader)
                self._net.down(answer.topic, answer.payload)
                await asyncio.sleep(0)


def alarms(store: sqlite3.Connection) -> list[str]:
    """What a person at headquarters must look at."""
    return [cast("str", name) for (name,) in store.execute("SELECT name FROM alarm ORDER BY id")]
