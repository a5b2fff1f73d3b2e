"""The store -> lines: every kind by its fields' names, dated where that is possible."""

import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from headquarters.arrivals import Sent
from headquarters.export.lines import lines
from headquarters.export.times import iso
from headquarters.store.intake import take
from proto.audited import LogOn, Lookup, Shift
from proto.batches import Batch
from proto.events import (
    KINDS,
    Alarm,
    Change,
    Clock,
    ClockSet,
    Dropped,
    Dwell,
    Event,
    Health,
    Hit,
    LookOut,
    Moment,
    Place,
    Position,
    Read,
    Start,
    Step,
    Unknown,
    encode,
)
from proto.lanes import Lane

if TYPE_CHECKING:
    from tests.headquarters.conftest import MakeBatch

T0_MS = 1_790_000_000_000  # 2026-09-21T14:13:20Z
AT = Moment(5_123, T0_MS, Clock.GNSS)
HERE = Place(51_501_234, -142_000, 4_900)
PLACED = {"lat": 51.501234, "lon": -0.142, "placed_ms": 4_900}
NOWHERE = {"lat": None, "lon": None, "placed_ms": None}


def said(
    connection: sqlite3.Connection,
    *said: Event | Unknown,
    first: int = 1,
    vehicle: str = "car-1",
    epoch: bytes = b"epoch--1",
    boot: bytes = b"boot---1",
    lane: Lane = Lane.READ,
) -> None:
    bodies = [encode(event) for event in said]
    batch = Batch(epoch, boot, lane, first, first + len(bodies) - 1, bodies)
    take(connection, [Sent(vehicle, batch)], 0)


def exported(connection: sqlite3.Connection, lane: Lane | None = None, vehicle: str | None = None) -> list[Any]:
    return [json.loads(line) for line in lines(connection, lane, vehicle)]


SAMPLES: list[tuple[Event, dict[str, Any]]] = [
    (
        Start(AT, b"\x01" * 8, ((2, 7), (99, 1)), "0.1.0", salvaged=True),
        {"kind": "start", "parent": "01" * 8, "lasts": {"read": 7, "99": 1}, "version": "0.1.0", "salvaged": True},
    ),
    (
        Read(AT, "front", "AB12 CDE", 4, 937, HERE, 1_790_003_600, "GBR"),
        {"kind": "read", "camera": "front", "vrm": "AB12 CDE", "track": 4, "confidence": 0.937, **PLACED}
        | {"camera_at": "2026-09-21T15:13:20", "country": "GBR"},
    ),
    (
        Read(AT, "front", "AB12CDE", 4),
        {"kind": "read", "camera": "front", "vrm": "AB12CDE", "track": 4, "confidence": None, **NOWHERE}
        | {"camera_at": None, "country": None},
    ),
    (
        Hit(AT, 9, 3, "rear", "X1", 5, "stolen", 80, "STOP", "stolen", 3600, signed=True, place=HERE),
        {"kind": "hit", "read": 9, "alert": 3, "camera": "rear", "vrm": "X1", "track": 5, "list": "stolen"}
        | {"priority": 80, "action": "STOP", "reason": "stolen", "list_age_s": 3600, "signed": True, **PLACED}
        | {"found": None, "shown": None, "mismatch": None},
    ),
    (
        Position(AT, HERE, 1_341, 27_005, T0_MS),
        {"kind": "position", **PLACED, "speed_mps": 13.41, "heading": 270.05, "gnss_at": "2026-09-21T14:13:20.000Z"},
    ),
    (ClockSet(AT, Clock.UNSET, None), {"kind": "clock", "was": "unset", "was_offset_ms": None}),
    (Health(AT, (("rss_kb", 50_000),)), {"kind": "health", "figures": {"rss_kb": 50_000}}),
    (
        Dropped(AT, 2, 17, "quota", b"\x02" * 8, 3, 19),
        {"kind": "dropped", "dropped_lane": "read", "count": 17, "reason": "quota", "dropped_epoch": "02" * 8}
        | {"first": 3, "last": 19},
    ),
    (
        Step(AT, 3, "rejected", "misread", "4711", b"\x03" * 8, 5),
        {"kind": "step", "alert": 3, "step": "rejected", "reason": "misread", "officer": "4711"}
        | {"alert_epoch": "03" * 8, "note": 5},
    ),
    (
        LookOut(AT, "add", "AB12 CDE", "4711", "drove off", 1_790_003_600),
        {"kind": "look-out", "deed": "add", "vrm": "AB12 CDE", "officer": "4711", "reason": "drove off"}
        | {"until": "2026-09-21T15:13:20.000Z", "link": None},
    ),
    (
        Change(AT, "4711", "threshold", "0", "40", link=bytes(16)),
        {"kind": "change", "officer": "4711", "what": "threshold", "was": "0", "now": "40", "link": "00" * 16},
    ),
    (
        Dwell(AT, "central", 7, 3, 1_000, 240, 240, 51_501_234, -142_000, b"\x04" * 8, 4_000),
        {"kind": "dwell", "set": "central", "version": 7, "model": "04" * 8, "box": 3, "lat": 51.501234, "lon": -0.142}
        | {"arrived_ms": 1_000, "left_ms": 4_000, "dwell_s": 240, "credit_s": 240},
    ),
    (Alarm(AT, "clone", "two cards"), {"kind": "alarm", "name": "clone", "detail": "two cards"}),
    (
        Lookup(AT, 4, "4711", "Northshire", "person", "smith", "STOP", "C-1", HERE, "carried", 60, 2, link=bytes(16)),
        {"kind": "look-up", "number": 4, "officer": "4711", "force": "Northshire", "what": "person", "asked": "smith"}
        | {"reason": "STOP", "case": "C-1", **PLACED, "source": "carried", "age_s": 60, "found": 2, "link": "00" * 16},
    ),
    (
        LogOn(AT, "4711", "refused", "driver", "wrong PIN"),
        {"kind": "log-on", "officer": "4711", "step": "refused", "seat": "driver", "reason": "wrong PIN", **NOWHERE}
        | {"link": None},
    ),
    (
        Shift(AT, b"shift--1", "start", (("4711", "driver"),), link=bytes(16)),
        {"kind": "shift", "shift": b"shift--1".hex(), "step": "start", **NOWHERE, "link": "00" * 16}
        | {"officers": [{"officer": "4711", "seat": "driver"}]},
    ),
]


