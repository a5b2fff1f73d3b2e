"""Officers in a data set, a pack of records, and a crew whose records are stored at once, or not at all."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, closing
from datetime import date
from pathlib import Path
from typing import Any, Final

from argon2 import PasswordHasher

from edge.audit.records import AuditRecords
from edge.audit.witness import Witnessed
from edge.crew.crew import Crew, World
from edge.crew.roll import find_in
from edge.crew.vault import open_vault
from edge.data.kinds import put_blob, put_records
from edge.spool.inbox import Inbox
from edge.spool.numbering import Item
from proto.events import Event, Moment
from proto.manifest import Manifest
from proto.officers import Officer, line_of
from records import rows
from records.building import build
from records.pack import dumped
from records.rows import Row
from tests.edge.rig.daemon import KEY
from tests.patience import PATIENCE_S

PINS: Final = {"4711": "271828", "0815": "314159", "0007": "577215"}
CHEAP: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HASHES: Final = {collar: CHEAP.hash(pin) for collar, pin in PINS.items()}


def put_officers(storage: Path, *collars: str, until: dict[str, date] | None = None) -> None:
    """The set `force` is in place, whole, with these officers."""
    days = until or {}
    made = [
        Officer(one, f"Ann Officer {one}", "Northshire", ("patrol",), days.get(one), HASHES[one]) for one in collars
    ]
    content = "".join(f"{line_of(officer)}\n" for officer in made).encode() or b"\n"
    put_blob(storage, KEY, _manifest("force", "officers", len(made)), [content])


def put_pack(storage: Path, as_of: date, *tables: Iterable[Row]) -> None:
    """The pack `town` is in place, with these records."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        rows.make_tables(connection)
        for table in tables:
            rows.put(connection, table)
        connection.execute("BEGIN")
        build(connection, as_of.toordinal())
        lines = list(dumped(connection))
        (count,) = connection.execute("SELECT persons + objects + locations + events FROM about").fetchone()
    put_records(storage, KEY, _manifest("town", "records", count), ["\n".join(lines).encode()])


def _manifest(name: str, kind: str, entries: int) -> Manifest:
    return Manifest(name, kind, 1, 0, 1, entries, 1, 4096, bytes(32), None, None)


class Board:
    """A crew, what it recorded, and whether records can be stored."""

    def __init__(self, storage: Path, now: Callable[[], Moment], boot: bytes) -> None:
        self._inbox: Inbox[Item] = Inbox(64, 0.5)
        self.records = AuditRecords(self._inbox, lambda *_: None)
        self.boot = boot
        find = find_in(storage, KEY)
        world = World(find, now, lambda _: None, lambda *_, **__: None, boot, lambda: b"shift--1")
        self.crew = Crew(self.records, world)
        self.recorded: list[Event] = []
        self.stores = True

    async def record(self) -> None:
        while True:
            for item in await self._inbox.take():
                event: Any = item.event if isinstance(item, Witnessed) else item
                if isinstance(item, Witnessed) and not self.stores:
                    continue
                self.recorded.append(event)
                if isinstance(item, Witnessed):
                    item.number = len(self.recorded)
                    item.settle()

    def steps(self) -> list[str]:
        """What was recorded, in words."""
        said = (
            (type(one).__name__, getattr(one, "step", ""), getattr(one, "reason", None) or "") for one in self.recorded
        )
        return [" ".join(words).strip() for words in said]


@asynccontextmanager
async def aboard(storage: Path, now: Callable[[], Moment], boot: bytes = b"boot---1") -> AsyncIterator[Board]:
    """A crew that runs."""
    board = Board(storage, now, boot)
    async with open_vault(storage, KEY) as vault:
        tasks = [asyncio.ensure_future(board.crew.run(vault)), asyncio.ensure_future(board.record())]
        async with asyncio.timeout(PATIENCE_S):
            while board.crew.vault is None:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        try:
            yield board
        finally:
            await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
