"""NMEA sentences -> `Fix`: what is refused, what is joined, and pynmeagps as a second opinion on what is accepted."""

import math
from datetime import UTC, datetime
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pynmeagps import NMEAReader

from drivers.gps.nmea import MAX_SENTENCE, Nmea
from drivers.gps.sentences import gga, rmc
from drivers.readings import Fix, Junk

PLACE = "5240.12345,N,00130.54321,W"
AT = datetime(2026, 11, 23, 18, 31, 5, tzinfo=UTC)


def sentence(body: str) -> bytes:
    """With its checksum, by a line of its own: not the one under test."""
    return f"${body}*{reduce(lambda left, right: left ^ right, body.encode(), 0):02X}\r\n".encode()


def rmc_of(time: str = "183105", place: str = PLACE, date: str = "231126", mode: str = "A", status: str = "A") -> bytes:
    return sentence(f"GPRMC,{time},{status},{place},10.0,84.5,{date},,,{mode}")


def gga_of(time: str = "183105", place: str = PLACE, quality: str = "1", satellites: str = "08") -> bytes:
    return sentence(f"GPGGA,{time},{place},{quality},{satellites},1.1,58.3,M,47.1,M,,")


def fixes(*pieces: bytes) -> list[Fix]:
    dialect = Nmea()
    items = [item for piece in pieces for item in dialect.feed(piece)] + dialect.close()
    return [item for item in items if isinstance(item, Fix)]


def reasons(*pieces: bytes) -> list[str]:
    return [item.reason for item in Nmea().feed(b"".join(pieces)) if isinstance(item, Junk)]


def test_an_rmc_is_a_fix_in_si_units() -> None:
    [fix] = fixes(rmc_of())
    assert fix.lat == pytest.approx(52 + 40.12345 / 60, abs=1e-9)
    assert fix.lon == pytest.approx(-1 - 30.54321 / 60, abs=1e-9)
    assert fix.at == AT
    assert fix.speed_mps == pytest.approx(5.14444, abs=1e-5)
    assert fix.heading_deg == 84.5
    assert not fix.estimated


@pytest.mark.parametrize("talker", ["GP", "GN", "GL", "GA", "BD", "GB", "GQ", "IN"])
def test_any_talker_is_understood(talker: str) -> None:
    assert len(fixes(sentence(f"{talker}RMC,183105,A,{PLACE},10.0,84.5,231126,,,A"))) == 1


def test_a_makers_own_sentence_is_not_taken_for_a_position() -> None:
    """$PGRMC is Garmin's sensor configuration, not an RMC of a talker PG."""
    assert Nmea().feed(sentence(f"PGRMC,183105,A,{PLACE},10.0,84.5,231126,,,A")) == []


def test_sentences_of_other_types_and_line_ends_are_neither_readings_nor_junk() -> None:
    assert Nmea().feed(sentence("GPGSV,1,1,00") + b"\r\n\n" + sentence("PUBX,00")) == []


@pytest.mark.parametrize(
    "sentences",
    [
        rmc_of(status="V"),
        rmc_of(status="V", mode="E"),  # dead reckoning beyond the receiver's own limits
        rmc_of(mode="N"),
        rmc_of(mode="S"),
        rmc_of(mode="M"),
        rmc_of(place="0000.00000,N,00000.00000,E"),
        sentence("GPRMC,,V,,,,,,,,,,N"),
        gga_of(quality="0"),
        gga_of(quality=""),
        gga_of(quality="6"),
        gga_of(quality="7"),
        gga_of(quality="8"),
        gga_of(place="0000.00000,S,00000.00000,W"),
    ],
)
def test_without_a_fix_there_is_no_position(sentences: bytes) -> None:
    assert fixes(sentences) == []
    assert reasons(sentences) == ["no fix"]


def test_dead_reckoning_within_its_limits_is_a_fix_that_says_so() -> None:
    [fix] = fixes(rmc_of(mode="E"))
    assert fix.estimated


@pytest.mark.parametrize("mode", ["A", "D", "P", "R", "F", ""])
def test_every_kind_of_satellite_fix_is_a_fix(mode: str) -> None:
    assert [fix.estimated for fix in fixes(rmc_of(mode=mode))] == [False]


@pytest.mark.parametrize("quality", list("12345"))
def test_every_quality_of_a_satellite_fix_is_a_fix(quality: str) -> None:
    assert len(fixes(gga_of(quality=quality))) == 1


