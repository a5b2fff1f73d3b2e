"""An event -> its fields by name, in plain units: degrees, metres a second, shares of one, words instead of numbers."""

from collections.abc import Callable
from typing import Any, Final

from headquarters.export.times import iso, iso_naive
from proto.audited import LogOn, Lookup, Shift
from proto.events import (
    Alarm,
    Change,
    ClockSet,
    Dropped,
    Dwell,
    Event,
    Health,
    Hit,
    LookOut,
    Place,
    Position,
    Read,
    Start,
    Step,
    Unknown,
)
from proto.lanes import Lane


def words(event: Event | Unknown) -> dict[str, Any]:
    """The fields beyond the moment; None for what is not known. Of an unknown kind there are none."""
    return {} if isinstance(event, Unknown) else _OF_KIND[event.KIND](event)


def _start(event: Start) -> dict[str, Any]:
    return {
        "parent": _hex(event.parent),
        "lasts": None if event.lasts is None else {_lane(lane): last for lane, last in event.lasts},
        "version": event.version,
        "salvaged": event.salvaged,
    }


def _read(event: Read) -> dict[str, Any]:
    return {
        "vrm": event.vrm,
        "camera": event.camera,
        "track": event.track,
        "confidence": _scaled(event.confidence_permille, 1000),
        **_place(event.place),
        "camera_at": iso_naive(event.camera_at_s),
        "country": event.country,
    }


def _hit(event: Hit) -> dict[str, Any]:
    return {
        "vrm": event.vrm,
        "camera": event.camera,
        "track": event.track,
        "read": event.read,
        "alert": event.alert,
        "list": event.list,
        "priority": event.priority,
        "action": event.action,
        "reason": event.reason,
        "list_age_s": event.list_age_s,
        "signed": event.signed,
        **_place(event.place),
        "found": event.found,
        "shown": event.shown,
        "mismatch": event.mismatch,
    }


def _position(event: Position) -> dict[str, Any]:
    return {
        **_place(event.place),
        "speed_mps": _scaled(event.speed_cmps, 100),
        "heading": _scaled(event.heading_cdeg, 100),
        "gnss_at": iso(event.gnss_ms),
    }


def _clock(event: ClockSet) -> dict[str, Any]:
    return {"was": event.was.name.lower(), "was_offset_ms": event.was_offset_ms}


def _health(event: Health) -> dict[str, Any]:
    return {"figures": dict(event.figures)}


def _dropped(event: Dropped) -> dict[str, Any]:
    """Its own lane and epoch are the line's; those of what was dropped have names of their own."""
    return {
        "dropped_lane": _lane(event.lane),
        "count": event.count,
        "reason": event.reason,
        "dropped_epoch": _hex(event.epoch),
        "first": event.first,
        "last": event.last,
    }


def _alarm(event: Alarm) -> dict[str, Any]:
    return {"name": event.name, "detail": event.detail}


def _step(event: Step) -> dict[str, Any]:
    """The alert is of the line's own epoch when no other is named."""
    return {
        "alert": event.alert,
        "step": event.step,
        "reason": event.reason,
        "officer": event.officer,
        "alert_epoch": _hex(event.epoch),
        "note": event.note,
    }


def _look_out(event: LookOut) -> dict[str, Any]:
    return {
        "deed": event.deed,
        "vrm": event.vrm,
        "officer": event.officer,
        "reason": event.reason,
        "until": iso(None if event.until_s is None else event.until_s * 1000),
        "link": _hex(event.link),
    }


def _lookup(event: Lookup) -> dict[str, Any]:
    return {
        "number": event.number,
        "officer": event.officer,
        "force": event.force,
        "what": event.what,
        "asked": event.asked,
        "reason": event.reason,
        "case": event.case,
        **_place(event.place),
        "source": event.source,
        "age_s": event.age_s,
        "found": event.found,
        "link": _hex(event.link),
    }


def _log_on(event: LogOn) -> dict[str, Any]:
    return {
        "officer": event.officer,
        "step": event.step,
        "seat": event.seat,
        "reason": event.reason,
        **_place(event.place),
        "link": _hex(event.link),
    }


def _shift(event: Shift) -> dict[str, Any]:
    return {
        "shift": event.shift.hex(),
        "step": event.step,
        "officers": [{"officer": officer, "seat": seat} for officer, seat in event.officers],
        **_place(event.place),
        "link": _hex(event.link),
    }


def _change(event: Change) -> dict[str, Any]:
    named = {"officer": event.officer, "what": event.what, "was": event.was, "now": event.now}
    return {**named, "link": _hex(event.link)}


def _dwell(event: Dwell) -> dict[str, Any]:
    return {
        "set": event.set,
        "version": event.version,
        "model": _hex(event.model),
        "box": event.box,
        "lat": event.lat_e6 / 1e6,
        "lon": event.lon_e6 / 1e6,
        "arrived_ms": event.arrived_ms,
        "left_ms": event.left_ms,
        "dwell_s": event.dwell_s,
        "credit_s": event.credit_s,
    }


_OF_KIND: Final[dict[int, Callable[[Any], dict[str, Any]]]] = {
    Start.KIND: _start,
    Read.KIND: _read,
    Hit.KIND: _hit,
    Position.KIND: _position,
    ClockSet.KIND: _clock,
    Health.KIND: _health,
    Dropped.KIND: _dropped,
    Alarm.KIND: _alarm,
    Step.KIND: _step,
    LookOut.KIND: _look_out,
    Lookup.KIND: _lookup,
    LogOn.KIND: _log_on,
    Shift.KIND: _shift,
    Change.KIND: _change,
    Dwell.KIND: _dwell,
}


def _place(place: Place | None) -> dict[str, Any]:
    if place is None:
        return {"lat": None, "lon": None, "placed_ms": None}
    return {"lat": place.lat_e6 / 1e6, "lon": place.lon_e6 / 1e6, "placed_ms": place.placed_ms}


def _scaled(value: int | None, parts: int) -> float | None:
    return None if value is None else value / parts


def _hex(name: bytes | None) -> str | None:
    return None if name is None else name.hex()


def _lane(number: int) -> str:
    """The lane's word, or its number when a later version added it."""
    return Lane(number).word if number in _LANES else str(number)


_LANES: Final = frozenset(map(int, Lane))
