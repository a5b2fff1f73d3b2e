"""Log-ons and log-offs, and new sets of officers -> who is on board, each step an audit record; a log-on only with its record. [proto-11.8]"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from edge.audit.records import AuditRecords
from edge.audit.witness import NotStoredError
from edge.crew import pin as pins
from edge.crew.roll import Find
from edge.crew.throttle import CAR
from edge.crew.vault import Aboard, Vault
from edge.spool.database import StoreError
from proto.audited import LogOn, Shift
from proto.events import Moment, Place
from proto.officers import Officer, is_collar

SEATS: Final = ("driver", "passenger")
LOOK_S: Final = 60.0  # an officer whose last day is over is on board for a minute at most
MAX_PIN: Final = 64  # characters that are looked at

WRONG: Final = "wrong collar number or PIN"
EXPIRED: Final = "not valid any more"
TAKEN: Final = "somebody else is logged on there: log off first"
NOT_STORED: Final = "the audit record cannot be stored: nothing is done without it"
STARTING: Final = "the car is starting: try again"


@dataclass(frozen=True, slots=True)
class World:
    """What the crew's part needs of the car."""

    find: Find
    now: Callable[[], Moment]
    place: Callable[[int], Place | None]
    say: Callable[..., None]
    boot: bytes
    draw: Callable[[], bytes]


log = logging.getLogger(__name__)