@pytest.mark.parametrize(
    "damaged",
    [
        rmc_of(place="9040.12345,N,00130.54321,W"),
        rmc_of(place="5240.12345,N,18030.54321,W"),
        rmc_of(place="5260.00000,N,00130.54321,W"),
        rmc_of(place="5240.12345,E,00130.54321,W"),
        rmc_of(place="5240.12345,N,00130.54321,"),
        rmc_of(place=",,,"),
        rmc_of(place="524012345,N,00130.54321,W"),
        rmc_of(place="-240.12345,N,00130.54321,W"),
        rmc_of(place="52_0.12345,N,00130.54321,W"),
        rmc_of(status="X"),
        rmc_of(mode="X"),
        gga_of(quality="9"),
        gga_of(quality="12"),
        sentence(f"GPRMC,183105,A,{PLACE}"),
        sentence(f"GPGGA,183105,{PLACE},1,08,1.1,58.3"),
    ],
)
def test_a_sentence_that_is_not_the_layout_is_junk(damaged: bytes) -> None:
    assert reasons(damaged) == ["bad field"]


def test_what_is_not_the_position_may_be_unreadable_and_is_then_unknown() -> None:
    [fix] = fixes(sentence(f"GPRMC,183105,A,{PLACE},nan,1e3,2208-1,,,A"))
    assert (fix.at, fix.speed_mps, fix.heading_deg) == (None, None, None)
    [fix] = fixes(sentence(f"GPGGA,183105,{PLACE},1,,-1,inf,M,,M,,"))
    assert (fix.at, fix.satellites, fix.hdop, fix.altitude_m) == (None, None, None, None)


def test_a_heading_of_360_is_north() -> None:
    assert [fix.heading_deg for fix in fixes(sentence(f"GPRMC,183105,A,{PLACE},1.0,360.0,231126,,,A"))] == [0]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (rmc_of()[:-4] + b"00\r\n", "checksum"),
        (rmc_of()[:-5] + b"\r\n", "no checksum"),
        (rmc_of()[:-3] + b"\r\n", "no checksum"),
        (rmc_of()[:30] + rmc_of(), "cut off"),
        (b"$" + b"A" * MAX_SENTENCE, "too long"),
        (b"!AIVDM,1,1,,A,x,0*00", "noise"),
    ],
)
def test_a_broken_sentence_is_junk_with_its_reason(line: bytes, reason: str) -> None:
    assert reasons(line) == [reason]


def test_a_checksum_in_small_letters_counts() -> None:
    whole = next(line for line in map(rmc_of, map(str, range(183100, 183160))) if line[-4:].lower() != line[-4:])
    star = whole.index(b"*")
    assert len(fixes(whole[:star] + whole[star:].lower())) == 1


def test_a_fix_does_not_wait_for_the_end_of_its_line() -> None:
    assert len(Nmea().feed(rmc_of().rstrip())) == 1


def test_a_receiver_with_rmc_before_gga_gives_one_whole_fix_a_second() -> None:
    stream = [piece for s in range(5, 9) for piece in (rmc_of(f"18310{s}"), gga_of(f"18310{s}", satellites=f"0{s}"))]
    got = fixes(*stream)
    assert [fix.at and fix.at.second for fix in got] == [5, 6, 7, 8]
    assert [fix.satellites for fix in got] == [None, 5, 6, 7]
    assert all(fix.speed_mps for fix in got)


def test_a_receiver_with_gga_before_rmc_gives_one_whole_fix_a_second_after_the_first() -> None:
    stream = [piece for s in range(5, 9) for piece in (gga_of(f"18310{s}", satellites=f"0{s}"), rmc_of(f"18310{s}"))]
    got = fixes(*stream)
    assert [fix.at and fix.at.second for fix in got] == [None, 5, 6, 7, 8]
    assert [fix.satellites for fix in got] == [5, 5, 6, 7, 8]
    assert [bool(fix.speed_mps) for fix in got] == [False, True, True, True, True]


def test_a_receiver_with_gga_alone_gives_each_at_once_and_undated() -> None:
    dialect = Nmea()
    for second in range(5, 9):
        [fix] = dialect.feed(gga_of(f"18310{second}"))
        assert isinstance(fix, Fix)
        assert fix.at is None


def test_a_gga_stands_for_an_rmc_that_was_lost() -> None:
    got = fixes(rmc_of("183105"), gga_of("183106"), gga_of("183107"), rmc_of("183107"), gga_of("183108"))
    assert [fix.at and fix.at.second for fix in got] == [5, 6, 7, 8]
    assert [bool(fix.speed_mps) for fix in got] == [True, False, True, False]