@pytest.mark.parametrize(("event", "fields"), SAMPLES, ids=lambda value: type(value).__name__)
def test_every_kind_is_said_by_its_names_in_plain_units(
    connection: sqlite3.Connection, event: Event, fields: dict[str, Any]
) -> None:
    said(connection, event)
    head = {"vehicle": "car-1", "epoch": b"epoch--1".hex(), "lane": "read", "seq": 1}
    when = {"at": "2026-09-21T14:13:25.123Z", "clock": "gnss", "boot": b"boot---1".hex(), "uptime_ms": 5_123}
    assert exported(connection) == [head | when | fields]


def test_no_kind_is_without_a_sample() -> None:
    assert {type(event) for event, _ in SAMPLES} == set(KINDS.values())


def test_a_kind_of_tomorrow_is_exported_by_number_and_whole(connection: sqlite3.Connection) -> None:
    event = Unknown(42, AT, (b"\xff", float("inf"), [1]))
    said(connection, event)
    (line,) = exported(connection)
    assert (line["kind"], line["body"]) == (42, encode(event).hex())
    assert line["at"] == "2026-09-21T14:13:25.123Z"


def test_a_field_of_tomorrow_is_exported_with_the_whole_body(connection: sqlite3.Connection) -> None:
    event = Alarm(AT, "x", "y", more=("new",))
    said(connection, event)
    (line,) = exported(connection)
    assert (line["name"], line["body"]) == ("x", encode(event).hex())


def test_a_body_that_is_no_event_does_not_stop_the_export(
    connection: sqlite3.Connection, make_batch: "MakeBatch"
) -> None:
    odd = Batch(b"epoch--1", b"boot---1", Lane.READ, 1, 2, [b"\x05", make_batch(2, 2).bodies[0]])
    take(connection, [Sent("car-1", odd)], 0)
    first, second = exported(connection)
    assert (first["kind"], first["at"], first["body"], first["unreadable"]) == (None, None, "05", "not an event")
    assert second["kind"] == "read"


