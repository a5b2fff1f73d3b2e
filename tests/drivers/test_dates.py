"""Dates as receivers give them -> instants, and only those believed that can be: `drivers/gps/dates.py`."""

from datetime import UTC, datetime, time, timedelta

import pytest

from drivers.gps.dates import apart_s, believable, dated, full_year, instant, time_of_day

NOW = datetime(2026, 11, 23, 18, 31, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "believed"),
    [
        (NOW, True),
        (NOW - timedelta(days=1), True),
        (NOW - timedelta(days=1, microseconds=1), False),
        (NOW + timedelta(weeks=512) - timedelta(microseconds=1), True),
        (NOW + timedelta(weeks=512), False),
        (NOW - timedelta(weeks=1024), False),
        (NOW + timedelta(weeks=1024), False),
    ],
)
def test_a_date_is_believed_from_yesterday_to_half_a_roll_over_ahead(at: datetime, *, believed: bool) -> None:
    assert believable(at, NOW) is believed


def test_a_box_that_woke_up_years_ago_still_believes_today_and_not_a_roll_over() -> None:
    woken = NOW - timedelta(weeks=500)
    assert believable(NOW, woken)
    assert not believable(NOW - timedelta(weeks=1024), woken)


def test_the_century_turns_at_80() -> None:
    assert [full_year(year) for year in (80, 99, 0, 26, 79)] == [1980, 1999, 2000, 2026, 2079]


@pytest.mark.parametrize("ddmmyy", ["", "2208-1", "310226", "000000", "2211266", "٢٣١١٢٦"])
def test_a_date_of_no_calendar_is_unknown(ddmmyy: str) -> None:
    assert instant(ddmmyy, "183105.00") is None


@pytest.mark.parametrize("hhmmss", ["", "1831", "243105", "183160", "18310a", "183105.x", "-83105", "183105.٥"])
def test_a_time_of_no_clock_is_unknown(hhmmss: str) -> None:
    assert time_of_day(hhmmss) is None
    assert instant("231126", hhmmss) is None


@pytest.mark.parametrize(
    ("hhmmss", "microsecond"),
    [("183105", 0), ("183105.", 0), ("183105.5", 500_000), ("183105.053", 53_000), ("183105.123456789", 123_456)],
)
def test_a_fraction_of_a_second_is_kept_to_the_microsecond(hhmmss: str, microsecond: int) -> None:
    assert instant("231126", hhmmss) == NOW.replace(microsecond=microsecond)


@pytest.mark.parametrize(
    ("near", "at", "expected"),
    [
        ("2026-11-23T18:31:05Z", "183106", "2026-11-23T18:31:06Z"),
        ("2026-11-23T23:59:59Z", "000000", "2026-11-24T00:00:00Z"),
        ("2026-12-31T23:59:59Z", "000001", "2027-01-01T00:00:01Z"),
        ("2026-11-24T00:00:00Z", "235959", "2026-11-23T23:59:59Z"),
        ("2026-11-23T18:31:05Z", "183205", "2026-11-23T18:32:05Z"),
        ("2026-11-23T18:31:05Z", "183206", None),
        ("2026-11-23T18:31:05Z", "063105", None),
    ],
)
def test_a_time_without_a_date_takes_that_of_a_minute_around_it_over_midnight_too(
    near: str, at: str, expected: str | None
) -> None:
    of_day = time_of_day(at)
    assert of_day is not None
    assert dated(of_day, datetime.fromisoformat(near)) == (expected and datetime.fromisoformat(expected))


def test_midnight_lies_between_two_seconds() -> None:
    assert apart_s(time(23, 59, 59, tzinfo=UTC), time(0, 0, 1, tzinfo=UTC)) == 2
    assert apart_s(time(12, tzinfo=UTC), time(11, tzinfo=UTC)) == 3600