def test_a_receiver_that_stops_sending_rmc_goes_on_with_gga() -> None:
    dialect = Nmea()
    dialect.feed(rmc_of("183105") + gga_of("183105"))
    late = [len(dialect.feed(gga_of(f"1831{second:02d}"))) for second in range(6, 11)]
    assert late == [0, 1, 2, 1, 1]


def test_a_gga_is_dated_over_midnight() -> None:
    got = fixes(rmc_of("235959"), gga_of("000000"))
    assert [fix.at for fix in got] == [AT.replace(hour=23, minute=59, second=59), datetime(2026, 11, 24, tzinfo=UTC)]


def test_a_gga_long_after_the_last_date_is_not_dated() -> None:
    got = fixes(rmc_of("183105"), gga_of("190000"))
    assert [fix.at for fix in got] == [AT, None]


def test_an_rmc_without_a_fix_overrules_the_gga_of_its_instant_in_either_order() -> None:
    assert fixes(rmc_of("183105", status="V"), gga_of("183105")) == []
    assert len(fixes(rmc_of("183104"), gga_of("183105"), rmc_of("183105", status="V"))) == 1


def test_old_facts_are_not_joined_to_a_new_position() -> None:
    *_, last = fixes(gga_of("183105"), rmc_of("183105"), gga_of("183105"), rmc_of("183108"))
    assert last.satellites is None


def test_hdop_of_a_gsa_is_joined_to_the_rmc_after_it() -> None:
    gsa = "GPGSA,A,{},03,07,11,14,,,,,,,,,1.90,1.02,1.60"
    assert [fix.hdop for fix in fixes(sentence(gsa.format(3)), rmc_of(), rmc_of("183106"))] == [1.02, None]
    assert [fix.hdop for fix in fixes(sentence(gsa.format(1)), rmc_of())] == [None]


def test_a_closed_line_forgets_its_date_and_its_rmc() -> None:
    """The port may come back a day later, with another receiver on it."""
    dialect = Nmea()
    dialect.feed(rmc_of("183105"))
    dialect.close()
    [fix] = dialect.feed(gga_of("183106"))
    assert isinstance(fix, Fix)
    assert fix.at is None


@given(
    kind=st.sampled_from(["RMC", "GGA", "GSA"]),
    fields=st.lists(
        st.sampled_from(
            ["", "A", "V", "N", "W", "1", "3", "183105", "231126", "5240.1", "00130.5", "-", "9" * 99, ".", "0"]
        )
        | st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="$*,"), max_size=12),
        max_size=20,
    ),
)
def test_no_fields_with_a_good_checksum_make_it_raise(kind: str, fields: list[str]) -> None:
    reading = Nmea()
    reading.feed(sentence(",".join([f"GP{kind}", *fields])) + rmc_of())
    reading.close()


@pytest.mark.parametrize("whole", [rmc_of(), gga_of()])
def test_a_sentence_with_fields_missing_is_junk(whole: bytes) -> None:
    body = whole[1:-5].decode().split(",")
    need = 12 if "RMC" in body[0] else 15
    for count in range(1, len(body)):
        assert len(fixes(sentence(",".join(body[:count])))) == (count >= need)


def test_what_rounds_to_null_island_is_not_said() -> None:
    with pytest.raises(ValueError, match="0, 0"):
        Nmea().encode(Fix(1e-9, 1e-9))


@pytest.mark.parametrize("degrees", [59.9999999999, 0.99999999999, -33.9999999999, 90.0])
def test_minutes_are_never_said_as_60(degrees: float) -> None:
    assert [fix.lat for fix in fixes(rmc(Fix(degrees, 5.5)))] == [pytest.approx(degrees, abs=1e-7)]


@settings(max_examples=150)
@given(
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180).filter(lambda lon: abs(lon) > 1e-6),
    at=st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2068-12-31")),
    speed_mps=st.floats(0, 90),
)
def test_what_we_say_pynmeagps_understands_as_we_do(lat: float, lon: float, at: datetime, speed_mps: float) -> None:
    at = at.replace(microsecond=0, tzinfo=UTC)
    said = Fix(lat, lon, at, speed_mps, 84.5, altitude_m=58.3, hdop=1.1, satellites=8)
    position, quality = NMEAReader.parse(rmc(said)), NMEAReader.parse(gga(said))
    assert (position.date, position.time) == (at.date(), at.time())
    assert math.isclose(position.spd * 1852 / 3600, speed_mps, abs_tol=1e-3)
    for theirs in (position, quality):
        assert math.isclose(theirs.lat, lat, abs_tol=1e-6)
        assert math.isclose(theirs.lon, lon, abs_tol=1e-6)
    assert (quality.alt, quality.HDOP, quality.numSV) == (58.3, 1.1, 8)
