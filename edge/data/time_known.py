"""The car's clock and the newest signed time -> the best time known, by which a manifest is judged. It never goes back."""

from collections.abc import Callable, Iterable

from edge.data.admission import AHEAD_MS, Now
from proto.events import Clock, Moment


class TimeKnown:
    """A car without a clock still knows that it is not earlier than what headquarters has signed."""

    def __init__(self, now: Callable[[], Moment], signed_ms: Iterable[int] = ()) -> None:
        self._now = now
        self.newest_signed_ms = max(signed_ms, default=None)
        """UTC milliseconds at which the newest manifest was made whose signature is right; None: none was seen."""

    def saw(self, made_ms: int) -> None:
        """A manifest of this time is genuine."""
        self.newest_signed_ms = max(self.newest_signed_ms or 0, made_ms)

    def now(self) -> Now:
        """This instant."""
        moment = self._now()
        trusted = moment.utc_ms if moment.clock >= Clock.NTP else None
        known = [ms for ms in (moment.utc_ms, self.newest_signed_ms) if ms is not None]
        if trusted is not None and max(known) > trusted + AHEAD_MS:
            return Now(trusted, trusted)  # headquarters was ahead of time once: a clock that is set knows better
        return Now(max(known, default=None), trusted)
