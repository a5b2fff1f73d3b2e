"""The lanes to headquarters, most urgent first. Their order is the order of sending; their numbers stand on the wire. [proto-2.3]"""

from enum import IntEnum
from typing import Final


class Lane(IntEnum):
    """One stream of numbered events of an epoch; each has a quota and a drop rule of its own."""

    URGENT = 0
    AUDIT = 1
    READ = 2
    POSITION = 3
    HEALTH = 4
    IMAGE = 5

    @property
    def word(self) -> str:
        """The lane's name in topics and documents."""
        return self.name.lower()


BY_WORD: Final = {lane.word: lane for lane in Lane}
