"""Invented events, batches, words and plates -> the golden vectors in golden.json: `python -m proto.golden > proto/golden.json`.

For whoever writes an end in another language: what stands in `fields` must give `hex`, and `hex` must give `fields`. Bytes are
hex digits, packed keys decimal text (they exceed what JSON numbers hold). Of a zstd batch only the second holds: libraries differ.
"""

import json
from collections.abc import Iterator
from dataclasses import astuple, fields
from typing import Final, TypeAlias

from proto import base, batches, control, events
from proto.asks import FOUND, Answer, Ask, encode_answer, encode_ask
from proto.audited import LogOn, Lookup, Shift
from proto.base import Confirm, Confirmed, Note
from proto.batches import Batch
from proto.chain import NONE_BEFORE
from proto.control import Held, Refused
from proto.dosage import BoxDose, Dosage, encode_dosage
from proto.events import (
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
)
from proto.heads import Head, encode_heads
from proto.lanes import Lane
from proto.plates import canonical, packed
from proto.ranges import MAX_NUMBER, Ranges

Vector: TypeAlias = dict[str, object]

EPOCH: Final = bytes.fromhex("0123456789abcdef")
PARENT: Final = bytes.fromhex("fedcba9876543210")
BOOT: Final = bytes.fromhex("b007b007b007b007")
DATED: Final = Moment(86_400_123, 1_764_000_000_000, Clock.GNSS)
UNDATED: Final = Moment(0, None, Clock.UNSET)
LINK: Final = bytes.fromhex("00112233445566778899aabbccddeeff")
PLACE: Final = Place(51_500_729, -124_625, 86_399_900)

EVENTS: Final[dict[str, Event | Unknown]] = {
    "start, the first of a car": Start(UNDATED, None, None, "0.1.0"),
    "start, after an orderly end": Start(DATED, PARENT, ((0, 12), (2, 281_474_976_710_656)), "0.1.0"),
    "start, after a salvage": Start(DATED, PARENT, None, "0.1.0", salvaged=True),
    "read, all that is known": Read(DATED, "front", "AB12 CDE", 17, 930, PLACE, 1_764_086_400, "GB"),
    "read, only what must be": Read(UNDATED, "front", "AB12 CDE", 0),
    "read, confidence unknown": Read(DATED, "rear", "FÜ-AB 123", 65_536, None, PLACE),
    "hit": Hit(DATED, 7, 1, "front", "AB12 CDE", 17, "stolen", 80, "STOP", "stolen", 3_600, signed=True, place=PLACE),
    "hit whose read was dropped": Hit(DATED, None, 2, "front", "AB12 CDE", 17, "stolen"),
    "position": Position(DATED, PLACE, 1_341, 27_050, 1_764_086_400_000),
    "position at the corner of the map": Position(UNDATED, Place(-90_000_000, 180_000_000, 0)),
    "clock": ClockSet(DATED, Clock.UNSET),
    "clock, moved": ClockSet(DATED, Clock.KEPT, -5),
    "health": Health(DATED, (("rss_kb", 50_000), ("junk", 0), ("lowest_c", -7))),
    "dropped before it had a number": Dropped(DATED, Lane.READ, 3, "queue full"),
    "dropped rows": Dropped(DATED, Lane.IMAGE, 100, "quota", PARENT, 1, 100),
    "alarm": Alarm(DATED, "list-stale", "The list is 26 hours old."),
    "hit by a pattern, not sounded": Hit(
        DATED, 8, 2, "rear", "CD34 EFG", 18, "crew", 10, "STOP", found="pattern", shown="listed", mismatch="make colour"
    ),
    "step": Step(DATED, 1, "accepted", officer="4711"),
    "step, all that may be said": Step(DATED, 1, "rejected", "misread", "4711", PARENT, 3),
    "look-out": LookOut(DATED, "add", "AB12 CDE", "4711", "drove off", 1_764_090_000, link=LINK),
    "look-out that is over": LookOut(DATED, "remove", "AB12 CDE"),
    "look-up, answered by what is carried": Lookup(
        DATED, 4, "4711", "Northshire", "person", "smith john", "STOP", "C-17", PLACE, "carried", 7_200, 2, link=LINK
    ),
    "look-up, answered by nobody": Lookup(UNDATED, 5, "4711", None, "vehicle", "AB12 CDE", "PATROL", link=LINK),
    "log-on, the first audit event of a car": LogOn(DATED, "4711", "on", "driver", place=PLACE, link=NONE_BEFORE),
    "log-on, refused; the link before it is unknown": LogOn(DATED, "4711", "refused", None, "wrong PIN"),
    "shift": Shift(DATED, EPOCH, "start", (("4711", "driver"), ("0815", "passenger")), PLACE, link=LINK),
    "shift, its end": Shift(DATED, EPOCH, "end", (), link=LINK),
    "change": Change(DATED, "4711", "threshold", "0", "40", link=LINK),
    "change by nobody known": Change(UNDATED, None, "threshold"),
    "dwell, arrived": Dwell(DATED, "central", 1_764_000_000, 5, 86_390_000, 10, 10, 51_500_000, -124_000, EPOCH),
    "dwell, over": Dwell(
        DATED, "central", 1_764_000_000, 5, 85_200_000, 900, 900, 51_500_000, -124_000, EPOCH, 86_100_000
    ),
    "dwell in a forecast of no known model": Dwell(UNDATED, "f", 1, 0, 0, 0, 0, -1, 0),
    "read of a later version": Read(DATED, "front", "AB12 CDE", 17, more=("new", (1, None))),
    "a kind of a later version": Unknown(99, DATED, ("new", None, (True, 1.5))),
}


