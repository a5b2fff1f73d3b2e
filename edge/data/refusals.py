"""What was not let in -> one alarm each; what comes again is not said again."""

import logging
from collections import deque
from collections.abc import Callable
from typing import Final

from edge.data.admission import QUIET

log = logging.getLogger(__name__)

MOST_REMEMBERED: Final = 256

Alarm = Callable[[str, str], None]


class Refusals:
    """The latest refusals, by the digest of the manifest."""

    def __init__(self, alarm: Alarm) -> None:
        self._alarm = alarm
        self._seen: deque[tuple[bytes, str]] = deque(maxlen=MOST_REMEMBERED)
        self.count = 0
        """Since the start, repeats too."""

    def __contains__(self, digest: bytes) -> bool:
        return any(seen == digest for seen, _ in self._seen)

    def note(self, digest: bytes, name: str | None, reason: str) -> None:
        """This one does not come in."""
        if reason in QUIET:
            return
        self.count += 1
        if (digest, reason) not in self._seen:
            self._seen.append((digest, reason))
            what = "a data set" if name is None else f"data set {name}"
            self._alarm("data-refused", f"{what}: {reason}: refused, what is held stays")
