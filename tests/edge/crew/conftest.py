"""Officers in a data set, and a crew over a real vault and a recorder that stores at once, or not at all."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from argon2 import PasswordHasher

from edge.audit.records import AuditRecords
from edge.audit.witness import Witnessed
from edge.clock import CarClock
from edge.crew.crew import Crew, World
from edge.crew.roll import find_in
from edge.crew.vault import open_vault
from edge.data.kinds import put_blob
from edge.spool.inbox import Inbox
from edge.spool.numbering import Item
from proto.events import Event
from proto.manifest import Manifest
from proto.officers import Officer, line_of
from tests.edge.rig.daemon import KEY

PINS: Final = {"4711": "271828", "0815": "314159", "0007": "577215"}
CHEAP: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HASHES: Final = {collar: CHEAP.hash(pin) for collar, pin in PINS.items()}

PutOfficers = Callable[..., None]


@pytest.fixture
def put_officers(tmp_path: Path) -> PutOfficers:
    """`put_officers("4711", "0815", until={"0815": date})`: the set `force` is in place, whole."""

    def put(*collars: str, until: dict[str, date] | None = None) -> None:
        days = until or {}
        made = [
            Officer(one, f"Ann Officer {one}", "Northshire", ("patrol",), days.get(one), HASHES[one]) for one in collars
        ]
        content = "".join(f"{line_of(officer)}\n" for officer in made).encode() or b"\n"
        manifest = Manifest("force", "officers", 1, 0, 1, len(made), 1, 4096, bytes(32), None, None)
        put_blob(tmp_path, KEY, manifest, [content])

    return put


class Board:
    """A crew, what it recorded, what it said, and whether records can be stored."""

    def __init__(self, crew: Crew, inbox: Inbox[Item]) -> None:
        self.crew = crew
        self._inbox = inbox
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
        return [
            f"{type(one).__name__} {getattr(one, 'step', '')} {getattr(one, 'reason', None) or ''}".strip()
            for one in self.recorded
        ]


OpenBoard = Callable[..., AbstractAsyncContextManager[Board]]


@pytest.fixture
def aboard(tmp_path: Path, clock: CarClock) -> OpenBoard:
    """`async with aboard(boot=b"boot---1") as board`: a crew that runs."""

    @asynccontextmanager
    async def opened(boot: bytes = b"boot---1") -> AsyncIterator[Board]:
        inbox: Inbox[Item] = Inbox(64, 0.5)
        records = AuditRecords(inbox, lambda *_: None)
        world = World(
            find_in(tmp_path, KEY), clock.now, lambda _: None, lambda *_, **__: None, boot, lambda: b"shift--1"
        )
        board = Board(Crew(records, world), inbox)
        async with open_vault(tmp_path, KEY) as vault:
            tasks = [asyncio.ensure_future(board.crew.run(vault)), asyncio.ensure_future(board.record())]
            async with asyncio.timeout(20):
                while board.crew.vault is None:  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
            try:
                yield board
            finally:
                await asyncio.sleep(0)
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)

    return opened