def document() -> dict[str, list[Vector]]:
    """All vectors by what they are vectors of."""
    return {
        "bodies": [
            {"name": name, "fields": spelled(event), "hex": events.encode(event).hex()}
            for name, event in EVENTS.items()
        ],
        "batches": list(_batches()),
        "messages": list(_messages()),
        "plates": [plate(vrm) for vrm in PLATES],
        "none of this language": [{"name": name, "as": what, "hex": text} for name, what, text in NONE],
    }


def spelled(event: Event | Unknown) -> Vector:
    """An event's fields as JSON has them."""
    moment = event.moment
    kind = event.kind if isinstance(event, Unknown) else event.KIND
    named = {
        field.name: plain(getattr(event, field.name)) for field in fields(event) if field.name not in ("moment", "kind")
    }
    return {
        "kind": kind,
        "uptime_ms": moment.uptime_ms,
        "utc_offset_ms": moment.utc_offset_ms,
        "clock": int(moment.clock),
        **named,
    }


def spelled_batch(batch: Batch) -> Vector:
    """A batch's fields as JSON has them."""
    return {field.name: plain(getattr(batch, field.name)) for field in fields(batch)}


def spelled_held(lanes: list[Held]) -> list[object]:
    """The ranges of a receipt, an again or a held as JSON has them."""
    return [{"epoch": held.epoch.hex(), "lane": int(held.lane), "ranges": held.ranges.flat()} for held in lanes]


def spelled_refused(refused: Refused) -> Vector:
    """A refusal's fields as JSON has them."""
    return {field.name: plain(getattr(refused, field.name)) for field in fields(refused)}


def spelled_ask(said: Ask | Answer) -> Vector:
    """The fields of an ask or an answer as JSON has them."""
    return {field.name: plain(getattr(said, field.name)) for field in fields(said)}


def spelled_dosage(dosage: Dosage) -> Vector:
    """A dosage's fields as JSON has them."""
    return {"set": dosage.set, "doses": [[plain(value) for value in astuple(dose)] for dose in dosage.doses]}


def spelled_heads(heads: list[Head]) -> list[object]:
    """Heads as JSON has them."""
    return [{"epoch": head.epoch.hex(), "last": head.last, "link": head.link.hex()} for head in heads]


def plate(vrm: str) -> Vector:
    """A VRM with its key and its number, as far as it has them."""
    key = canonical(vrm)
    number = None if key is None else packed(key)
    return {"vrm": vrm, "key": key, "packed": None if number is None else str(number)}


def plain(value: object) -> object:
    match value:
        case bytes():
            return value.hex()
        case Place():
            return [value.lat_e6, value.lon_e6, value.placed_ms]
        case dict():
            return {name: plain(inner) for name, inner in value.items()}
        case tuple() | list():
            return [plain(inner) for inner in value]
        case bool() | None | str() | float():
            return value
        case int():
            return int(value)
    raise TypeError(type(value).__name__)


def _batches() -> Iterator[Vector]:
    bodies = [events.encode(event) for event in EVENTS.values()]
    reads = [events.encode(Read(DATED, "front", f"AB{n:02} CDE", n)) for n in range(20)]
    for name, batch in {
        "one read": Batch(EPOCH, BOOT, Lane.READ, 1, 1, bodies[3:4]),
        "backlog": Batch(EPOCH, BOOT, Lane.URGENT, 5, 6, bodies[:2], backlog=True),
        "numbers absent inside": Batch(EPOCH, BOOT, Lane.READ, 10, 15, bodies[4:6], ((10, 11), (13, 14))),
        "all absent": Batch(EPOCH, BOOT, Lane.IMAGE, 1, 2**32, [], ((1, 2**32),)),
        "the last number": Batch(EPOCH, BOOT, Lane.HEALTH, MAX_NUMBER, MAX_NUMBER, bodies[12:13]),
        "compressed": Batch(EPOCH, BOOT, Lane.READ, 1, 20, reads),
        "compressed backlog, numbers absent": Batch(EPOCH, BOOT, Lane.READ, 1, 22, reads, ((2, 3),), backlog=True),
    }.items():
        yield {
            "name": name,
            "fields": spelled_batch(batch),
            "hex": batches.encode(batch).hex(),
            "zstd": len(batch.bodies) == len(reads),
        }


