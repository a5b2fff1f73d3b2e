"""Events of every kind, and any bytes at all -> the bodies' codec."""

from dataclasses import fields
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto import events
from proto.audited import Eight
from proto.chain import Link
from proto.errors import FrameError
from proto.events import Alarm, Clock, ClockSet, Event, Health, Hit, Moment, Place, Position, Read, Start, Unknown

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


def _body(*parts: object) -> bytes:
    packed: bytes = msgpack.packb(parts)
    return packed


@given(KNOWN | UNKNOWN)
def test_an_event_of_any_kind_comes_back_as_it_was(event: Event | Unknown) -> None:  # [proto-3.6] [proto-3.7]
    assert events.decode(events.encode(event)) == event


@given(KNOWN)
def test_bodies_begin_with_kind_uptime_offset_clock(event: Event) -> None:  # [proto-3.3]
    parts = msgpack.unpackb(events.encode(event))
    moment = event.moment
    assert parts[:4] == [event.KIND, moment.uptime_ms, moment.utc_offset_ms, moment.clock]


@given(KNOWN)
def test_nothing_at_the_end_takes_no_room(event: Event) -> None:  # [proto-3.9]
    parts = msgpack.unpackb(events.encode(event))
    assert event.more or parts[-1] is not None


@pytest.mark.parametrize(
    ("event", "shortest"), [(Start(NOON, None, None, "1"), 7), (READ, 7), (Hit(NOON, 1, 2, "c", "v", 3, "l"), 10)]
)
def test_a_body_that_ends_early_has_its_defaults(event: Event, shortest: int) -> None:  # [proto-3.9]
    parts = msgpack.unpackb(events.encode(event))
    assert events.decode(_body(*parts[:shortest])) == event
    with pytest.raises(FrameError, match="fields missing"):
        events.decode(_body(*parts[: shortest - 1]))


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
        event = events.decode(_body(kind, 1, None, 1, *parts))
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
        events.decode(_body(*parts))


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
        events.decode(_body(Position.KIND, 1, None, 0, place))


@pytest.mark.parametrize("clock", [True, False, 4, -1, 1.0, None, "1", {}, []])
def test_no_such_clock_quality(clock: object) -> None:  # [proto-3.5]
    for body in (_body(Alarm.KIND, 1, None, clock, "a", "b"), _body(ClockSet.KIND, 1, None, 1, clock)):
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
        events.decode(_body(Alarm.KIND, uptime, offset, 1, "a", "b"))


def test_utc_is_uptime_and_offset() -> None:  # [proto-3.4]
    assert Moment(1_500, 1_764_000_000_000, Clock.NTP).utc_ms == 1_764_000_001_500
    assert Moment(1_500, None, Clock.UNSET).utc_ms is None


@given(st.integers(0, 20), st.lists(LATER, max_size=20))
def test_what_a_later_version_says_survives_byte_for_byte(kind: int, later: list[object]) -> None:  # [proto-3.10]
    known = events.KINDS.get(kind)
    enough = [OF[field.type] for field in fields(known) if field.name not in ("moment", "more")] if known else []
    body = _body(kind, 7, 1_764_000_000_000, 2, *enough, *later)
    if known and not later:
        return  # its own trailing fields may be left out: another test
    assert events.encode(events.decode(body)) == body


OF: dict[Any, object] = {
    int: 5,
    int | None: None,
    str: "a",
    str | None: None,
    bytes | None: None,
    bool: True,
    Place: [1, 2, 3],
    Place | None: [1, 2, 3],
    Clock: 1,
    tuple[tuple[str, int], ...]: [["a", 1]],
    tuple[tuple[int, int], ...] | None: [[2, 9]],
    tuple[tuple[str, str], ...]: [["a", "b"]],
    Eight: bytes(8),
    Link | None: bytes(16),
}


