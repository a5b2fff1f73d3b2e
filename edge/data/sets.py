"""What comes down of data sets -> fetched, handed to a child, in place; what this car holds and lacks -> said up. One task.

The daemon verifies no signature and writes no list: a child does both. The crew's alerts wait for neither.
"""

import asyncio
import hashlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from edge.data import holdings
from edge.data.admission import BASE, Judge
from edge.data.coming import Shelf
from edge.data.fetch import Coming, Fetch
from edge.data.memory import give_back
from edge.data.orders import Orders, Place
from edge.data.refusals import Refusals
from edge.data.time_known import TimeKnown
from edge.spool.database import StoreError
from proto.chunks import MAX_SETS, Chunk, Having, Want, decode_chunk, encode_have, encode_want
from proto.errors import FrameError
from proto.manifest import Manifest, Signed, decode_signed, encode_signed

log = logging.getLogger(__name__)

HAVE_EVERY_S: Final = 600.0
AGAIN_S: Final = 60.0  # after the world's fault, such as a full disk: the card is left alone meanwhile
MOST_OFFERS: Final = 8  # manifests that wait for a child; headquarters offers them again
MOST_CHUNKS: Final = 8  # that wait for the card: half a megabyte

AskChild = Callable[[Orders], Awaitable[dict[str, object]]]
MayFetch = Callable[[int, bool], bool]
"""(bytes, whether this car has nothing of that name that is still good) -> whether the link may carry them now."""


