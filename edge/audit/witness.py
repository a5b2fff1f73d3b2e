"""An event that somebody waits for until it is stored: what may be said only after its record exists, is not said without it."""

import asyncio
from typing import Final

from proto.kinds import Audited
from proto.moments import Moment

WITHIN_S: Final = 2.0  # a card that stalls longer is as good as none: the crew is told


class NotStoredError(Exception):
    """The record is not known to be on the disk: nothing may be said that needs it."""


class Witnessed:
    """One event on its way into the store."""

    def __init__(self, event: Audited) -> None:
        self.event = event
        self.number: int | None = None
        """In its lane, once it has one."""
        self._stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def moment(self) -> Moment:
        """When it was."""
        return self.event.moment

    def settle(self) -> None:
        """Its group is committed; without a number it was not in it."""
        if self._stored.done():
            return
        if self.number is None:
            self._stored.set_exception(NotStoredError("the record is too long"))
        else:
            self._stored.set_result(None)

    async def stored(self, within_s: float = WITHIN_S) -> None:
        """Returns once it is committed. Raises NotStoredError."""
        try:
            async with asyncio.timeout(within_s):
                await self._stored
        except TimeoutError as error:
            raise NotStoredError("the record cannot be stored") from error