def test_a_body_has_at_most_2048_bytes() -> None:  # [proto-3.3]
    longest = Alarm(NOON, "a", "d" * (2048 - len(events.encode(Alarm(NOON, "a", ""))) - 2))
    body = events.encode(longest)
    assert len(body) == 2048
    assert events.decode(body) == longest
    with pytest.raises(FrameError, match="too long"):
        events.encode(Alarm(NOON, "a", longest.detail + "d"))
    with pytest.raises(FrameError, match="too long"):
        events.decode(body + b"\x00")


def test_a_lone_surrogate_costs_no_event() -> None:  # [proto-3.12]
    read = events.decode(events.encode(Read(NOON, "front", "AB\ud80012", 1)))
    assert isinstance(read, Read)
    assert read.vrm == "AB?12"


def test_a_number_beyond_64_bits_is_a_frame_error_and_spoils_nothing() -> None:
    with pytest.raises(FrameError, match="too large"):
        events.encode(Read(NOON, "front", "AB12", 2**64))
    assert events.decode(events.encode(READ)) == READ


def test_no_repr_shows_a_plate_or_a_position() -> None:
    place = Place(51_500_001, -120_001, 5)
    seen = Read(NOON, "front", "ZZ99 ZZZ", 1, place=place)
    hit = Hit(NOON, 1, 2, "front", "ZZ99 ZZZ", 3, "list", reason="ZZ99 reason", place=place)
    later = Unknown(99, NOON, ("ZZ99 ZZZ",))
    for shown in map(repr, (seen, hit, Position(NOON, place), later)):
        assert "ZZ99" not in shown
        assert "51500001" not in shown


def test_every_kind_has_its_number_and_its_word() -> None:  # [proto-3.6]
    words = {
        0: "start", 1: "read", 2: "hit", 3: "position", 4: "clock", 5: "health", 6: "dropped", 7: "alarm",
        8: "step", 9: "look-out", 10: "look-up", 11: "log-on", 12: "shift", 13: "change", 14: "dwell",
    }  # fmt: skip
    assert words == {kind: events.WORDS[kind] for kind in words}
    assert events.WORDS.keys() == events.KINDS.keys()
    assert all(kind == of.KIND for kind, of in events.KINDS.items())


def test_an_unknown_kind_is_kept_whole() -> None:  # [proto-3.10]
    event = events.decode(_body(99, 5, None, 0, "new", [1, None], None))
    assert event == Unknown(99, Moment(5, None, Clock.UNSET), ("new", (1, None), None))


def test_figures_are_pairs_of_a_name_and_a_number() -> None:  # [proto-3.8]
    assert events.decode(_body(5, 1, None, 0, [["rss_kb", 50_000]])) == Health(NOON, (("rss_kb", 50_000),))
    for figures in ([["a"]], [["a", 1, 2]], [[1, 1]], [["a", 2**63]], [["a", True]], ["ab"], "ab", None):
        with pytest.raises(FrameError, match="not pairs"):
            events.decode(_body(5, 1, None, 0, figures))
    for lasts in ([[2**63, 1]], [["a", 1]], [[1, 1.0]]):
        with pytest.raises(FrameError, match="not pairs"):
            events.decode(_body(0, 1, None, 0, None, lasts, "1"))


def test_a_step_names_its_alert_and_what_became_of_it() -> None:  # [proto-9.1] [proto-9.2]
    step = events.decode(_body(8, 1, None, 0, 5, "accepted"))
    assert step == events.Step(NOON, 5, "accepted")
    hit = Hit(NOON, 1, 2, "front", "AB12", 3, "wanted", found="pattern", shown="silent", mismatch="colour")
    assert events.decode(events.encode(hit)) == hit


def test_what_the_crew_changes_is_an_event() -> None:  # [proto-9.4] [proto-9.5]
    change = events.Change(NOON, "4711", "threshold", "0", "40")
    look_out = events.LookOut(NOON, "add", "AB12CDE", "4711", "drove off", 1_764_090_000)
    assert [events.decode(events.encode(event)) for event in (change, look_out)] == [change, look_out]
    for shown in map(repr, (change, look_out, events.Step(NOON, 1, "rejected", "misread", "4711"))):
        assert "4711" not in shown
        assert "AB12" not in shown
