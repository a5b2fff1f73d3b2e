"""Manifests that are let in, chunks that come -> which chunks to ask for, and when again. Pure; times are the event loop's seconds.

One set is fetched at a time, the most pressing kind first. A few chunks are in flight: more while answers come quickly,
one when they do not. What has come stays, whatever is cut: it is asked for at the chunk where it stopped.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from proto.chunks import Chunk, Want
from proto.manifest import Manifest, Signed

MOST_IN_FLIGHT: Final = 8  # chunks: at 16 kB and 50 ms a round 2.5 MB/s; more would only fill the broker's queue
QUICK_S: Final = 0.5
SLOW_S: Final = 2.0  # a receipt that waits behind such a chunk is late
AGAIN_S: Final = 10.0  # as for batches [proto-5.2], doubling
LONGEST_S: Final = 60.0
STALLED_S: Final = 120.0  # no chunk for so long: headquarters may not have this version any more
ORDER: Final = ("officers", "voi", "forecast", "records")
"""Of two sets the one that is fetched first; other kinds come last."""


@dataclass(slots=True)
class Coming:
    """A set under way: which chunks have come, which are asked for and since when."""

    signed: Signed
    lacking: list[int]
    """Numbers, highest first: the next is the last."""
    asked_s: dict[int, float] = field(default_factory=dict)
    moved_s: float | None = None
    """When a chunk came last, or it was let in."""

    @property
    def manifest(self) -> Manifest:
        """What it is."""
        return self.signed.manifest

    @property
    def missing_bytes(self) -> int:
        """What is still to come, asked for or not."""
        return sum(self.manifest.length(n) for n in (*self.lacking, *self.asked_s))

    @property
    def is_whole(self) -> bool:
        """Whether all has come."""
        return not self.lacking and not self.asked_s


class Fetch:
    """All sets under way, at most one a name."""

    def __init__(self, may_ask: Callable[[Manifest], bool] = lambda _: True) -> None:
        """`may_ask`: whether the link may carry this set now; it is asked anew each time, what has come meanwhile stays."""
        self._may_ask = may_ask
        self._coming: dict[str, Coming] = {}
        self._window = 1
        self._again_s = AGAIN_S
        self.chunks = 0
        self.junk_chunks = 0
        """Chunks that nobody asked for, or that are not what their manifest says."""

    def __len__(self) -> int:
        return len(self._coming)

    def coming(self, name: str) -> Coming | None:
        """What is under way of this name."""
        return self._coming.get(name)

    def all(self) -> list[Coming]:
        """What is under way, the most pressing first."""
        return sorted(self._coming.values(), key=_press)

    def replaces(self, signed: Signed, now_s: float) -> bool:
        """Whether a version that is let in is better than what is under way of its name: it is newer, and sooner here."""
        was = self._coming.get(signed.manifest.name)
        if was is None:
            return True
        if signed.manifest.version <= was.manifest.version:
            return False
        stalled = was.moved_s is not None and now_s - was.moved_s >= STALLED_S
        return stalled or signed.manifest.size < was.missing_bytes

    def begin(self, signed: Signed, here: Iterable[int], now_s: float) -> Coming:
        """Fetch this set, `here` being the chunks that have come before (a restart); what was under way of its name is left."""
        had = set(here)
        lacking = [n for n in reversed(range(signed.manifest.chunks)) if n not in had]
        coming = self._coming[signed.manifest.name] = Coming(signed, lacking, moved_s=now_s)
        return coming

    def end(self, name: str) -> None:
        """It is in place, or refused."""
        self._coming.pop(name, None)

    def connected(self) -> None:
        """A new connection, or headquarters is there again: what was asked for is due at once."""
        self._again_s = AGAIN_S
        self._window = 1
        for coming in self._coming.values():
            self._give_back(coming)

    def came(self, chunk: Chunk, now_s: float) -> Coming | None:
        """The set that a chunk belongs to, when it is lacking there and its hash is right; else it is counted as junk."""
        coming = next((one for one in self._coming.values() if one.signed.digest == chunk.digest), None)
        if (
            coming is None
            or not self._is_lacking(coming, chunk.n)
            or not coming.manifest.is_chunk(chunk.n, chunk.piece)
        ):
            self.junk_chunks += 1
            return None
        self.chunks += 1
        self._took(coming.asked_s.pop(chunk.n, None), now_s)
        if chunk.n in coming.lacking:
            coming.lacking.remove(chunk.n)
        coming.moved_s = now_s
        return coming

    def want(self, now_s: float) -> Want | None:
        """What to ask for now; it counts as asked for."""
        first = next((one for one in self.all() if not one.is_whole and self._may_ask(one.manifest)), None)
        if first is None:
            return None
        for coming in self._coming.values():
            self._time_out(coming, now_s)
        room = min(self._window - len(first.asked_s), len(first.lacking))
        if room <= 0:
            return None
        numbers = tuple(first.lacking.pop() for _ in range(room))
        first.asked_s.update(dict.fromkeys(numbers, now_s))
        return Want(chunks=((first.signed.digest, numbers),))

    def waits(self, coming: Coming) -> bool:
        """Whether it waits for a link that may carry it."""
        return not coming.is_whole and not self._may_ask(coming.manifest)

    def next_due_s(self) -> float | None:
        """When `want` may have something to say again without a chunk coming."""
        asked = [at for coming in self._coming.values() for at in coming.asked_s.values()]
        return min(asked) + self._again_s if asked else None

    def _took(self, asked_s: float | None, now_s: float) -> None:
        self._again_s = AGAIN_S
        if asked_s is None:
            return
        if now_s - asked_s <= QUICK_S:
            self._window = min(self._window + 1, MOST_IN_FLIGHT)
        elif now_s - asked_s >= SLOW_S:
            self._window = max(self._window - 1, 1)

    def _time_out(self, coming: Coming, now_s: float) -> None:
        if any(now_s - at >= self._again_s for at in coming.asked_s.values()):
            self._again_s = min(self._again_s * 2, LONGEST_S)
            self._window = 1
            self._give_back(coming)

    @staticmethod
    def _give_back(coming: Coming) -> None:
        coming.lacking += sorted(coming.asked_s, reverse=True)
        coming.asked_s.clear()

    @staticmethod
    def _is_lacking(coming: Coming, n: int) -> bool:
        return n in coming.asked_s or n in coming.lacking


def _press(coming: Coming) -> tuple[int, str]:
    kind = coming.manifest.kind
    return ORDER.index(kind) if kind in ORDER else len(ORDER), coming.manifest.name
