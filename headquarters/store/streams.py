"""(vehicle, epoch, lane) -> the small number it has in the store; made when it is new."""

import sqlite3
from dataclasses import dataclass

from proto.lanes import Lane


@dataclass(frozen=True, slots=True)
class Stream:
    """One lane of one epoch: its id, and the epoch's."""

    id: int
    epoch_id: int
    vehicle: str
    epoch: bytes
    lane: Lane


def find(connection: sqlite3.Connection, vehicle: str, epoch: bytes, lane: Lane) -> Stream | None:
    """The stream, or None when nothing of it has come yet."""
    row = connection.execute(
        "SELECT stream.id, epoch.id FROM vehicle JOIN epoch ON epoch.vehicle = vehicle.id"
        " JOIN stream ON stream.epoch = epoch.id WHERE vehicle.name = ? AND epoch.name = ? AND stream.lane = ?",
        (vehicle, epoch, int(lane)),
    ).fetchone()
    return None if row is None else Stream(row[0], row[1], vehicle, epoch, lane)


def find_or_make(
    connection: sqlite3.Connection, vehicle: str, epoch: bytes, boot: bytes, lane: Lane, now_ms: int
) -> Stream:
    """The stream; a new epoch gets the boot that its first message names. `now_ms`: UTC."""
    known = find(connection, vehicle, epoch, lane)
    if known is not None:
        return known
    connection.execute("INSERT OR IGNORE INTO vehicle (name) VALUES (?)", (vehicle,))
    connection.execute(
        "INSERT OR IGNORE INTO epoch (vehicle, name, boot, first_ms) SELECT id, ?, ?, ? FROM vehicle WHERE name = ?",
        (epoch, boot, now_ms, vehicle),
    )
    connection.execute(
        "INSERT INTO stream (epoch, lane) SELECT epoch.id, ? FROM epoch JOIN vehicle ON vehicle.id = epoch.vehicle"
        " WHERE vehicle.name = ? AND epoch.name = ?",
        (int(lane), vehicle, epoch),
    )
    made = find(connection, vehicle, epoch, lane)
    assert made is not None
    return made


def count(connection: sqlite3.Connection, stream: Stream, events: int, repeated: int) -> None:
    """Add to the stream's counts."""
    connection.execute(
        "UPDATE stream SET events = events + ?, repeated = repeated + ? WHERE id = ?", (events, repeated, stream.id)
    )
