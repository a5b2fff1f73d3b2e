"""Events of every kind as chance makes them, and bodies made by hand, whatever stands in them."""

from dataclasses import fields
from typing import Any

import msgpack
from hypothesis import strategies as st

from proto import events
from proto.audited import Eight
from proto.chain import Link
from proto.events import Clock, Event, Moment, Place, Read, Unknown

INT64 = st.integers(-(2**63), 2**63 - 1)
SHORT = st.text(max_size=20)  # hypothesis leaves lone surrogates out
KNOWN_AT_BOOT = st.integers(0, events.MAX_MS).flatmap(
    lambda up: st.builds(Moment, st.just(up), st.integers(-up, events.MAX_MS - up), st.sampled_from(Clock))
)
MOMENT = KNOWN_AT_BOOT | st.builds(Moment, st.integers(0, events.MAX_MS), st.none(), st.sampled_from(Clock))
PLACE = st.builds(
    Place, st.integers(-90_000_000, 90_000_000), st.integers(-180_000_000, 180_000_000), st.integers(0, 2**63 - 1)
)
EPOCH = st.binary(min_size=8, max_size=8)
LATER = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | SHORT
    | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(SHORT, inner, max_size=3),
    max_leaves=6,
).filter(lambda value: _depth(value) <= 8)
MORE = st.lists(LATER, max_size=3).map(tuple)
OF_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    Moment: MOMENT,
    int: INT64,
    int | None: INT64 | st.none(),
    str: SHORT,
    str | None: SHORT | st.none(),
    bytes | None: EPOCH | st.none(),
    bool: st.booleans(),
    Place: PLACE,
    Place | None: PLACE | st.none(),
    Clock: st.sampled_from(Clock),
    tuple[tuple[str, int], ...]: st.lists(st.tuples(SHORT, INT64), max_size=5).map(tuple),
    tuple[tuple[int, int], ...] | None: st.lists(st.tuples(INT64, INT64), max_size=5).map(tuple) | st.none(),
    tuple[tuple[str, str], ...]: st.lists(st.tuples(SHORT, SHORT), max_size=3).map(tuple),
    Eight: EPOCH,
    Link | None: st.binary(min_size=16, max_size=16) | st.none(),
    tuple[Any, ...]: MORE,
}
KNOWN: st.SearchStrategy[Event] = st.sampled_from(list(events.KINDS.values())).flatmap(
    lambda of: st.builds(of, **{field.name: OF_TYPE[field.type] for field in fields(of)})
)
UNKNOWN = st.builds(Unknown, st.integers(100, 2**63 - 1), MOMENT, MORE)
NOON = Moment(1, None, Clock.UNSET)
READ = Read(NOON, "front", "AB12 CDE", 17)


def _depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)


def packed(*parts: object) -> bytes:
    """The body whose parts are these."""
    body: bytes = msgpack.packb(parts)
    return body