class Crew:
    """Two seats at most. One deed at a time."""

    def __init__(self, records: AuditRecords, world: World) -> None:
        self._records = records
        self._world = world
        self._aboard: dict[str, Officer] = {}
        self._shift: bytes | None = None
        self._started_ms = world.now().uptime_ms
        self._alone = asyncio.Lock()
        self._stirred = asyncio.Event()
        self.vault: Vault | None = None
        """None until the file is open."""

    def officer(self, collar: str) -> Officer | None:
        """Who is logged on under this number."""
        return next((officer for officer in self._aboard.values() if officer.collar == collar), None)

    def table(self) -> list[dict[str, Any]]:
        """Who is on board, for the car's own screens."""
        return [
            {"seat": seat, "officer": one.collar, "name": one.name, "force": one.force, "roles": list(one.roles)}
            for seat, one in sorted(self._aboard.items())
        ]

    def stir(self) -> None:
        """A data set was put in place: look whether everybody is still an officer."""
        self._stirred.set()

    async def run(self, vault: Vault) -> None:
        """For ever: those who are no officers any more are logged off."""
        async with self._alone:
            await self._restore(vault)
        while True:
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._stirred.wait()
            except TimeoutError:
                pass
            self._stirred.clear()
            async with self._alone:
                await self._look(vault)

    async def log_on(self, collar: str, pin: str, seat: str | None) -> str | None:
        """None once the officer is on board; else why not."""
        async with self._alone:
            if self.vault is None:
                return STARTING
            if not is_collar(collar) or len(pin) > MAX_PIN or seat not in (None, *SEATS):
                return WRONG if seat in (None, *SEATS) else f"a seat is one of {', '.join(SEATS)}"
            try:
                reason = await self._refusal(self.vault, collar, pin)
            except StoreError as error:  # a try that cannot be counted is none
                log.warning("nobody can log on: %s", error)
                return NOT_STORED
            return reason if isinstance(reason, str) else await self._seated(self.vault, reason, seat)

    async def log_off(self, collar: str) -> str | None:
        """None once the officer is off; else why not."""
        async with self._alone:
            seat = self._seat_of(collar)
            if seat is None or self.vault is None:
                return "nobody is logged on under this number"
            self._records.note(self._step(collar, "off", seat))
            await self._leave(self.vault, [seat])
            return None

    async def _refusal(self, vault: Vault, collar: str, pin: str) -> str | Officer:
        """The officer, when the PIN is right; it is counted as wrong, on the disk, before it is looked at."""
        uptime_ms, boot = self._world.now().uptime_ms, self._world.boot
        tries = {who: await vault.tries(who) for who in (collar, CAR)}
        wait_ms = max(of.wait_ms(who, boot, self._started_ms, uptime_ms) for who, of in tries.items())
        if wait_ms:
            self._records.note(self._step(collar, "refused", None, "throttled"))
            return f"too many wrong PINs: try again in {wait_ms // 1000 + 1} s"
        await vault.count({who: of.one_more(who, boot, uptime_ms) for who, of in tries.items()})
        officer = (await asyncio.to_thread(self._world.find, [collar])).get(collar)
        right = await asyncio.to_thread(pins.is_right, pin, officer.pin_hash if officer else pins.NOBODY)
        if officer is None or not right:
            reason = "unknown officer" if officer is None else "wrong PIN"
            self._records.note(self._step(collar, "refused", None, reason))
            return WRONG
        await vault.forgive([collar, CAR])
        if self._is_over(officer):
            self._records.note(self._step(collar, "refused", None, "expired"))
            return EXPIRED
        return officer

    async def _seated(self, vault: Vault, officer: Officer, seat: str | None) -> str | None:
        mine = self._seat_of(officer.collar)
        free = [one for one in SEATS if one not in self._aboard or one == mine]
        seat = seat or mine or (free[0] if free else SEATS[0])
        if seat not in free:
            self._records.note(self._step(officer.collar, "refused", seat, "seat taken"))
            return TAKEN
        try:
            await self._records.store(self._step(officer.collar, "on", seat))
        except NotStoredError:
            return NOT_STORED
        self._aboard.pop(mine or "", None)
        step = "change" if self._shift else "start"
        self._shift = self._shift or self._world.draw()
        self._aboard[seat] = officer
        await self._changed(vault, step)
        return None

    async def _restore(self, vault: Vault) -> None:
        """A restart of the program keeps the crew, one of the machine does not; nor does the file's, while it is away."""
        if self._aboard:
            self.vault = vault
            return
        held = await vault.aboard()
        found = await asyncio.to_thread(self._world.find, [one.collar for one in held])
        kept = [one for one in held if one.boot == self._world.boot and one.collar in found]
        self._aboard = {one.seat: found[one.collar] for one in kept}
        self._shift = kept[0].shift if kept else None
        self.vault = vault
        if kept:
            await self._changed(vault, "resumed")
            await self._look(vault)
        elif held:
            self._records.note(Shift(self._world.now(), held[0].shift, "end", ()))
            await vault.put_aboard([])

    async def _look(self, vault: Vault) -> None:
        if not self._aboard:
            return
        found = await asyncio.to_thread(self._world.find, [one.collar for one in self._aboard.values()])
        gone = []
        for seat, one in list(self._aboard.items()):
            officer = found.get(one.collar)
            if officer is None or self._is_over(officer):
                self._records.note(
                    self._step(one.collar, "withdrawn", seat, "expired" if officer else "no officer any more")
                )
                gone.append(seat)
            else:
                self._aboard[seat] = officer
        if gone:
            await self._leave(vault, gone)

    async def _leave(self, vault: Vault, seats: list[str]) -> None:
        for seat in seats:
            del self._aboard[seat]
        await self._changed(vault, "change" if self._aboard else "end")

    async def _changed(self, vault: Vault, step: str) -> None:
        now, shift = self._world.now(), self._shift
        assert shift is not None
        if not self._aboard:
            self._shift = None
        officers = tuple((officer.collar, seat) for seat, officer in sorted(self._aboard.items()))
        self._records.note(Shift(now, shift, step, officers, self._world.place(now.uptime_ms)))
        try:
            await vault.put_aboard([Aboard(seat, collar, self._world.boot, shift) for collar, seat in officers])
        except StoreError as error:
            log.warning("who is on board is not written down, a restart will not know it: %s", error)
        self._world.say("crew", step=step, crew=self.table())

    def _step(self, collar: str, step: str, seat: str | None, reason: str | None = None) -> LogOn:
        now = self._world.now()
        return LogOn(now, collar, step, seat, reason, self._world.place(now.uptime_ms))

    def _seat_of(self, collar: str) -> str | None:
        return next((seat for seat, officer in self._aboard.items() if officer.collar == collar), None)

    def _is_over(self, officer: Officer) -> bool:
        """By UTC; a car that does not know the time lets the officer on, and the record says what its clock was."""
        utc_ms = self._world.now().utc_ms
        if officer.valid_until is None or utc_ms is None:
            return False
        return datetime.fromtimestamp(utc_ms / 1000, UTC).date() > officer.valid_until
