"""The key, once a second -> the crew and headquarters are told, what is urgent gets the link, and at the end the car stops."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from edge.ignition.key import Key
from edge.ignition.run_on import RunOn

log = logging.getLogger(__name__)

LOOK_S: Final = 1.0

Turned = Callable[[bool, float | None], None]
"""(off, seconds left): the key was turned."""


class Ignition:
    """One task. `turned` tells of the key, `hurry` gives what is urgent the link, `end` stops the daemon."""

    def __init__(
        self, key: Key, run_on: RunOn, turned: Turned, hurry: Callable[[bool], None], end: Callable[[], None]
    ) -> None:
        self.is_over = False
        """The car was stopped by its key."""
        self._key = key
        self._run_on = run_on
        self._turned = turned
        self._hurry = hurry
        self._end = end
        self._is_off: bool | None = None
        self._left_s: float | None = None

    async def run(self, is_up: Callable[[], None]) -> None:
        """For ever. OSError: the key cannot be read; what is known of it stays."""
        loop = asyncio.get_running_loop()
        while not self.is_over:
            is_off = self._key()
            is_up()
            self.look(loop.time(), is_off=is_off)
            await asyncio.sleep(min(LOOK_S, self._run_on.left_s(loop.time()) or LOOK_S))
        await loop.create_future()  # the daemon is being stopped, and this task with it

    def look(self, now_s: float, *, is_off: bool) -> None:
        """What follows of the key's being on or off."""
        self._is_off = is_off
        is_turned = self._run_on.look(now_s, is_off=is_off)
        left_s = self._left_s = self._run_on.left_s(now_s)
        if is_turned:
            log.info("the key is %s", "on" if left_s is None else f"off: the car stops in {left_s:.0f} s")
            self._turned(is_off, left_s)
            self._hurry(is_off)
        if left_s == 0:
            self.is_over = True
            self._end()

    def table(self) -> dict[str, Any]:
        """For the status, JSON-ready. `off` is None while the key could not be read yet."""
        return {"off": self._is_off, "left_s": None if self._left_s is None else round(self._left_s)}

    def figures(self) -> dict[str, int]:
        """For headquarters."""
        return {} if self._is_off is None else {"ignition_off": int(self._is_off)}
