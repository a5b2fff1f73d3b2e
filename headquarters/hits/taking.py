"""Bodies of lane urgent -> rows of hits and of their steps, in the transaction that stores the bodies. [proto-9.1]"""

import sqlite3
from collections.abc import Iterable
from typing import Final

from headquarters.store.streams import Stream
from proto import events
from proto.errors import FrameError
from proto.events import Hit, Step
from proto.steps import NOTED

_KINDS: Final = frozenset({bytes([Hit.KIND]), bytes([Step.KIND])})
_LONG_ARRAY: Final = 0xDC  # msgpack's array 16: the kind stands behind two bytes of length


def note_hits(
    connection: sqlite3.Connection, stream: Stream, numbered: Iterable[tuple[int, bytes]], now_ms: int
) -> None:
    """Repeats change nothing; any order of arrival is right. `now_ms`: UTC."""
    for seq, body in numbered:
        event = _event(body)
        if isinstance(event, Hit):
            row = (stream.vehicle, stream.epoch, event.alert, seq, now_ms, body)
            connection.execute("INSERT OR IGNORE INTO hit VALUES (?, ?, ?, ?, ?, ?)", row)
        elif isinstance(event, Step):
            of = event.epoch or stream.epoch
            step = (stream.vehicle, of, event.alert, stream.epoch_id, seq, now_ms, body)
            connection.execute("INSERT OR IGNORE INTO step VALUES (?, ?, ?, ?, ?, ?, ?)", step)
            if event.step == NOTED and event.note is not None:
                connection.execute(
                    "UPDATE note SET noted = 1 WHERE id = ? AND vehicle = ?", (event.note, stream.vehicle)
                )


def _event(body: bytes) -> Hit | Step | None:
    """Only bodies of these two kinds are read."""
    at = 3 if body[:1] == bytes([_LONG_ARRAY]) else 1
    if body[at : at + 1] not in _KINDS:
        return None
    try:
        event = events.decode(body)
    except FrameError:
        return None
    return event if isinstance(event, Hit | Step) else None
