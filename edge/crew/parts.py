"""A car's parts -> its crew, answering on the socket, and the task behind it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge import identity
from edge.audit.records import AuditRecords
from edge.crew.crew import Crew, World
from edge.crew.roll import find_in
from edge.crew.vault import open_vault
from edge.supervision import Outage
from edge.terminal.stream import EventStream
from proto.events import Moment, Place


class CrewPart:
    """`run` is the task."""

    def __init__(
        self,
        storage: tuple[Path, str],
        boot: bytes,
        records: AuditRecords,
        stream: EventStream,
        now: Callable[[], Moment],
        place: Callable[[int], Place | None],
    ) -> None:
        self._storage = storage
        world = World(find_in(*storage), now, place, stream.say, boot, identity.draw_epoch)
        self.crew = Crew(records, world)
        self.outage = Outage("crew", lambda name, up, reason: stream.say("device", name=name, up=up, reason=reason))
        stream.on_ask("logon", self._log_on)
        stream.on_ask("logoff", self._log_off)
        stream.on_ask("crew", lambda _: {"crew": self.crew.table()})

    async def run(self, is_up: Callable[[], None]) -> None:
        """Until the file cannot be used (a StoreError: a full disk, a sick card); the crew stays, nobody can log on meanwhile."""
        try:
            async with open_vault(*self._storage) as vault:
                is_up()
                await self.crew.run(vault)
        finally:
            self.crew.vault = None

    async def _log_on(self, request: dict[str, Any]) -> dict[str, Any]:
        seat = request.get("seat")
        collar, pin = str(request.get("officer", "")), str(request.get("pin", ""))
        return self._said(await self.crew.log_on(collar, pin, None if seat is None else str(seat)))

    async def _log_off(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._said(await self.crew.log_off(str(request.get("officer", ""))))

    def _said(self, refused: str | None) -> dict[str, Any]:
        return {"crew": self.crew.table()} if refused is None else {"refused": refused}
