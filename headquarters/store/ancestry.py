"""What an epoch's `start` says of its parent -> alarms: one parent with two children, a child that knows less than we hold.

Both mean that a card was copied or put back to an earlier state. An unknown parent, or a start that does not know its
parent's last numbers (after a salvage), is no alarm.
"""

import sqlite3
from collections.abc import Iterator

from headquarters.store.alarms import Raised
from headquarters.store.streams import Stream
from proto import events
from proto.errors import FrameError
from proto.lanes import Lane

TWO_CHILDREN = "two children"
HELD_MORE = "knows less"


def note_starts(connection: sqlite3.Connection, stream: Stream, bodies: list[bytes]) -> Iterator[Raised]:
    """Remember the `start` among an urgent lane's bodies, once per epoch; the alarms that it gives reason for."""
    for body in bodies:
        start = _start(body)
        if start is not None and _is_first(connection, stream, start):
            yield from _two_children(connection, stream, start)
            yield from _named(connection, stream, start)


def outgrown(connection: sqlite3.Connection, stream: Stream, last: int) -> Iterator[Raised]:
    """The alarm when `last`, just accounted for, is beyond what a child of this epoch has named."""
    row = connection.execute(
        "SELECT min(last) FROM named WHERE parent = ? AND lane = ? AND last < ?", (stream.epoch, stream.lane, last)
    ).fetchone()
    if row[0] is not None:
        yield _knows_less(stream, stream.epoch, stream.lane, row[0], last)


def _start(body: bytes) -> events.Start | None:
    if body[1:2] != b"\0":  # the kind, or the upper half of the length of an array with more than 15 fields
        return None
    try:
        event = events.decode(body)
    except FrameError:
        return None
    return event if isinstance(event, events.Start) else None


def _is_first(connection: sqlite3.Connection, stream: Stream, start: events.Start) -> bool:
    changed = connection.execute(
        "UPDATE epoch SET started = 1, parent = ? WHERE id = ? AND NOT started", (start.parent, stream.epoch_id)
    )
    return changed.rowcount == 1


def _two_children(connection: sqlite3.Connection, stream: Stream, start: events.Start) -> Iterator[Raised]:
    if start.parent is None:
        return
    (children,) = connection.execute("SELECT count(*) FROM epoch WHERE parent = ?", (start.parent,)).fetchone()
    if children > 1:
        yield Raised(TWO_CHILDREN, stream.vehicle, start.parent, None, {"child": stream.epoch.hex()})


def _named(connection: sqlite3.Connection, stream: Stream, start: events.Start) -> Iterator[Raised]:
    """A lane that `lasts` leaves out had no number yet."""
    if start.parent is None or start.lasts is None:
        return
    lasts = dict(start.lasts)
    for lane in Lane:
        last = lasts.get(lane, 0)
        connection.execute(
            "INSERT OR IGNORE INTO named VALUES (?, ?, ?, ?)", (start.parent, lane, stream.epoch_id, last)
        )
        held = _held(connection, start.parent, lane)
        if held > last:
            yield _knows_less(stream, start.parent, lane, last, held)


def _held(connection: sqlite3.Connection, epoch: bytes, lane: Lane) -> int:
    row = connection.execute(
        "SELECT max(accounted.last) FROM epoch JOIN stream ON stream.epoch = epoch.id AND stream.lane = ?"
        " JOIN accounted ON accounted.stream = stream.id WHERE epoch.name = ?",
        (lane, epoch),
    ).fetchone()
    return row[0] or 0


def _knows_less(stream: Stream, parent: bytes, lane: Lane, named: int, held: int) -> Raised:
    return Raised(HELD_MORE, stream.vehicle, parent, lane, {"named": named, "held": held})
