"""What the link takes in -> the desk that it is for; anything else to the keeper, who stores or sets it aside."""

from collections.abc import Sequence
from typing import Protocol

from headquarters.arrivals import Message
from headquarters.waiting import Waiting


class Counter(Protocol):
    """A desk's side towards the link."""

    def takes(self, message: Message) -> bool | None:
        """Whether there was room; None: it is not for this desk, or cannot be read."""
        ...


class Sorted:
    """The inbox that the link sees."""

    def __init__(self, desks: Sequence[Counter], inbox: Waiting[Message]) -> None:
        self._desks = desks
        self._inbox = inbox

    def put(self, message: Message) -> bool:
        """Whether there was room."""
        for desk in self._desks:
            if (had_room := desk.takes(message)) is not None:
                return had_room
        return self._inbox.put(message)
