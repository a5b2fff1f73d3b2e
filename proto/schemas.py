"""Messages and bodies as they stand in code -> JSON Schemas of them, for the AsyncAPI document.

What JSON cannot say is said as in golden.json: bytes are hexadecimal digits. Arrays are positional, and further items are
always let by. [proto-2.10, proto-3.10]
"""

from dataclasses import MISSING, Field, fields
from itertools import takewhile
from typing import Any, Final, TypeAlias

import msgpack

from proto import asks, base, batches, control, dosage, events, golden
from proto.audited import Eight
from proto.base import Confirm, Confirmed, Note
from proto.batches import Batch
from proto.chain import LINK_BYTES, Link
from proto.events import Clock, Place
from proto.fields import EPOCH_BYTES
from proto.heads import MAX_HEADS, Head
from proto.lanes import Lane
from proto.ranges import MAX_NUMBER

Node: TypeAlias = dict[str, Any]

WHOLE: Final[Node] = {"type": "integer", "format": "int64"}
TEXT: Final[Node] = {"type": "string"}
NUMBER: Final[Node] = {"type": "integer", "minimum": 1, "maximum": MAX_NUMBER}
VERSION: Final[Node] = {"const": batches.VERSION}


def shared() -> dict[str, Node]:
    """What messages refer to by name: parts, and a body for each kind of event."""
    return {
        "epoch": _bytes(EPOCH_BYTES),
        "lane": {"enum": list(map(int, Lane)), "description": _said(Lane)},
        "ranges": {"type": "array", "items": NUMBER, "description": "first, last, first, last, ..."},
        "quality": {"enum": list(map(int, Clock)), "description": _said(Clock)},
        "place": _place(),
        **{word: _body(kind) for kind, word in events.WORDS.items()},
    }


def payloads() -> dict[str, Node]:
    """By its word in topics, or `batch`: the message's schema."""
    held = _held()
    return {
        "batch": _batch(),
        "held": held,
        "want": _positional([VERSION, {"type": "array", "items": TEXT}], 2, "Names of states. [proto-4.8]"),
        "receipt": held,
        "again": held,
        "refused": _refused(),
        "confirm": _titled(Confirm, 7),
        "confirmed": _titled(
            Confirmed, 5, state={"enum": list(range(len(base.STATES))), "description": str(base.STATES)}
        ),
        "note": _titled(Note, 6),
        "ask": _ask(),
        "answer": _answer(),
        "head": _heads(),
        "dosage": _dosage(),
        "hello": _positional([VERSION, _bytes(None)], 2, "The session: random bytes of one connection. [proto-4.7]"),
    }


def spelled(message: bytes) -> object:
    """A message or body as JSON has it."""
    return golden.plain(msgpack.unpackb(message))


def _batch() -> Node:
    whole = {
        "version": VERSION,
        "epoch": _ref("epoch"),
        "boot": _ref("epoch"),
        "lane": _ref("lane"),
        "first": NUMBER,
        "last": NUMBER,
        "flags": {"type": "integer", "minimum": 0, "maximum": 255},
        "absent": {"oneOf": [{"type": "null"}, _ref("ranges")]},
        "payload": _bytes(None),
    }
    described = {
        "flags": "Bit 0: backlog. Bit 1: the payload is one zstd frame that states its size. [proto-2.7, proto-2.9]",
        "absent": "The numbers of the coverage that were dropped; all others have their body. [proto-2.5]",
        "payload": f"The bodies one after another, unpacked at most {batches.MAX_UNPACKED_BYTES} bytes, at most "
        f"{batches.MAX_BATCH_EVENTS}; each is one of the schemas {', '.join(events.WORDS.values())}. [proto-2.7]",
    }
    named = {name: {"title": name, **_told(schema, described.get(name))} for name, schema in whole.items()}
    about = f"{_said(Batch)} At most {batches.MAX_BATCH_BYTES} bytes."
    return _positional(list(named.values()), len(named), about)


def _held() -> Node:
    ranges = {**_ref("ranges")}
    lane = _positional([_ref("epoch"), _ref("lane"), ranges], 3, _said(control.Held))
    about = f"At most {control.MAX_CONTROL_BYTES} bytes, {control.MAX_RANGES} ranges a lane. [proto-4.2]"
    return _positional([VERSION, {"type": "array", "items": lane}], 2, about)


def _refused() -> Node:
    reason = {"type": "string", "maxLength": control.MAX_REASON, "title": "reason"}
    parts = [VERSION, _ref("epoch"), _ref("lane"), NUMBER, NUMBER, reason]
    return _positional(parts, len(parts), _said(control.Refused))


def _titled(of: type, needed: int, **known: Node) -> Node:
    """A message that is the version and a class's fields, in their order."""
    order = [field.name for field in fields(of)]
    types = {field.name: field.type for field in fields(of)}
    parts = [{"title": name, **_told(known.get(name) or _message_field(name, types[name]), None)} for name in order]
    return _positional([VERSION, *parts], needed, f"{_said(of)} [proto-9]")


def _message_field(name: str, type_: object) -> Node:
    if name == "epoch":
        return _ref("epoch")
    schemas = _SCHEMAS[type_]
    return schemas[0] if len(schemas) == 1 else {"oneOf": schemas}


def _ask() -> Node:
    short: Node = {"type": "string", "maxLength": asks.MAX_TEXT}
    part = {"type": "array", "items": [short, {"oneOf": [short, WHOLE]}], "minItems": 2, "maxItems": 2}
    named = {
        "version": VERSION,
        "id": _bytes(asks.ID_BYTES),
        "what": {"enum": list(asks.WHATS)},
        "asked": {"type": "array", "items": part, "maxItems": asks.MAX_PARTS},
        "officer": short,
        "force": {"oneOf": [short, {"type": "null"}]},
        "reason": short,
        "case": {"oneOf": [short, {"type": "null"}]},
    }
    parts = [{"title": name, **schema} for name, schema in named.items()]
    return _positional(parts, len(parts), f"{_said(asks.Ask)} At most {control.MAX_CONTROL_BYTES} bytes.")


