"""An alert or a piece of advice -> the fields of its line on the socket: everything that a screen needs to show it."""

from typing import Any

from edge.intake.sighting import Alert, Sighting
from edge.matcher.entry import Entry


def alert_fields(id_: str, sighting: Sighting, alert: Alert) -> dict[str, Any]:
    """Of the line `alert`."""
    entry = alert.entry
    return {
        "id": id_,
        "vrm": sighting.reading.vrm,
        "listed_vrm": entry.vrm,
        "camera": sighting.camera,
        "track": sighting.track,
        "list": entry.list,
        "list_age_s": alert.list_age_s,
        "signed": entry.signed,
        "priority": entry.priority,
        "action": entry.action,
        "reason": entry.reason,
        "markers": entry.markers,
        "make": entry.make,
        "model": entry.model,
        "colour": entry.colour,
        "confidence": sighting.reading.confidence,
        "doubtful": alert.is_doubtful,
        "last_byte_ns": sighting.read_ns,
        "found": "pattern" if entry.is_pattern else "exact",
        "sounded": alert.shown is None,
        "shown": alert.shown or "sounded",
        "silent": entry.is_silent,
        "mismatch": list(alert.mismatch),
        "possible_clone": bool(alert.mismatch),
        "unsure": list(entry.unsure),
        "others": [entry_fields(other) for other in alert.others],
    }


def advisory_fields(sighting: Sighting, entries: list[Entry]) -> dict[str, Any]:
    """Of the line `advisory`: the plate looks like a listed one. No alert, no tone, no number."""
    return {
        "vrm": sighting.reading.vrm,
        "camera": sighting.camera,
        "track": sighting.track,
        "found": "look-alike",
        "sounded": False,
        **entry_fields(entries[0]),
        "others": [entry_fields(other) for other in entries[1:]],
        "last_byte_ns": sighting.read_ns,
    }


def entry_fields(entry: Entry) -> dict[str, Any]:
    """An entry beside others."""
    return {
        "listed_vrm": entry.vrm,
        "list": entry.list,
        "signed": entry.signed,
        "priority": entry.priority,
        "action": entry.action,
        "reason": entry.reason,
        "markers": entry.markers,
        "make": entry.make,
        "model": entry.model,
        "colour": entry.colour,
        "silent": entry.is_silent,
        "unsure": list(entry.unsure),
    }
