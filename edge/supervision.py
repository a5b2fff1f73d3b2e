"""A task that the world can break -> one that is begun again: full-jitter back-off, one report per outage. [design 4]

Three classes of fault: the device's are values (`Junk`), the world's are retried here for ever, ours end the process.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any, Final

log = logging.getLogger(__name__)

LONGEST_S: Final = 2.0  # with the connect time-out of 4 s: back within 6 s of the world's return
SHORTEST_S: Final = 0.25

MOST_REASONS: Final = 8  # of one outage that are said: an engineer finds the cause, the log stays short

Report = Callable[[str, bool, str], None]
"""(name, up, reason): a change of state, said once."""


class Backoff:
    """Delays that double up to LONGEST_S, each drawn at random below its bound so that a fleet does not march in step."""

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        self._chance = chance
        self._bound_s = SHORTEST_S

    def next_s(self) -> float:
        """The next delay in seconds."""
        delay, self._bound_s = self._bound_s * self._chance(), min(self._bound_s * 2, LONGEST_S)
        return max(delay, 0.05)

    def reset(self) -> None:
        """The world is back: begin at the shortest delay again."""
        self._bound_s = SHORTEST_S


class Outage:
    """Whether something of the world is up; says so once per change, and every reason of an outage once."""

    def __init__(self, name: str, report: Report) -> None:
        self.name = name
        self.is_up: bool | None = None
        self.reason = "not tried yet"
        """The latest, in words."""
        self._said: set[str] = set()
        """The reasons of this outage that were said."""
        self._report = report

    def over(self) -> None:
        """It works."""
        self._change(True, "ok")

    def began(self, reason: str) -> None:
        """It does not."""
        self._change(False, reason)

    def table(self) -> dict[str, Any]:
        """A section of the status; `up` is null as long as nobody knows."""
        return {"up": self.is_up, "reason": self.reason}

    def figures(self) -> dict[str, int]:
        """For headquarters."""
        return {} if self.is_up is None else {f"{self.name}_up": int(self.is_up)}

    def _change(self, up: bool, reason: str) -> None:
        self.reason = reason
        if self.is_up is not up:
            self._said.clear()
        elif reason in self._said or len(self._said) >= MOST_REASONS:
            log.debug("%s again: %s", self.name, reason)
            return
        self._said.add(reason)
        self.is_up = up
        log.log(logging.INFO if up else logging.WARNING, "%s %s: %s", self.name, "up" if up else "down", reason)
        self._report(self.name, up, reason)


async def keep_running(
    deed: Callable[[Callable[[], None]], Awaitable[None]],
    outage: Outage,
    world: tuple[type[Exception], ...],
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    chance: Callable[[], float] = random.random,
) -> None:
    """Runs `deed(is_up)` for ever; `deed` calls `is_up()` once it works. Errors of `world` are waited out, others rise."""
    backoff = Backoff(chance)

    def is_up() -> None:
        backoff.reset()
        outage.over()

    while True:
        try:
            await deed(is_up)
            reason = "ended"
        except world as error:
            reason = reason_of(error)
        outage.began(reason)
        await wait(backoff.next_s())


async def ended(tasks: list["asyncio.Task[None]"]) -> None:
    """Cancelled, and waited for; there may be none."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def reason_of(error: Exception) -> str:
    """What to say of an error of the world: no path, no personal data, the same words for the same cause."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