def _answer() -> Node:
    named = {
        "version": VERSION,
        "id": _bytes(asks.ID_BYTES),
        "outcome": {"enum": list(asks.OUTCOMES)},
        "as_of_ms": {"oneOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]},
        "found": {"type": "integer", "minimum": 0},
        "result": {"type": ["object", "null"]},
    }
    parts = [{"title": name, **schema} for name, schema in named.items()]
    return _positional(parts, len(parts), f"{_said(asks.Answer)} At most {asks.MAX_ANSWER_BYTES} bytes.")


def _dosage() -> Node:
    bounds = ((events.MAX_LAT_E6, True), (events.MAX_LON_E6, True), (dosage.MAX_S, False), (dosage.MAX_S, False))
    dose = [
        {"type": "integer", "minimum": -most if signed else 0, "maximum": most, "title": field.name}
        for field, (most, signed) in zip(fields(dosage.BoxDose), bounds, strict=True)
    ]
    doses = {
        "type": "array",
        "items": _positional(dose, len(dose), _said(dosage.BoxDose)),
        "maxItems": dosage.MAX_DOSES,
    }
    return _positional([VERSION, TEXT, doses], 3, f"{_said(dosage.Dosage)} [proto-12.3]")


def _heads() -> Node:
    named = {"epoch": _ref("epoch"), "last": NUMBER, "link": _bytes(LINK_BYTES)}
    head = _positional([{"title": name, **_told(schema, None)} for name, schema in named.items()], 3, _said(Head))
    return _positional([VERSION, {"type": "array", "items": head, "maxItems": MAX_HEADS}], 2, "[proto-11.4]")


def _body(kind: int) -> Node:
    of = events.KINDS[kind]
    named = [field for field in fields(of) if field.name not in ("moment", "more")]
    offset = {"oneOf": [WHOLE, {"type": "null"}]}
    moment = {"uptime_ms": WHOLE, "utc_offset_ms": offset, "clock": _ref("quality")}
    parts = [{"title": "kind", "const": kind}]
    parts += [{"title": name, **_told(schema, None)} for name, schema in moment.items()]
    parts += [{"title": field.name, **_told(_field(field), None)} for field in named]
    optional = takewhile(lambda field: field.default is not MISSING, reversed(named))
    needed = len(parts) - len(list(optional))
    schema = _positional(parts, needed, f"{_said(of)} At most {events.MAX_BODY_BYTES} bytes. [proto-3.6]")
    examples = [spelled(events.encode(event)) for event in golden.EVENTS.values() if isinstance(event, of)]
    return {**schema, "examples": examples}


def _field(field: "Field[Any]") -> Node:
    """A field's schema by its type; it may be nil where the type says so. [proto-3.8]"""
    schemas = _SCHEMAS[field.type]
    return schemas[0] if len(schemas) == 1 else {"oneOf": schemas}


def _place() -> Node:
    bounds = (events.MAX_LAT_E6, events.MAX_LON_E6)
    parts: list[Node] = [{"type": "integer", "minimum": -most, "maximum": most} for most in bounds]
    parts.append({"type": "integer", "minimum": 0})
    named = [{"title": field.name, **part} for field, part in zip(fields(Place), parts, strict=True)]
    return {**_positional(named, len(named), f"{_said(Place)} [proto-3.7]"), "additionalItems": False}


def _pairs(first: Node, second: Node = WHOLE) -> Node:
    pair = {"type": "array", "items": [first, second], "minItems": 2, "maxItems": 2}
    return {"type": "array", "items": pair}


def _positional(parts: list[Node], needed: int, about: str) -> Node:
    return {"type": "array", "items": parts, "minItems": needed, "additionalItems": True, "description": about}


def _bytes(length: int | None) -> Node:
    digits = "*" if length is None else f"{{{length}}}"
    return {"type": "string", "contentEncoding": "base16", "pattern": f"^([0-9a-f]{{2}}){digits}$"}


def _told(schema: Node, description: str | None) -> Node:
    """JSON Schema reads nothing beside a reference: what is said of one stands around it."""
    inner = {"allOf": [schema]} if "$ref" in schema else schema
    return inner if description is None else {**inner, "description": description}


def _ref(name: str) -> Node:
    return {"$ref": f"#/components/schemas/{name}"}


def _said(of: type) -> str:
    """The first paragraph of a docstring: it is the contract there, and here."""
    return " ".join((of.__doc__ or "").split("\n\n")[0].split())


_SCHEMAS: Final[dict[Any, list[Node]]] = {
    int: [WHOLE],
    int | None: [WHOLE, {"type": "null"}],
    str: [TEXT],
    str | None: [TEXT, {"type": "null"}],
    bytes | None: [_ref("epoch"), {"type": "null"}],
    Eight: [_ref("epoch")],
    Link | None: [_bytes(LINK_BYTES), {"type": "null"}],
    bool: [{"type": "boolean"}],
    Place: [_ref("place")],
    Place | None: [_ref("place"), {"type": "null"}],
    Clock: [_ref("quality")],
    tuple[tuple[str, int], ...]: [_pairs(TEXT)],
    tuple[tuple[int, int], ...] | None: [_pairs(WHOLE), {"type": "null"}],
    tuple[tuple[str, str], ...]: [_pairs(TEXT, TEXT)],
}
