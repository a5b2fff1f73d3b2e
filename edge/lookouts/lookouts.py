"""The crew's words -> entries of its own list, kept before they are promised, told to headquarters, over when their time is. [proto-9.4]"""

import asyncio
from collections.abc import Callable
from typing import Any, Final
from zlib import crc32

from edge.hits.hits import MAX_OFFICER
from edge.lookouts.kept import KeptFile, OwnEntry
from edge.matcher.entry import Entry
from edge.matcher.patterns import Patterns
from edge.spool.database import StoreError
from edge.ticks import tick
from proto.events import LookOut, Moment
from proto.patterns import ALL, CREW, is_pattern, pattern
from proto.plates import MAX_KEY_CHARACTERS, canonical

LIST: Final = CREW
MOST: Final = 200
MOST_HOURS: Final = 168.0
MAX_REASON: Final = 200  # characters
PRIORITY: Final = 60  # sounded by all but a high threshold; not above what the force calls high
LOOK_S: Final = 10.0
_HOUR_MS: Final = 3_600_000


class LookOuts:
    """The matcher's own entries, and who adds them. `added(entry key)` is told what is new."""

    def __init__(
        self,
        kept: KeptFile,
        entries: tuple[OwnEntry, ...],
        now: Callable[[], Moment],
        say: Callable[..., None],
        record: Callable[[LookOut], None],
        added: Callable[[OwnEntry], None],
    ) -> None:
        self._kept = kept
        self._now = now
        self._say = say
        self._record = record
        self._added = added
        self._own = {entry.key: entry for entry in entries}
        self._writing = asyncio.Lock()
        self._by_key: dict[str, list[Entry]] = {}
        self._patterns = Patterns(())
        self._index()

    def __bool__(self) -> bool:
        return bool(self._own)

    def find(self, key: str) -> list[Entry]:
        """The crew's entries for a canonical key."""
        found = self._by_key.get(key, [])
        if self._patterns:
            found = found + self._patterns.find(key)
        return [entry for entry in found if not self._is_over(entry)] if found else found

    def _is_over(self, entry: Entry) -> bool:
        """Its time may be over for some seconds before `look` comes by."""
        own, utc_ms = self._own.get(_key(entry.vrm) or ""), self._now().utc_ms
        return own is None or (own.until_ms is not None and utc_ms is not None and own.until_ms <= utc_ms)

    async def add(self, request: dict[str, Any]) -> dict[str, Any]:
        """{"vrm", "reason", "hours", "officer", "priority"?} -> {"look_outs"} once it is on the disk, or {"error"}."""
        try:
            entry = _entry(request, self._now().utc_ms)
        except ValueError as error:
            return {"error": str(error)}
        async with self._writing:
            if len(self._own) >= MOST and entry.key not in self._own:
                return {"error": f"the crew looks out for {MOST} already: remove one first"}
            if (fault := await self._put(self._own | {entry.key: entry})) is not None:
                return {"error": fault}
        until_s = None if entry.until_ms is None else entry.until_ms // 1000
        self._record(LookOut(self._now(), "add", entry.vrm, entry.officer, entry.reason, until_s))
        self._say("look-out", deed="add", **_fields(entry))
        self._added(entry)
        return {"look_outs": self._listed()}

    async def remove(self, request: dict[str, Any]) -> dict[str, Any]:
        """{"vrm", "officer"} -> {"look_outs"}, or {"error"}."""
        officer = request.get("officer")
        if not _is_text(officer, MAX_OFFICER):
            return {"error": "an officer says so: give --officer"}
        async with self._writing:
            entry = self._own.get(_key(request.get("vrm")) or "")
            if entry is None:
                return {"error": "the crew does not look out for it"}
            if (fault := await self._put({key: one for key, one in self._own.items() if one is not entry})) is not None:
                return {"error": fault}
        self._record(LookOut(self._now(), "remove", entry.vrm, officer))
        self._say("look-out", deed="remove", **_fields(entry))
        return {"look_outs": self._listed()}

    def told(self, _: dict[str, Any]) -> dict[str, Any]:
        """{"look_outs"}."""
        return {"look_outs": self._listed()}

    async def run(self) -> None:
        """For ever: `look` now and then."""
        while True:
            await self.look()
            await tick(LOOK_S)

    async def look(self) -> None:
        """At those whose time is over, and those whose hours could not begin for want of a clock."""
        utc_ms = self._now().utc_ms
        if utc_ms is None:
            return
        async with self._writing:
            over = [one for one in self._own.values() if one.until_ms is not None and one.until_ms <= utc_ms]
            if not over and all(one.until_ms is not None for one in self._own.values()):
                return
            left = {key: _begun(one, utc_ms) for key, one in self._own.items() if one not in over}
            if await self._put(left) is not None:
                return
        for entry in over:
            self._record(LookOut(self._now(), "remove", entry.vrm, None, "its time is over"))
            self._say("look-out", deed="over", **_fields(entry))

    async def _put(self, own: dict[str, OwnEntry]) -> str | None:
        """On the disk first, then in use; else why not."""
        try:
            await asyncio.to_thread(self._kept.put, own.values())
        except (StoreError, OSError):
            return "it cannot be kept: the disk takes nothing"
        self._own = own
        self._index()
        return None

    def _index(self) -> None:
        listed = [(own.key, _listed_as(own)) for own in self._own.values()]
        self._by_key = {key: [entry] for key, entry in listed if not is_pattern(key)}
        self._patterns = Patterns(one for one in listed if is_pattern(one[0]))

    def _listed(self) -> list[dict[str, Any]]:
        return [_fields(entry) for entry in self._own.values()]


