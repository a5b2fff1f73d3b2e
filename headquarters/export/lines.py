"""The store -> JSON lines, one event each, in the order (vehicle, epoch by arrival, lane, number)."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from headquarters.export.dating import Dating
from headquarters.export.times import iso
from headquarters.export.words import words
from proto import events
from proto.errors import FrameError
from proto.lanes import Lane

_PAGE_ROWS: Final = 2000  # read at a time: a slow reader of the pipe may not hold up the store's clean-up of its log


@dataclass(frozen=True, slots=True)
class Source:
    """A stream as it is exported."""

    id: int
    vehicle: str
    epoch: bytes
    boot: bytes
    lane: Lane


def lines(connection: sqlite3.Connection, lane: Lane | None = None, vehicle: str | None = None) -> Iterator[str]:
    """All events, or those of one lane or one vehicle. Raises sqlite3.Error."""
    dating = Dating(connection)
    for source in _sources(connection, lane, vehicle):
        for seq, body in _rows(connection, source.id):
            yield json.dumps(_line(source, seq, body, dating))


def _line(source: Source, seq: int, body: bytes, dating: Dating) -> dict[str, object]:
    """Every line has the first eight names; a body that is no event of ours stands there in hexadecimal."""
    head: dict[str, object] = {
        "vehicle": source.vehicle,
        "epoch": source.epoch.hex(),
        "lane": source.lane.word,
        "seq": seq,
    }
    try:
        event = events.decode(body)
    except FrameError as error:
        rest = {"kind": None, "at": None, "clock": None, "boot": source.boot.hex(), "uptime_ms": None}
        return head | rest | {"body": body.hex(), "unreadable": str(error)}
    moment = event.moment
    at_ms = moment.utc_ms
    if at_ms is None:
        at_ms = dating.utc_ms(source.vehicle, source.boot, moment.uptime_ms)
    kind = event.kind if isinstance(event, events.Unknown) else events.WORDS[event.KIND]
    head |= {"kind": kind, "at": iso(at_ms), "clock": moment.clock.name.lower(), "boot": source.boot.hex()}
    line = head | {"uptime_ms": moment.uptime_ms} | words(event)
    return line | {"body": body.hex()} if event.more else line


def _sources(connection: sqlite3.Connection, lane: Lane | None, vehicle: str | None) -> list[Source]:
    rows = connection.execute(
        "SELECT stream.id, vehicle.name, epoch.name, epoch.boot, stream.lane"
        " FROM vehicle JOIN epoch ON epoch.vehicle = vehicle.id JOIN stream ON stream.epoch = epoch.id"
        " WHERE (?1 IS NULL OR stream.lane = ?1) AND (?2 IS NULL OR vehicle.name = ?2)"
        " ORDER BY vehicle.name, epoch.id, stream.lane",
        (lane, vehicle),
    )
    return [Source(id_, name, epoch, boot, Lane(number)) for id_, name, epoch, boot, number in rows]


def _rows(connection: sqlite3.Connection, stream: int) -> Iterator[tuple[int, bytes]]:
    last = 0
    while page := connection.execute(
        "SELECT seq, body FROM event WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?", (stream, last, _PAGE_ROWS)
    ).fetchall():
        yield from page
        last = page[-1][0]
