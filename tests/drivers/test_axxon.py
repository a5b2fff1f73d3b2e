"""STX/ETX frames -> `PlateSeen`: the layout of `drivers/anpr/axxon.py`, field by field."""

from datetime import datetime

import pytest

from drivers.anpr.axxon import MAX_FRAME, MAX_PLATE, Axxon
from drivers.readings import Junk, PlateSeen

AT = datetime.fromisoformat("2026-11-23T18:31:05")  # naive: the frame states no zone
FRAME = b"\x022026112318310501AB12CDE\x03"


def test_a_frame_is_a_plate_with_the_cameras_own_number_and_clock() -> None:
    assert Axxon().feed(FRAME) == [PlateSeen("AB12CDE", None, "01", AT)]


def test_a_reading_is_given_out_with_its_last_byte() -> None:
    dialect = Axxon()
    assert dialect.feed(FRAME[:-1]) == []
    assert len(dialect.feed(FRAME[-1:])) == 1


def test_the_plate_is_kept_as_the_camera_sent_it() -> None:
    [seen] = Axxon().feed(b"\x022026112318310501 t0o 1-i1 \x03")
    assert isinstance(seen, PlateSeen)
    assert seen.vrm == " t0o 1-i1 "


@pytest.mark.parametrize("plate", [b"Not defined", b"", b" ", b"------", b"???"])
def test_no_plate_is_no_reading(plate: bytes) -> None:
    frame = b"\x022026112318310501" + plate + b"\x03"
    assert Axxon().feed(frame) == [Junk(frame, "no plate")]


@pytest.mark.parametrize("time", [b"00000000000000", b"20260230183105", b"20261123183160"])
def test_a_camera_with_a_broken_clock_still_reads_plates(time: bytes) -> None:
    assert Axxon().feed(b"\x02" + time + b"01AB12CDE\x03") == [PlateSeen("AB12CDE", None, "01", None)]


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (b"\x022026112318310XX1AB12CDE\x03", "bad field"),
        (b"\x0220261123\x03", "bad field"),
        (b"\x02\x03", "bad field"),
        (b"\x022026112318310501F\xdc AB 123\x03", "bad plate"),
        (b"\x022026112318310501AB12\r\nCDE\x03", "bad plate"),
        (b"\x022026112318310501" + b"A" * (MAX_PLATE + 1) + b"\x03", "too long"),
        (b"\x022026112318310501" + b"A" * 10_000 + b"\x03", "too long"),
    ],
)
def test_a_frame_that_is_not_the_layout_is_junk_with_its_reason(frame: bytes, reason: str) -> None:
    assert [(item.data, item.reason) for item in Axxon().feed(frame) if isinstance(item, Junk)] == [(frame, reason)]


def test_noise_after_a_broken_frame_is_counted_too() -> None:
    items = Axxon().feed(b"\x02bad\x03noise" + FRAME)
    assert items[:2] == [Junk(b"\x02bad\x03", "bad field"), Junk(b"noise", "noise")]
    assert len(items) == 3


def test_the_longest_plate_is_read_in_two_pieces() -> None:
    frame = b"\x022026112318310501" + b"A" * MAX_PLATE + b"\x03"
    assert len(frame) == MAX_FRAME
    dialect = Axxon()
    assert dialect.feed(frame[:-1]) == []
    assert dialect.feed(frame[-1:]) == [PlateSeen("A" * MAX_PLATE, None, "01", AT)]


def test_a_frame_that_never_ends_is_given_up_after_its_bound() -> None:
    dialect = Axxon()
    [junk] = dialect.feed(b"\x02" + b"A" * MAX_FRAME)
    assert isinstance(junk, Junk)
    assert junk.reason == "too long"
    assert dialect.close() == []


@pytest.mark.parametrize(
    "reading",
    [
        PlateSeen("AB12CDE"),
        PlateSeen("AB12CDE", camera="1"),
        PlateSeen("AB12CDE", camera="front"),
        PlateSeen("FÜ AB 123", camera="01"),
        PlateSeen("AB\x03CDE", camera="01"),
        PlateSeen("A" * (MAX_PLATE + 1), camera="01"),
    ],
)
def test_what_does_not_fit_the_frame_is_not_said(reading: PlateSeen) -> None:
    with pytest.raises(ValueError, match="two-digit") as error:
        Axxon().encode(reading)
    assert reading.vrm not in str(error.value)


def test_an_unknown_time_is_said_as_no_date() -> None:
    assert Axxon().encode(PlateSeen("AB12CDE", camera="07")) == b"\x020000000000000007AB12CDE\x03"