def _listed_as(own: OwnEntry) -> Entry:
    id_ = crc32(f"{own.key} {own.officer} {own.reason} {own.hours}".encode())
    return Entry(
        LIST, own.vrm, "STOP", own.reason, priority=own.priority, signed=True, id=id_, is_pattern=is_pattern(own.key)
    )


def _fields(own: OwnEntry) -> dict[str, Any]:
    return {
        "vrm": own.vrm,
        "reason": own.reason,
        "officer": own.officer,
        "priority": own.priority,
        "hours": own.hours,
        "until_ms": own.until_ms,
    }


def _begun(own: OwnEntry, utc_ms: int) -> OwnEntry:
    if own.until_ms is not None:
        return own
    until_ms = utc_ms + round(own.hours * _HOUR_MS)
    return OwnEntry(own.key, own.vrm, own.reason, own.officer, own.priority, own.hours, until_ms)


def _key(vrm: object) -> str | None:
    if not isinstance(vrm, str) or len(vrm) > 64:
        return None
    key = pattern(vrm) if is_pattern(vrm) else canonical(vrm)
    return None if key is None or key == ALL or (not is_pattern(key) and len(key) > MAX_KEY_CHARACTERS) else key


def _entry(request: dict[str, Any], utc_ms: int | None) -> OwnEntry:
    key, vrm, reason, officer = (
        _key(request.get("vrm")),
        request.get("vrm"),
        request.get("reason"),
        request.get("officer"),
    )
    hours, priority = request.get("hours"), request.get("priority", PRIORITY)
    if key is None or not isinstance(vrm, str):
        raise ValueError("no such VRM: letters and digits; with * or ? at least two characters side by side")
    if not _is_text(reason, MAX_REASON):
        raise ValueError(f"a reason has 1 to {MAX_REASON} characters")
    if not _is_text(officer, MAX_OFFICER):
        raise ValueError("an officer says so: give --officer")
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 < hours <= MOST_HOURS:
        raise ValueError(f"hours are above 0 and at most {MOST_HOURS:.0f}")
    if isinstance(priority, bool) or not isinstance(priority, int) or not 0 <= priority <= 100:
        raise ValueError("a priority is 0 to 100")
    until_ms = None if utc_ms is None else utc_ms + round(hours * _HOUR_MS)
    return OwnEntry(key, vrm, str(reason), str(officer), priority, float(hours), until_ms)


def _is_text(value: object, most: int) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= most
