"""The machine's clocks and what the receiver says -> a `Moment` for every event, with the clock's quality. [proto-3]

The daemon never sets the clock (chrony does); it measures where UTC lies against the time since boot, and how far that
can be believed. A clock earlier than the floor, the newest instant known to be past, was never set.
"""

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from drivers.gps.dates import believable
from proto.events import Clock, ClockSet, Moment

RELEASE_MS: Final = int(
    datetime(2026, 11, 1, tzinfo=UTC).timestamp() * 1000
)  # no honest clock is earlier than this code
MOVED_MS: Final = 500  # a step worth an event; slewing and a receiver's latency stay below it
GNSS_HOLDS_MS: Final = 10 * 60_000  # a crystal of 50 ppm drifts 30 ms in this time
_STA_UNSYNC: Final = 0x0040  # adjtimex(2)


def uptime_ms() -> int:
    """Milliseconds since boot, suspend included (CLOCK_BOOTTIME)."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def utc_ms() -> int:
    """What the wall clock reads, milliseconds since 1970."""
    return time.time_ns() // 1_000_000


# Once: each is a class of its own and a knot of cycles; one a second kept half a megabyte waiting for the collector (m).
_LIBC: Final = ctypes.CDLL(None, use_errno=True)
_Timex: Final = ctypes.c_long * 32  # struct timex: modes, offset, freq, maxerror, esterror, status, ... 208 bytes


def kernel_is_synchronised() -> bool:
    """Whether something (chrony, timesyncd) disciplines the kernel's clock: STA_UNSYNC is clear in adjtimex(2)."""
    timex = _Timex()
    if _LIBC.adjtimex(timex) < 0:
        return False
    return not timex[5] & _STA_UNSYNC


@dataclass(frozen=True, slots=True)
class Sources:
    """Where time comes from; tests pass their own."""

    uptime_ms: Callable[[], int] = uptime_ms
    utc_ms: Callable[[], int] = utc_ms
    synchronised: Callable[[], bool] = kernel_is_synchronised


class CarClock:
    """The one place where time is put on events."""

    def __init__(self, sources: Sources | None = None, floor_ms: int = RELEASE_MS) -> None:
        self._sources = sources or Sources()
        self._floor_ms = floor_ms
        self._gnss_offset_ms: int | None = None
        self._gnss_heard_ms = -GNSS_HOLDS_MS
        self._offset_ms: int | None = None
        self.quality = Clock.UNSET
        self._latest = Moment(0, None, Clock.UNSET)
        self.check()

    def now(self) -> Moment:
        """This instant."""
        uptime_ms = self._sources.uptime_ms()
        latest = self._latest
        if latest.uptime_ms != uptime_ms or latest.utc_offset_ms != self._offset_ms or latest.clock is not self.quality:
            latest = self._latest = Moment(uptime_ms, self._offset_ms, self.quality)
        return latest

    def raise_floor(self, floor_ms: int) -> None:
        """An instant that is known to be past (from the store): a wall clock before it is not believed."""
        self._floor_ms = max(self._floor_ms, floor_ms)

    def is_past_floor(self) -> bool:
        """Whether the machine's own clock, by which TLS judges certificates, is later than what is known to be past."""
        return self._sources.utc_ms() >= self._floor_ms

    def heard_gnss(self, at: datetime) -> bool:
        """A fix's own time, just arrived. False when it is not believed (a week roll-over, a cold receiver)."""
        floor = datetime.fromtimestamp(self._floor_ms / 1000, UTC)
        if not believable(at, floor):
            return False
        uptime = self._sources.uptime_ms()
        offset = int(at.timestamp() * 1000) - uptime
        held = self._gnss_offset_ms
        # The sentence comes late, by a varying time: the greatest offset is the truest, unless the clock really moved.
        if held is None or offset > held or held - offset > 2 * MOVED_MS:
            self._gnss_offset_ms = offset
        self._gnss_heard_ms = uptime
        return True

    def check(self) -> ClockSet | None:
        """Looks at all sources again; the event to record when the time is newly known, or better, or has moved."""
        was, was_offset = self.quality, self._offset_ms
        quality, offset = self._best()
        moved = offset is not None and (was_offset is None or abs(offset - was_offset) > MOVED_MS)
        if quality is was and not moved:
            return None
        self.quality = quality
        if moved or offset is None:
            self._offset_ms = offset
        return ClockSet(self.now(), was, was_offset)

    def _best(self) -> tuple[Clock, int | None]:
        uptime = self._sources.uptime_ms()
        system_ms = self._sources.utc_ms()
        if system_ms >= self._floor_ms and self._sources.synchronised():
            return Clock.NTP, system_ms - uptime
        if self._gnss_offset_ms is not None and uptime - self._gnss_heard_ms < GNSS_HOLDS_MS:
            return Clock.GNSS, self._gnss_offset_ms
        if system_ms >= self._floor_ms:
            return Clock.KEPT, system_ms - uptime
        return Clock.UNSET, None
