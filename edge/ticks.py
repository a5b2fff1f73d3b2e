"""How often -> a wait that ends together with everybody else's of the same length: one wake-up for all that look now and then."""

import asyncio
from typing import Final

_SHORTEST: Final = 0.25  # of a wait: whoever comes just before a tick takes the next one


async def tick(every_s: float) -> None:
    """Returns at the next multiple of `every_s` of the event loop's time; within 0.25 to 1.25 of that many seconds."""
    left_s = every_s - asyncio.get_running_loop().time() % every_s
    await asyncio.sleep(left_s if left_s > _SHORTEST * every_s else left_s + every_s)
