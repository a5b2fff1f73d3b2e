"""Event loop and store -> systemd's watchdog: fed every second while the loop turns and the store has got on not too long ago."""

import asyncio
import os
from typing import Final

from edge.notify import notify
from edge.ticks import tick

STORE_S: Final = 15.0  # a card may stall for seconds, and alerts do not wait for it; a loop that stalls warns nobody
STORE_EVERY_S: Final = 5.0
_BEATS: Final = 3  # a wait of systemd's: a beat may be late, two may not


class Heartbeat:
    """`proven` is called when the store's thread has come by and the recorder was not stuck."""

    def __init__(self) -> None:
        self.every_s = int(os.environ.get("WATCHDOG_USEC", "0")) / 1e6 / _BEATS
        """0 where no watchdog waits."""
        self._proven_s: float | None = None

    def proven(self) -> None:
        """The store is alive."""
        self._proven_s = asyncio.get_running_loop().time()

    async def run(self) -> None:
        """For ever; where no watchdog waits, it only waits."""
        if not self.every_s:
            await asyncio.Event().wait()
        self.proven()
        while True:
            assert self._proven_s is not None
            if asyncio.get_running_loop().time() - self._proven_s < STORE_S:
                notify("WATCHDOG=1")
            await tick(self.every_s)
