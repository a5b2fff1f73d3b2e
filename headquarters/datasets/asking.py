"""What cars say of data sets -> what they are answered: manifests of what is newer, chunks; and a note of who holds what."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from headquarters.arrivals import Message
from headquarters.datasets import shelf
from headquarters.receiver.answers import Answer
from headquarters.store.file import transaction
from proto import topics
from proto.chunks import MAX_ASKED, Chunk, Having, Want, decode_have, decode_want, encode_chunk
from proto.errors import FrameError
from proto.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Asked:
    """What a car said of data sets: what it lacks, or what it holds."""

    vehicle: str
    said: Want | tuple[Having, ...]


def asked(message: Message) -> Asked | None:
    """What a message says of data sets; None: nothing, or nothing that can be read: it is the keeper's."""
    topic = topics.parse(message.topic)
    if topic is None or topic.vehicle is None or topic.way != "up":
        return None
    try:
        if topic.word == "have":
            return Asked(topic.vehicle, tuple(decode_have(message.payload)))
        if topic.word == "want":
            return Asked(topic.vehicle, decode_want(message.payload))
    except FrameError:
        pass
    return None


def answers(connection: sqlite3.Connection, group: Sequence[Asked], now_ms: int) -> list[Answer]:
    """To all of them. `now_ms`: UTC. Raises sqlite3.Error."""
    said: list[Answer] = []
    for one in group:
        if isinstance(one.said, Want):
            said += _to_want(connection, one.vehicle, one.said)
        else:
            said += _to_have(connection, one.vehicle, one.said, now_ms)
    return said


def _to_have(connection: sqlite3.Connection, vehicle: str, sets: Sequence[Having], now_ms: int) -> Iterator[Answer]:
    with transaction(connection):
        connection.execute("DELETE FROM held WHERE vehicle = ?", (vehicle,))
        rows = [(vehicle, one.name, one.version, one.coming, now_ms) for one in sets]
        connection.executemany("INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?, ?)", rows)
    held = {one.name: one for one in sets}
    for name in shelf.names(connection):
        having = held.get(name, Having(name, 0))
        fit = shelf.next_for(connection, name, having.version, having.coming)
        if fit is not None and fit.manifest.is_for(vehicle):
            yield Answer(topics.down(vehicle, "manifest"), fit.message)


def _to_want(connection: sqlite3.Connection, vehicle: str, want: Want) -> Iterator[Answer]:
    for name in want.names:
        whole = shelf.newest(connection, name)
        if whole is not None and whole.manifest.is_for(vehicle):
            yield Answer(topics.down(vehicle, "manifest"), whole.message)
    asked = [(digest, n) for digest, numbers in want.chunks for n in numbers]
    for digest, n in asked[:MAX_ASKED]:
        piece = shelf.chunk(connection, digest, n)
        if piece is not None:
            yield Answer(topics.down(vehicle, "chunk"), encode_chunk(Chunk(digest, n, piece)))


def announcements(manifest: Manifest, message: bytes) -> Iterator[Answer]:
    """What is said of a set that was just published: to all cars, or to each of its audience."""
    if manifest.audience is None:
        yield Answer(topics.MANIFEST, message)
    else:
        yield from (Answer(topics.down(vehicle, "manifest"), message) for vehicle in manifest.audience)
