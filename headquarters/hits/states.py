"""Rows of hits and steps -> the state of each hit as a person reads it, the newest first."""

import sqlite3
from collections.abc import Iterator
from typing import Any, Final

from headquarters.export.times import iso
from proto import events
from proto.events import Hit, Step
from proto.steps import NOTED, SHOWN, STATES, TOLD

MOST: Final = 1000  # hits in one answer

State = dict[str, Any]

_HITS: Final = (
    "SELECT hit.vehicle, hit.epoch, hit.alert, hit.at_ms, hit.body FROM hit"
    " WHERE (?1 IS NULL OR hit.vehicle = ?1) ORDER BY hit.at_ms DESC, hit.seq DESC LIMIT ?2"
)
_STEPS: Final = "SELECT body, at_ms FROM step WHERE vehicle = ? AND epoch = ? AND alert = ? ORDER BY by, seq"
_NOTES: Final = (
    "SELECT id, text, made_ms, times, noted FROM note WHERE vehicle = ? AND epoch = ? AND alert = ? ORDER BY id"
)


def hits(connection: sqlite3.Connection, vehicle: str | None = None, most: int = MOST) -> list[State]:
    """Of one vehicle or all. Raises sqlite3.Error."""
    rows = connection.execute(_HITS, (vehicle, most)).fetchall()
    return [_state(connection, *row) for row in rows]


def changed_since(connection: sqlite3.Connection, at_ms: int, seen: dict[str, State]) -> Iterator[State]:
    """Hits of which something came at `at_ms` (UTC) or later and that are not as `seen` has them; it is brought up to date."""
    rows = connection.execute(
        "SELECT DISTINCT vehicle, epoch, alert FROM (SELECT vehicle, epoch, alert, at_ms FROM hit UNION ALL"
        " SELECT vehicle, epoch, alert, at_ms FROM step UNION ALL"
        " SELECT vehicle, epoch, alert, max(made_ms, ifnull(said_ms, 0)) FROM note) WHERE at_ms >= ? LIMIT ?",
        (at_ms, MOST),
    ).fetchall()
    for vehicle, epoch, alert in rows:
        row = connection.execute(
            "SELECT vehicle, epoch, alert, at_ms, body FROM hit WHERE vehicle = ? AND epoch = ? AND alert = ?",
            (vehicle, epoch, alert),
        ).fetchone()
        if row is None:  # its step came first
            continue
        state = _state(connection, *row)
        name = f"{vehicle} {state['id']}"
        if seen.get(name) != state:
            seen[name] = state
            yield state


def _state(connection: sqlite3.Connection, vehicle: str, epoch: bytes, alert: int, at_ms: int, body: bytes) -> State:
    hit = events.decode(body)
    assert isinstance(hit, Hit)
    place = hit.place
    state: State = {
        "vehicle": vehicle,
        "id": f"{epoch.hex()}-{alert}",
        "at": iso(hit.moment.utc_ms),
        "received": iso(at_ms),
        "vrm": hit.vrm,
        "list": hit.list,
        "priority": hit.priority,
        "action": hit.action,
        "reason": hit.reason,
        "list_age_s": hit.list_age_s,
        "signed": hit.signed,
        "found": hit.found or "exact",
        "shown": hit.shown or "sounded",
        "mismatch": hit.mismatch,
        "lat": None if place is None else place.lat_e6 / 1e6,
        "lon": None if place is None else place.lon_e6 / 1e6,
        "state": SHOWN,
        "why": None,
        "officer": None,
        "base": None,
        "steps": [],
    }
    for step_body, step_ms in connection.execute(_STEPS, (vehicle, epoch, alert)):
        step = events.decode(step_body)
        assert isinstance(step, Step)
        _apply(state, step, step_ms)
    notes = connection.execute(_NOTES, (vehicle, epoch, alert))
    state["notes"] = [
        {"number": number, "text": text, "made": iso(made_ms), "said": times, "shown": bool(noted)}
        for number, text, made_ms, times, noted in notes
    ]
    return state


def _apply(state: State, step: Step, at_ms: int) -> None:
    """Steps come in their order, whatever the order of their arrival was."""
    when = iso(step.moment.utc_ms) or iso(at_ms)
    if step.step in STATES:
        state |= {"state": step.step, "why": step.reason, "officer": step.officer}
    elif step.step == TOLD:
        state["base"] = step.reason
    if step.step != NOTED:
        state["steps"].append({"step": step.step, "reason": step.reason, "officer": step.officer, "at": when})