def _messages() -> Iterator[Vector]:
    held = [
        Held(EPOCH, Lane.READ, Ranges([(1, 100), (103, 103)])),
        Held(PARENT, Lane.URGENT, Ranges([(1, MAX_NUMBER)])),
    ]
    for name in ("receipt", "again", "held"):
        yield {"name": name, "fields": spelled_held(held), "hex": control.encode_held(held).hex()}
    refused = Refused(EPOCH, Lane.READ, 5, 9, "bodies damaged")
    yield {"name": "refused", "fields": spelled_refused(refused), "hex": control.encode_refused(refused).hex()}
    yield {"name": "hello", "fields": BOOT.hex(), "hex": control.encode_hello(BOOT).hex()}
    ask = Ask(BOOT, "person", (("query", "smith john"), ("age", 40)), "4711", "Northshire", "STOP", "C-17")
    yield {"name": "ask", "fields": spelled_ask(ask), "hex": encode_ask(ask).hex()}
    answer = Answer(BOOT, FOUND, 1_764_000_000_000, 1, {"results": [{"surname": "Smith", "age": None}], "more": False})
    yield {"name": "answer", "fields": spelled_ask(answer), "hex": encode_answer(answer).hex()}
    dosage = Dosage("central", (BoxDose(51_500_000, -124_000, 900, 0), BoxDose(51_510_000, -124_000, 240, 3_600)))
    yield {"name": "dosage", "fields": spelled_dosage(dosage), "hex": encode_dosage(dosage).hex()}
    heads = [Head(EPOCH, 7, LINK)]
    yield {"name": "head", "fields": spelled_heads(heads), "hex": encode_heads(heads).hex()}
    yield {"name": "want", "fields": ["lists", "officers"], "hex": control.encode_want(["lists", "officers"]).hex()}
    confirm = Confirm(EPOCH, 1, "stolen", 1_764_000_000, "AB12CDE", 0xDEADBEEF)
    yield {"name": "confirm", "fields": _flat(confirm), "hex": base.encode_confirm(confirm).hex()}
    confirmed = Confirmed(EPOCH, 1, base.WEEDED, 1_764_086_400_000, 1_764_080_000, 1_764_080_000_000, 1_764_070_000_000)
    yield {"name": "confirmed", "fields": _flat(confirmed), "hex": base.encode_confirmed(confirmed).hex()}
    note = Note(3, EPOCH, 1, 1_764_086_400_000, "The keeper is known.")
    yield {"name": "note", "fields": _flat(note), "hex": base.encode_note(note).hex()}


def _flat(message: Confirm | Confirmed | Note) -> Vector:
    return {field.name: plain(getattr(message, field.name)) for field in fields(message)}


PLATES: Final = (
    *("AB12 CDE", "ab12cde", "OIL 10", "01L10", "012 ABC", "12 ABC", "AAZ 1234", "123 D 456", "Q 123 ABC", "AB12AB"),
    *(
        "FÜ-AB 123",
        "FU-AB 123",
        "GÖ TZ 1",
        "straße 1",
        "Ø 1",
        "ŁÓDŹ 1",
        "ǰ 1",
        "A·B/C:D",
        "Z" * 12,
        "Z" * 13,
        "AB?2",
        "АВ12",
        "-",
        "",
    ),
)
NONE: Final = (
    ("nothing", "body", ""),
    ("a number", "body", "01"),
    ("true as the kind", "body", "94c301c001"),
    ("uptime below zero", "body", "9407ffc001"),
    ("the tenth millennium", "body", "960701cf0000e677d21fdc0001a161a162"),
    ("a clock of quality 4", "body", "960701c004a161a162"),
    ("text that is not UTF-8", "body", "960701c001a1ffa162"),
    ("a place at latitude 91", "body", "950301c00193ce056c8cc00000"),
    ("fields missing", "body", "950101c001a163"),
    ("version 2", "batch", "9902c4080123456789abcdefc408b007b007b007b00702010100c0c40101"),
    ("lane 6", "batch", "9901c4080123456789abcdefc408b007b007b007b00706010100c0c40101"),
    ("number 0", "batch", "9901c4080123456789abcdefc408b007b007b007b00702000000c0c40101"),
    ("two bodies for one number", "batch", "9901c4080123456789abcdefc408b007b007b007b00702010100c0c4020101"),
    ("zstd that is none", "batch", "9901c4080123456789abcdefc408b007b007b007b00702010102c0c40101"),
    ("a range backwards", "receipt", "92019193c4080123456789abcdef02920201"),
    ("half a range", "receipt", "92019193c4080123456789abcdef029101"),
)

if __name__ == "__main__":
    print(json.dumps(document(), ensure_ascii=False, indent=1))
