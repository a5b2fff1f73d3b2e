"""Messages that cannot be read -> kept whole, each once, within bounds; what is thrown away is counted."""

import hashlib
import sqlite3
from typing import Final

from headquarters.arrivals import Unreadable

MAX_MESSAGES: Final = 10_000  # with the 8 kB a message can have, at most 80 MB
MAX_OF_VEHICLE: Final = 1000  # so that one sick car leaves room for the next; topics of no car share one such place
UNREADABLE: Final = "unreadable"
THROWN_AWAY: Final = "thrown_away"


def keep(connection: sqlite3.Connection, unreadable: Unreadable, now_ms: int) -> None:
    """Keep it, count it. The first ones stay: they show how it began."""
    tally(connection, UNREADABLE)
    if not _has_room(connection, unreadable.vehicle):
        tally(connection, THROWN_AWAY)
        return
    said = unreadable.message
    digest = hashlib.sha256(said.topic.encode(errors="replace") + b"\0" + said.payload).digest()
    connection.execute(
        "INSERT OR IGNORE INTO aside (at_ms, vehicle, topic, reason, size, digest, message)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (now_ms, unreadable.vehicle, _text(said.topic), unreadable.reason, said.size, digest, said.payload),
    )


def tally(connection: sqlite3.Connection, name: str) -> None:
    """Count one more."""
    connection.execute("INSERT INTO tally VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET times = times + 1", (name,))


def _has_room(connection: sqlite3.Connection, vehicle: str | None) -> bool:
    (of_vehicle,) = connection.execute("SELECT count(*) FROM aside WHERE vehicle IS ?", (vehicle,)).fetchone()
    if of_vehicle >= MAX_OF_VEHICLE:
        return False
    (of_all,) = connection.execute("SELECT count(*) FROM aside").fetchone()
    return bool(of_all < MAX_MESSAGES)


def _text(topic: str) -> str:
    return topic.encode(errors="replace").decode()  # a lone surrogate cannot be stored
