"""Events of every kind <-> bodies: there and back, shorter and longer ones, and what a later version says."""

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
from proto.events import Alarm, Clock, Event, Hit, Moment, Place, Read, Start, Unknown
from tests.proto.rig.events import KNOWN, LATER, NOON, READ, UNKNOWN, packed


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
    assert events.decode(packed(*parts[:shortest])) == event
    with pytest.raises(FrameError, match="fields missing"):
        events.decode(packed(*parts[: shortest - 1]))


def test_utc_is_uptime_and_offset() -> None:  # [proto-3.4]
    assert Moment(1_500, 1_764_000_000_000, Clock.NTP).utc_ms == 1_764_000_001_500
    assert Moment(1_500, None, Clock.UNSET).utc_ms is None


@given(st.integers(0, 20), st.lists(LATER, max_size=20))
def test_what_a_later_version_says_survives_byte_for_byte(kind: int, later: list[object]) -> None:  # [proto-3.10]
    known = events.KINDS.get(kind)
    enough = [OF[field.type] for field in fields(known) if field.name not in ("moment", "more")] if known else []
    body = packed(kind, 7, 1_764_000_000_000, 2, *enough, *later)
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


def test_an_unknown_kind_is_kept_whole() -> None:  # [proto-3.10]
    event = events.decode(packed(99, 5, None, 0, "new", [1, None], None))
    assert event == Unknown(99, Moment(5, None, Clock.UNSET), ("new", (1, None), None))
