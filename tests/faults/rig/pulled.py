"""A port whose far end goes away while its name stays: the link of a device that udev has not noticed yet."""

import os

from simulator.port import Port


class PulledPort(Port):
    """A `Port` that can also be pulled out from under its name."""

    def pull(self) -> None:
        """Whoever had it open is hung up; the name points to what is no more, or to what comes next under the same number."""
        assert self._master is not None
        self._poll.unregister(self._master)
        os.close(self._master)
        self._master = self._opened_ns = None
