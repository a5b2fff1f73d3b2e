"""A new entry, the crew's own or of a list that was swapped -> this car's reads of the last hours that match it, said to the crew.

One task, one search at a time, on the store's thread between its groups: nobody waits for it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from edge.intake.jumps import metres_between
from edge.intake.whereabouts import Whereabouts
from edge.lookouts.kept import OwnEntry
from edge.lookouts.lookouts import LIST
from edge.matcher.entry import Entry
from edge.matcher.listfile import PREVIOUS, SUFFIX, ListFile, open_list
from edge.matcher.patterns import Patterns
from edge.matcher.sieve import slot_seed
from edge.spool.database import StoreError
from edge.spool.past import Past, past_reads
from edge.spool.spool import Spool
from proto.events import Moment, Read
from proto.patterns import is_pattern
from proto.plates import MAX_KEY_CHARACTERS, canonical, packed

WITHIN_S: Final = 12 * 3600.0  # a shift and the one before it
MOST_SAID: Final = 20  # vehicles of one search
MOST_WAITING: Final = 64

log = logging.getLogger(__name__)

Listed = Callable[[str], list[str]]
"""A key -> the listed VRMs that are new and that it matches."""


class Searching:
    """`want_own`, `want_list`: what to look for; `run`: the task that does."""

    def __init__(
        self, lists: Path, key: str, now: Callable[[], Moment], whereabouts: Whereabouts, say: Callable[..., None]
    ) -> None:
        self._lists = lists
        self._key = key
        self._now = now
        self._whereabouts = whereabouts
        self._say = say
        self._waiting: deque[OwnEntry | str] = deque(maxlen=MOST_WAITING)
        self._stirred = asyncio.Event()

    def want_own(self, entry: OwnEntry) -> None:
        """The crew has just added it."""
        self._waiting.append(entry)
        self._stirred.set()

    def want_list(self, name: str) -> None:
        """It has just been swapped."""
        self._waiting.append(name)
        self._stirred.set()

    async def run(self, spool: Spool) -> None:
        """For ever."""
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            while self._waiting:
                await self._search(spool, self._waiting.popleft())

    async def _search(self, spool: Spool, what: OwnEntry | str) -> None:
        if isinstance(what, OwnEntry):
            count = await self._searched(spool, LIST, _own(what))
            self._say("searched", list=LIST, vrm=what.vrm, count=count)
            return
        files = await asyncio.to_thread(self._opened, what)
        if files is None:
            return
        try:
            count = await self._searched(spool, what, partial(_new_in, *files))
        finally:
            for file in files:
                file.close()
        self._say("searched", list=what, vrm=None, count=count)

    async def _searched(self, spool: Spool, name: str, listed: Listed) -> int:
        """How many vehicles were found; the newest read of each is said."""
        seen: set[str] = set()

        def is_wanted(read: Read) -> bool:
            key = canonical(read.vrm)
            return key is not None and len(key) <= MAX_KEY_CHARACTERS and bool(listed(key))

        try:
            async for past in past_reads(spool, is_wanted, self._now(), WITHIN_S):
                key = canonical(past.read.vrm) or ""
                if key not in seen and len(seen) < MOST_SAID:
                    seen.add(key)
                    self._say("seen-before", list=name, listed_vrm=listed(key)[0], **self._fields(past))
        except StoreError as error:
            log.warning("what was read before is not searched: %s", error)
        return len(seen)

    def _fields(self, past: Past) -> dict[str, Any]:
        read, here = past.read, self._whereabouts.at(self._now().uptime_ms)
        metres = None if here is None or read.place is None else round(metres_between(here, read.place))
        ago_s = None if past.ago_s is None else round(past.ago_s)
        return {"vrm": read.vrm, "camera": read.camera, "at_ms": read.moment.utc_ms, "ago_s": ago_s, "metres": metres}

    def _opened(self, name: str) -> tuple[ListFile, ListFile] | None:
        """The list and the one before it, over connections of their own; a list's first version is all new, and not searched for."""
        path = self._lists / f"{name}{SUFFIX}"
        try:
            before = open_list(path.with_suffix(PREVIOUS), self._key)
        except StoreError:
            return None
        try:
            return open_list(path, self._key), before
        except StoreError:
            before.close()
            return None


def _own(own: OwnEntry) -> Listed:
    if not is_pattern(own.key):
        return lambda key: [own.vrm] if key == own.key else []
    patterns = Patterns([(own.key, Entry(LIST, own.vrm))])
    return lambda key: [entry.vrm for entry in patterns.find(key)]


def _new_in(now: ListFile, before: ListFile, key: str) -> list[str]:
    """What is listed under a key now, and was not. Patterns are not searched for: they match too much."""
    seed, number = slot_seed(key), packed(key)
    if number is None or not now.may_hold(seed):
        return []
    found = now.find(number)
    if not found:
        return []
    was = {entry.vrm for entry in before.find(number)} if before.may_hold(seed) else set()
    return [entry.vrm for entry in found if not was]
