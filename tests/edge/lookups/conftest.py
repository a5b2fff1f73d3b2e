"""A car with a crew on board, a town's records in its store, and a desk that answers."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from edge.clock import CarClock
from edge.config.lookups import Lookups
from edge.lookups.carried import Carried
from edge.lookups.desk import LookupDesk, World
from edge.lookups.seen import Seen
from proto.asks import decode_ask
from proto.events import Place
from records.rows import Event, Location, Person, Relationship, Row, Vehicle
from records.words import ROLE_CODES
from tests.edge.rig import board
from tests.edge.rig.board import PINS, Board
from tests.edge.rig.daemon import KEY

AS_OF: Final = date(2026, 11, 24)
HERE: Final = Place(51_500_000, -120_000, 60_000)
TOWN: Final[tuple[list[Row], ...]] = (
    [Person("P1", "Quentin", "Zzyzx", date(1986, 5, 1).toordinal(), wanted="fails to appear")],
    [Vehicle("V1", "ZZ99ZZY", "ZZ99 ZZY", "FORD", "FOCUS", "BLUE")],
    [Location("L1", "7", "Wobble Lane", "Northby", "NO1 1AA", 51_500_100, -120_000)],
    [Event("E1", "burglary", date(2026, 11, 1).toordinal(), 90, "L1", "rear window")],
    [Relationship(ROLE_CODES["keeper"], "P1", "V1"), Relationship(ROLE_CODES["suspect"], "P1", "E1")],
)


class Desk:
    """The desk, its crew, and headquarters' side of the link."""

    def __init__(self, desk: LookupDesk, aboard: Board) -> None:
        self.desk = desk
        self.aboard = aboard
        self.link = False

    async def ask(self, what: str = "person", query: str = "zzyzx", **more: object) -> dict[str, Any]:
        return await self.desk.ask({"what": what, "query": query, "officer": "4711", "reason": "STOP"} | more)

    def said(self, now_s: float) -> list[Any]:
        """What goes up."""
        return [decode_ask(message) for _, message in self.desk.base.sayings(now_s)]

    def answer(self, answer: bytes) -> None:
        self.desk.base.take("answer", answer, 0.0)


OpenDesk = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def pack(tmp_path: Path) -> None:
    """The town's records are carried."""
    board.put_pack(tmp_path, AS_OF, *TOWN)


@pytest.fixture
def open_desk(tmp_path: Path, clock: CarClock) -> OpenDesk:
    """`async with open_desk(Lookups()) as desk`: 4711 is logged on; 0815 is an officer, too."""

    @asynccontextmanager
    async def opened(config: Lookups | None = None, place: Place | None = HERE) -> AsyncIterator[Desk]:
        board.put_officers(tmp_path, "4711", "0815")
        async with board.aboard(tmp_path, clock.now) as aboard:
            assert await aboard.crew.log_on("4711", PINS["4711"], None) is None
            link: list[Desk] = []
            world = World(
                config or Lookups(),
                clock.now,
                lambda _: place,
                lambda: link[0].link,
                lambda vrm: [{"list": "wanted", "vrm": vrm}],
                aboard.boot,
                lambda: b"look-up1",
            )
            desk = LookupDesk(world, aboard.records, aboard.crew, Carried(tmp_path, KEY), Seen(tmp_path, KEY))
            link.append(Desk(desk, aboard))
            try:
                yield link[0]
            finally:
                desk.close()

    return opened