class DataSets:
    """`take`, `sayings` and `next_due_s` are the uplink's calls, `run` is the task behind them. Times: the event loop's."""

    words: Final = frozenset({"manifest", "chunk"})

    def __init__(
        self,
        place: Place,
        judge: Judge,
        time: TimeKnown,
        ask_child: AskChild,
        say: Callable[..., None],
        refusals: Refusals,
        may_fetch: MayFetch = lambda _size, _needed: True,
    ) -> None:
        self._place = place
        self._judge = judge
        self._time = time
        self._ask_child = ask_child
        self._say = say
        self.refusals = refusals
        self._shelf = Shelf(place.storage, place.key)
        self._may_fetch = may_fetch
        self.fetch = Fetch(self._may_ask)
        self.held = holdings.held(place.storage)
        self._offers: deque[Signed] = deque(maxlen=MOST_OFFERS)
        self._chunks: deque[tuple[str, Chunk]] = deque()
        self._to_ask_whole: set[str] = set()
        self._stirred = asyncio.Event()
        self._have_due_s = 0.0
        self._failed = False

    def reload(self) -> None:
        """A set was put in place, here or by a stick."""
        self.held = holdings.held(self._place.storage)
        self._have_due_s = 0.0
        self._stirred.set()

    def fetch_again(self, names: Iterable[str]) -> None:
        """These were found damaged: they count as lost, and headquarters is asked for them, once. They stay in use meanwhile."""
        lost = [name for name in names if name in self.held and self.held[name].is_there]
        for name in lost:
            holdings.mark_damaged(self._place.storage, name)
        if lost:
            self.reload()

    def connected(self) -> None:
        """A new connection, or headquarters is there again."""
        self.fetch.connected()
        self._have_due_s = 0.0

    def take(self, word: str, payload: bytes, now_s: float) -> None:
        """A `manifest` or a `chunk` came down. Raises FrameError: it is none."""
        if word == "chunk":
            self._take_chunk(decode_chunk(payload), now_s)
            return
        try:
            signed = decode_signed(payload)
        except FrameError as error:
            self.refusals.note(hashlib.sha256(payload).digest(), None, f"manifest damaged: {error}")
            raise
        self._take_manifest(signed, now_s)

    def sayings(self, now_s: float) -> list[tuple[str, bytes]]:
        """What to say up now, as (word, message)."""
        said = []
        if now_s >= self._have_due_s:
            self._have_due_s = now_s + HAVE_EVERY_S
            said.append(("have", encode_have(self._having())))
        if self._to_ask_whole:
            said.append(("want", encode_want(Want(tuple(sorted(self._to_ask_whole))))))
            self._to_ask_whole.clear()
        if len(self._chunks) < MOST_CHUNKS and (want := self.fetch.want(now_s)) is not None:
            said.append(("want", encode_want(want)))
        return said

    def next_due_s(self) -> float:
        """When there is something to say next, as far as nothing comes meanwhile."""
        due_s = self.fetch.next_due_s() if len(self._chunks) < MOST_CHUNKS else None
        return self._have_due_s if due_s is None else min(due_s, self._have_due_s)

    async def run(self, knock: Callable[[], None], in_place: Callable[[], None]) -> None:
        """For ever. `knock()`: there is something to say; `in_place()`: a set was swapped."""
        await self._resume()
        while True:
            self._stirred.clear()
            self._failed = False
            while self._offers:
                await self._consider(self._offers.popleft())
            while self._chunks:
                await self._keep(*self._chunks.popleft())
            for coming in self.fetch.all():
                if coming.is_whole and not self._chunks:
                    await self._apply(coming, in_place)
            knock()
            await self._wait()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(AGAIN_S if self._failed else None):
                await self._stirred.wait()
        except TimeoutError:
            self._have_due_s = 0.0

    def _take_manifest(self, signed: Signed, now_s: float) -> None:
        manifest = signed.manifest
        reason = self._judge.refusal(signed, self.held.get(manifest.name), self._time.now())
        if reason == BASE:
            self._have_due_s = min(self._have_due_s, now_s)  # headquarters knows the way from the version that is here
        elif reason is not None:
            self.refusals.note(signed.digest, manifest.name, reason)
        elif signed.digest not in self.refusals and self.fetch.replaces(signed, now_s):
            self._offers.append(signed)
            self._stirred.set()

    def _take_chunk(self, chunk: Chunk, now_s: float) -> None:
        if (coming := self.fetch.came(chunk, now_s)) is not None:
            self._chunks.append((coming.manifest.name, chunk))
            self._stirred.set()

    async def _resume(self) -> None:
        """What was under way when the car stopped goes on at the chunk where it stopped."""
        for signed in await asyncio.to_thread(lambda: list(self._shelf.manifests())):
            name = signed.manifest.name
            if self._judge.refusal(signed, self.held.get(name), self._time.now()) is not None:
                await asyncio.to_thread(self._shelf.clear, name)
                continue
            here = await asyncio.to_thread(self._shelf.numbers, name)
            self.fetch.begin(signed, here, asyncio.get_running_loop().time())

    async def _consider(self, signed: Signed) -> None:
        manifest = signed.manifest
        if not self.fetch.replaces(signed, asyncio.get_running_loop().time()):
            return
        if not await self._is_good(signed, None):
            return
        self._time.saw(manifest.made_ms)
        try:
            await asyncio.to_thread(self._shelf.begin, manifest.name, _message(signed))
        except OSError as error:
            log.warning("data set %s: not begun: %s; tried again", manifest.name, error.strerror)
            self._failed = True
            return
        self.fetch.begin(signed, (), asyncio.get_running_loop().time())
        self._say("data", name=manifest.name, version=manifest.version, state="coming", bytes=manifest.size)

    async def _keep(self, name: str, chunk: Chunk) -> None:
        try:
            await asyncio.to_thread(self._shelf.keep, name, chunk.n, chunk.piece)
        except StoreError as error:
            log.warning("data set %s: a chunk is not stored: %s", name, error)
            self._failed = True
            await self._leave(name)

    async def _apply(self, coming: Coming, in_place: Callable[[], None]) -> None:
        manifest = coming.manifest
        good = await self._is_good(coming.signed, manifest.name)
        if not good and self._failed:
            return
        await self._leave(manifest.name)
        if not good:
            return
        self.reload()
        in_place()
        give_back()
        self._say("data", name=manifest.name, version=manifest.version, state="in place", entries=manifest.entries)
        log.info("data set %s: version %d in place", manifest.name, manifest.version)

    async def _is_good(self, signed: Signed, whole: str | None) -> bool:
        """What a child says of it; a refusal is noted, a fault of the world is tried again later."""
        orders = Orders(_message(signed), self._judge, self._time.now(), self._place, whole)
        verdict = await self._ask_child(orders)
        name = signed.manifest.name
        if "failed" in verdict:
            log.warning("data set %s: %s; tried again", name, verdict["failed"])
            self._failed = True
        elif "refused" in verdict:
            reason = str(verdict["refused"])
            self.refusals.note(signed.digest, name, reason)
            if reason == BASE:
                self._to_ask_whole.add(name)
        return "good" in verdict

    def _may_ask(self, manifest: Manifest) -> bool:
        held, best_ms = self.held.get(manifest.name), self._time.now().best_ms
        is_good = held is not None and held.is_there and (best_ms is None or best_ms <= held.expires_ms)
        return self._may_fetch(manifest.size, not is_good)

    async def _leave(self, name: str) -> None:
        self.fetch.end(name)
        await asyncio.to_thread(self._shelf.clear, name)

    def _having(self) -> list[Having]:
        names = sorted({*self.held, *(coming.manifest.name for coming in self.fetch.all())})
        return [self._have(name) for name in names[:MAX_SETS]]

    def _have(self, name: str) -> Having:
        held, coming = self.held.get(name), self.fetch.coming(name)
        there = held is not None and held.is_there
        return Having(name, held.version if held and there else 0, coming.manifest.version if coming else 0)


def _message(signed: Signed) -> bytes:
    return encode_signed(signed.key_id, signed.signature, signed.body)
