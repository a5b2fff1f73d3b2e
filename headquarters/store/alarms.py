"""Something at headquarters that a person must look at -> one row per cause, counted when it comes again."""

import json
import sqlite3
from dataclasses import dataclass, field

from proto.lanes import Lane


@dataclass(frozen=True, slots=True)
class Raised:
    """An alarm: a word, what it is about, and plain details without personal data."""

    name: str
    vehicle: str | None = None
    epoch: bytes | None = None
    lane: Lane | None = None
    detail: dict[str, str | int] = field(default_factory=dict)

    def fields(self) -> dict[str, object]:
        """For a log line or a status."""
        return {
            "alarm": self.name,
            "vehicle": self.vehicle,
            "epoch": None if self.epoch is None else self.epoch.hex(),
            "lane": None if self.lane is None else self.lane.word,
            **self.detail,
        }


def keep(connection: sqlite3.Connection, alarm: Raised, now_ms: int) -> bool:
    """Whether it is the first of its name, vehicle, epoch and lane. Its details stay those of the first."""
    (times,) = connection.execute(
        "INSERT INTO alarm (name, vehicle, epoch, lane, detail, first_ms, last_ms) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (name, ifnull(vehicle, ''), ifnull(epoch, x''), ifnull(lane, -1))"
        " DO UPDATE SET times = times + 1, last_ms = excluded.last_ms RETURNING times",
        (alarm.name, alarm.vehicle, alarm.epoch, alarm.lane, json.dumps(alarm.detail), now_ms, now_ms),
    ).fetchone()
    return bool(times == 1)
