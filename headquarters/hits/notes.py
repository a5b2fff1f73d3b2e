"""Notes on hits: queued in the store by a command, said to the car again and again by `serve` until the car has shown them. [proto-9.8]"""

import sqlite3
from typing import Final

from headquarters.receiver.answers import Answer
from headquarters.store.file import transaction
from proto import topics
from proto.base import Note, encode_note

FIRST_MS: Final = 10_000
LONGEST_MS: Final = 600_000
AT_ONCE: Final = 64

_DUE: Final = (
    "SELECT id, vehicle, epoch, alert, text, made_ms FROM note WHERE NOT noted"
    " AND (said_ms IS NULL OR said_ms + min(?2, ?1 * (1 << min(times - 1, 10))) <= ?3) ORDER BY id LIMIT ?4"
)


def put(connection: sqlite3.Connection, vehicle: str, epoch: bytes, alert: int, text: str, now_ms: int) -> int:
    """The note's number. Raises sqlite3.Error."""
    with transaction(connection):
        row = (vehicle, epoch, alert, text, now_ms)
        (number,) = connection.execute(
            "INSERT INTO note (vehicle, epoch, alert, text, made_ms) VALUES (?, ?, ?, ?, ?) RETURNING id", row
        ).fetchone()
    return int(number)


def due(connection: sqlite3.Connection, now_ms: int) -> list[Answer]:
    """What to say now; it counts as said. Raises sqlite3.Error."""
    rows = connection.execute(_DUE, (FIRST_MS, LONGEST_MS, now_ms, AT_ONCE)).fetchall()
    if rows:
        with transaction(connection):
            connection.executemany(
                "UPDATE note SET said_ms = ?, times = times + 1 WHERE id = ?", [(now_ms, row[0]) for row in rows]
            )
    return [
        Answer(topics.down(vehicle, "note"), encode_note(Note(number, epoch, alert, made_ms, text)))
        for number, vehicle, epoch, alert, text, made_ms in rows
    ]
