"""A port whose far end goes away while its name stays: the link of a device that udev has not noticed yet."""

import os
from contextlib import suppress
from pathlib import Path

from simulator.port import Port


class PulledPort(Port):
    """A `Port` that can also be pulled out from under its name.

    Its number is nobody else's meanwhile: the name would lead to a pseudo-terminal of another test, and the reader would stay there.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._held: int | None = None

    def plug(self) -> None:
        self._let_go()
        super().plug()

    def pull(self) -> None:
        """Whoever had it open is hung up; the name points to what is no more, or to what this port is next, under the same number."""
        assert self._master is not None
        with suppress(OSError):  # EBUSY: only root passes a reader's lock; then no number is held
            self._held = os.open(self.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._poll.unregister(self._master)
        os.close(self._master)
        self._master = self._opened_ns = None

    def unplug(self) -> None:
        self._let_go()
        super().unplug()

    def _let_go(self) -> None:
        if self._held is not None:
            os.close(self._held)
            self._held = None
