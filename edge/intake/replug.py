"""A port that is not there -> the moment it is: a device that comes back is read within half a second, not after a back-off."""

import asyncio
from pathlib import Path
from typing import Final

from drivers.ports import Port

LOOK_S: Final = 0.5  # one stat a look; two wake-ups a second while a device is away


async def back_or(port: Port, longest_s: float) -> None:
    """Returns when the port's name has appeared; or after `longest_s`, when it was there all along or has not come.

    An address has no name that could appear: it is tried again after `longest_s`.
    """
    if not isinstance(port, Path):
        await asyncio.sleep(longest_s)
        return
    loop = asyncio.get_running_loop()
    until_s = loop.time() + longest_s
    was_there = port.exists()
    while (left_s := until_s - loop.time()) > 0:
        await asyncio.sleep(min(LOOK_S, left_s))
        if port.exists() and not was_there:
            return