@pytest.mark.parametrize("wild", [2**62, -(2**62)])
def test_a_time_outside_every_calendar_is_no_time(connection: sqlite3.Connection, wild: int) -> None:
    said(connection, Read(AT, "front", "X1", 1, camera_at_s=wild), Position(AT, HERE, gnss_ms=wild))
    read, position = exported(connection)
    assert (read["camera_at"], position["gnss_at"]) == (None, None)
    assert iso(wild) is None


def test_the_order_is_vehicle_then_epoch_by_arrival_then_lane_then_number(connection: sqlite3.Connection) -> None:
    read = Read(AT, "front", "X1", 1)
    said(connection, read, vehicle="car-2")
    said(connection, read, epoch=b"zzzzzzzz", first=2)
    said(connection, read, epoch=b"zzzzzzzz", lane=Lane.URGENT)
    said(connection, read, epoch=b"aaaaaaaa")
    said(connection, read, epoch=b"zzzzzzzz", first=1)
    order = [
        (line["vehicle"], bytes.fromhex(line["epoch"])[:1], line["lane"], line["seq"]) for line in exported(connection)
    ]
    assert order == [
        ("car-1", b"z", "urgent", 1),
        ("car-1", b"z", "read", 1),
        ("car-1", b"z", "read", 2),
        ("car-1", b"a", "read", 1),
        ("car-2", b"e", "read", 1),
    ]


def test_a_lane_or_a_vehicle_can_be_asked_for(connection: sqlite3.Connection) -> None:
    read = Read(AT, "front", "X1", 1)
    said(connection, read)
    said(connection, read, lane=Lane.URGENT)
    said(connection, read, vehicle="car-2")
    assert [(line["vehicle"], line["lane"]) for line in exported(connection, lane=Lane.URGENT)] == [("car-1", "urgent")]
    assert [line["vehicle"] for line in exported(connection, vehicle="car-2")] == ["car-2"]
    assert exported(connection, vehicle="car-3") == []


def test_more_than_a_page_of_events_is_exported_whole(connection: sqlite3.Connection) -> None:
    for first in range(1, 4502, 500):
        said(connection, *(Read(AT, "front", f"X{n}", n) for n in range(500)), first=first)
    assert [line["seq"] for line in exported(connection)] == list(range(1, 5001))


def undated(uptime_ms: int) -> Read:
    return Read(Moment(uptime_ms, None, Clock.UNSET), "front", "X1", 1)


def test_a_clock_event_dates_the_earlier_events_of_its_boot_in_every_lane_and_epoch(
    connection: sqlite3.Connection,
) -> None:
    said(connection, undated(1_000))
    said(connection, undated(2_000), epoch=b"epoch--2")
    said(connection, ClockSet(Moment(9_000, T0_MS, Clock.NTP), Clock.UNSET), epoch=b"epoch--2", lane=Lane.URGENT)
    assert [(line["at"], line["clock"]) for line in exported(connection, lane=Lane.READ)] == [
        ("2026-09-21T14:13:21.000Z", "unset"),
        ("2026-09-21T14:13:22.000Z", "unset"),
    ]


def test_the_nearest_dated_event_of_the_boot_counts(connection: sqlite3.Connection) -> None:
    early = Read(Moment(1_000, T0_MS, Clock.KEPT), "front", "X1", 1)
    late = Read(Moment(100_000, T0_MS + 60_000, Clock.GNSS), "front", "X1", 1)
    said(connection, early, undated(2_000), undated(99_000), late, undated(101_000))
    assert [line["at"][11:19] for line in exported(connection)] == [
        "14:13:21",
        "14:13:22",
        "14:15:59",
        "14:16:00",
        "14:16:01",
    ]


def test_a_boot_that_never_knew_the_time_is_not_dated(connection: sqlite3.Connection) -> None:
    said(connection, undated(1_000))
    said(connection, Read(AT, "front", "X1", 1), epoch=b"epoch--2", boot=b"boot---2")
    said(connection, Read(AT, "front", "X1", 1), vehicle="car-2")
    assert exported(connection)[0]["at"] is None
