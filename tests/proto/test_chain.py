"""Bodies of lane audit against the links they hold."""

import hashlib

import pytest

from proto.audited import LogOn, Lookup, Shift
from proto.chain import LINK_BYTES, NONE_BEFORE, link_in, link_of
from proto.events import KINDS, Change, Clock, LookOut, Moment, Unknown, decode, encode

NOON = Moment(1, None, Clock.UNSET)
LINK = bytes(range(LINK_BYTES))


def test_a_link_is_the_beginning_of_the_body_s_sha_256() -> None:  # [proto-11.2]
    assert link_of(b"body") == hashlib.sha256(b"body").digest()[:16]


@pytest.mark.parametrize(
    "event",
    [
        Lookup(NOON, 1, "4711", None, "vehicle", "AB12 CDE", "STOP", link=LINK),
        LogOn(NOON, "4711", "on", link=LINK),
        Shift(NOON, bytes(8), "end", (), link=LINK),
        LookOut(NOON, "add", "AB12 CDE", link=LINK),
        Change(NOON, None, "alerts.threshold", link=LINK),
        Unknown(99, NOON, (LINK, "new")),
    ],
    ids=lambda event: type(event).__name__,
)
def test_the_link_of_any_kind_is_read_without_knowing_the_kind(
    event: Lookup | LogOn | Shift | LookOut | Change | Unknown,
) -> None:  # [proto-11.1]
    assert link_in(encode(event)) == LINK


def test_what_is_not_known_holds_no_link_and_what_is_first_holds_zeros() -> None:  # [proto-11.2]
    assert link_in(encode(LogOn(NOON, "4711", "on"))) is None
    assert link_in(encode(LogOn(NOON, "4711", "on", link=NONE_BEFORE))) == bytes(16)


@pytest.mark.parametrize("body", [b"", b"\x01", b"\x94\x0b\x01\xc0\x00", b"\x95\x0b\x01\xc0\x00\xa1x", b"\xff" * 9])
def test_bytes_that_hold_no_link_are_no_error(body: bytes) -> None:  # [proto-11.1]
    assert link_in(body) is None


def test_no_repr_shows_who_asked_or_what() -> None:
    shown = repr([Lookup(NOON, 1, "4711", None, "person", "ann other", "STOP", "C-17"), LogOn(NOON, "4711", "on")])
    shown += repr([Shift(NOON, bytes(8), "start", (("4711", "driver"),)), Change(NOON, "4711", "x", "ann", "other")])
    assert not any(word in shown for word in ("4711", "ann", "other", "C-17"))


def test_every_kind_with_a_link_reads_back() -> None:
    event = Shift(NOON, bytes(8), "start", (("4711", "driver"),), link=LINK)
    assert decode(encode(event)) == event
    assert KINDS[12] is Shift
