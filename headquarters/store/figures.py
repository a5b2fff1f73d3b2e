"""The store -> counts: per vehicle and lane what is here, dropped, missing and repeated; what was set aside; the alarms."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import TypedDict

from headquarters.store.alarms import Raised
from headquarters.store.aside import THROWN_AWAY, UNREADABLE
from proto.lanes import Lane


class LaneFigures(TypedDict):
    """`dropped`: numbers the car said it dropped. `missing`: numbers known to exist that are neither here nor dropped."""

    events: int
    dropped: int
    missing: int
    repeated: int


class VehicleFigures(TypedDict):
    """One vehicle; only lanes it has used."""

    vehicle: str
    epochs: int
    lanes: dict[str, LaneFigures]


class Figures(TypedDict):
    """All there is to say, as it is printed."""

    vehicles: list[VehicleFigures]
    conflicts: int
    unreadable: int
    aside: int
    thrown_away: int
    alarms: list[dict[str, object]]


_STREAMS = """
SELECT vehicle.name, epoch.id, stream.lane, stream.events, stream.repeated, a.numbers,
       max(a.top, ifnull((SELECT max(named.last) FROM named WHERE parent = epoch.name AND named.lane = stream.lane), 0))
FROM vehicle JOIN epoch ON epoch.vehicle = vehicle.id JOIN stream ON stream.epoch = epoch.id
JOIN (SELECT stream, sum(last - first + 1) AS numbers, max(last) AS top FROM accounted GROUP BY stream) AS a
  ON a.stream = stream.id
ORDER BY vehicle.name, stream.lane
"""


def figures(connection: sqlite3.Connection) -> Figures:
    """As of one moment. Raises sqlite3.Error."""
    connection.execute("BEGIN")
    try:
        tallies = dict(connection.execute("SELECT name, times FROM tally"))
        return Figures(
            vehicles=_vehicles(connection),
            conflicts=_count(connection, "conflict"),
            unreadable=tallies.get(UNREADABLE, 0),
            aside=_count(connection, "aside"),
            thrown_away=tallies.get(THROWN_AWAY, 0),
            alarms=_alarms(connection),
        )
    finally:
        connection.execute("ROLLBACK")


def _vehicles(connection: sqlite3.Connection) -> list[VehicleFigures]:
    found: dict[str, VehicleFigures] = {}
    epochs: dict[str, set[int]] = {}
    for name, epoch, lane, events, repeated, numbers, top in connection.execute(_STREAMS):
        vehicle = found.setdefault(name, VehicleFigures(vehicle=name, epochs=0, lanes={}))
        epochs.setdefault(name, set()).add(epoch)
        sums = vehicle["lanes"].setdefault(Lane(lane).word, LaneFigures(events=0, dropped=0, missing=0, repeated=0))
        sums["events"] += events
        sums["dropped"] += numbers - events
        sums["missing"] += top - numbers
        sums["repeated"] += repeated
        vehicle["epochs"] = len(epochs[name])
    return list(found.values())


def _alarms(connection: sqlite3.Connection) -> list[dict[str, object]]:
    return [
        {
            **Raised(name, vehicle, epoch, None if lane is None else Lane(lane), json.loads(detail)).fields(),
            "times": times,
            "last": _iso(last_ms),
        }
        for name, vehicle, epoch, lane, detail, times, last_ms in connection.execute(
            "SELECT name, vehicle, epoch, lane, detail, times, last_ms FROM alarm ORDER BY id"
        )
    ]


def _count(connection: sqlite3.Connection, table: str) -> int:
    (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(rows)


def _iso(utc_ms: int) -> str:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=utc_ms)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
