"""Any bytes, and bodies with a wrong field in them -> an event or one error."""

from dataclasses import fields

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto import events
from proto.errors import FrameError
from proto.events import Alarm, ClockSet, Event, Position, Unknown
from tests.proto.rig.events import KNOWN, SHORT, UNKNOWN, packed


@given(st.binary(max_size=200))
def test_any_bytes_are_an_event_or_a_frame_error(body: bytes) -> None:  # [proto-3.13]
    try:
        event = events.decode(body)
    except FrameError:
        return
    events.encode(event)


@given(KNOWN | UNKNOWN, st.data())
def test_a_changed_byte_gives_an_event_or_a_frame_error(
    event: Event | Unknown, draw: st.DataObject
) -> None:  # [proto-3.13]
    body = bytearray(events.encode(event))
    body[draw.draw(st.integers(0, len(body) - 1))] = draw.draw(st.integers(0, 255))
    try:
        events.decode(bytes(body))
    except FrameError:
        return


PARTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | SHORT | st.binary(max_size=9)
    | st.builds(msgpack.ExtType, st.integers(0, 127), st.binary(max_size=9))
    | st.builds(msgpack.Timestamp, st.integers(-(2**63), 2**63 - 1), st.integers(0, 10**9 - 1)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SHORT, inner, max_size=3),
    max_leaves=10,
)  # fmt: skip


@given(st.integers(0, 9), st.lists(PARTS, max_size=15))
def test_fields_of_any_type_give_an_event_or_a_frame_error(
    kind: int, parts: list[object]
) -> None:  # [proto-3.8] [proto-3.13]
    try:
        event = events.decode(packed(kind, 1, None, 1, *parts))
    except FrameError:
        return
    events.encode(event)


@given(st.data())
def test_every_field_refuses_a_value_of_another_type(draw: st.DataObject) -> None:  # [proto-3.8]
    event: Event = draw.draw(KNOWN)
    parts = list(msgpack.unpackb(events.encode(event)))
    named = [field for field in fields(event) if field.name not in ("moment", "more")]
    at = draw.draw(st.integers(0, min(len(named), len(parts) - 4) - 1))
    wrong = [1.0, {}, [[]], [1, 2, 3, 4], msgpack.ExtType(1, b""), b"seven b"]
    wrong += [2**63, -1.5] if named[at].type is not bool else [0, 1, None]
    wrong += [True] if named[at].type is not bool else []
    parts[4 + at] = draw.draw(st.sampled_from(wrong))
    with pytest.raises(FrameError):
        events.decode(packed(*parts))


@pytest.mark.parametrize(
    "place",
    [
        [True, 1, 1],
        [1, True, 1],
        [1, 1, True],
        [1, 1],
        [1, 1, -1],
        [1, 1, 2**63],
        [90_000_001, 0, 0],
        [0, -180_000_001, 0],
    ],
)
def test_no_such_place(place: list[object]) -> None:  # [proto-3.7]
    with pytest.raises(FrameError, match="not a place"):
        events.decode(packed(Position.KIND, 1, None, 0, place))


@pytest.mark.parametrize("clock", [True, False, 4, -1, 1.0, None, "1", {}, []])
def test_no_such_clock_quality(clock: object) -> None:  # [proto-3.5]
    for body in (packed(Alarm.KIND, 1, None, clock, "a", "b"), packed(ClockSet.KIND, 1, None, 1, clock)):
        with pytest.raises(FrameError):
            events.decode(body)


@pytest.mark.parametrize(
    ("uptime", "offset"),
    [
        (-1, None),
        (True, None),
        (1.0, None),
        (None, None),
        (events.MAX_MS + 1, None),
        (1, events.MAX_MS),
        (5, -6),
        (1, True),
        (1, 2**64 - 1),
    ],
)
def test_an_instant_beyond_the_calendar_is_none(uptime: object, offset: object) -> None:  # [proto-3.4]
    with pytest.raises(FrameError, match="no moment"):
        events.decode(packed(Alarm.KIND, uptime, offset, 1, "a", "b"))
