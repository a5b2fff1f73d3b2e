"""What was not let in -> one alarm each; what comes again is not said again, and of a flood only how many there were."""

import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from edge.data.admission import QUIET

log = logging.getLogger(__name__)

MOST_REMEMBERED: Final = 256
MOST_ALARMS: Final = 5  # each a different refusal; whoever floods the topic is then one line a WITHIN_S
WITHIN_S: Final = 600.0

Alarm = Callable[[str, str], None]


class Refusals:
    """The latest refusals, by the digest of the manifest. `time_s`: monotonic."""

    def __init__(self, alarm: Alarm, time_s: Callable[[], float] = time.monotonic) -> None:
        self._alarm = alarm
        self._time_s = time_s
        self._seen: deque[tuple[bytes, str]] = deque(maxlen=MOST_REMEMBERED)
        self._alarmed_s: deque[float] = deque(maxlen=MOST_ALARMS)
        self._unsaid = 0
        self.count = 0
        """Since the start, repeats too."""

    def __contains__(self, digest: bytes) -> bool:
        return any(seen == digest for seen, _ in self._seen)

    def note(self, digest: bytes, name: str | None, reason: str) -> None:
        """This one does not come in."""
        if reason in QUIET:
            return
        self.count += 1
        if (digest, reason) in self._seen:
            return
        self._seen.append((digest, reason))
        now_s = self._time_s()
        if len(self._alarmed_s) == MOST_ALARMS and now_s - self._alarmed_s[0] < WITHIN_S:
            self._unsaid += 1
            return
        self._alarmed_s.append(now_s)
        what = "a data set" if name is None else f"data set {name}"
        before = f" (and {self._unsaid} more before it, not said one by one)" if self._unsaid else ""
        self._unsaid = 0
        self._alarm("data-refused", f"{what}: {reason}: refused, what is held stays{before}")
