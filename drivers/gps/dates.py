"""A receiver's date and time of day -> an instant in UTC, and whether it may be believed. The caller brings the clock."""

from datetime import UTC, date, datetime, time, timedelta

SLACK = timedelta(
    days=1
)  # a box without a clock battery wakes up with the time of its last shutdown, or a little later
HORIZON = timedelta(weeks=512)  # half of a receiver's 1,024 weeks: a date rolled over either way lies outside
NEAR = timedelta(seconds=60)  # a receiver that dates some of its sentences does so at least once a minute

_DAY = timedelta(days=1)


def believable(at: datetime, now: datetime) -> bool:
    """True when now - 1 day <= at < now + 512 weeks; both aware.

    Receivers count weeks modulo 1,024 (IS-GPS-200, 20.3.3.3.1.1): an old one says a date 1,024 weeks ago. `now` may be
    years behind (a box that lay in a store), hardly ever ahead.
    """
    return now - SLACK <= at < now + HORIZON


def full_year(two_digits: int) -> int:
    """80..99 -> 19xx, 00..79 -> 20xx: GPS time began in 1980."""
    return two_digits + (1900 if two_digits >= 80 else 2000)


def instant(ddmmyy: str, hhmmss: str) -> datetime | None:
    """RMC's date and time (`hhmmss` or `hhmmss.sss`) as aware UTC; None when either is missing or in no calendar."""
    at = time_of_day(hhmmss)
    if at is None or not _digits(ddmmyy):
        return None
    try:
        day = date(full_year(int(ddmmyy[4:])), int(ddmmyy[2:4]), int(ddmmyy[:2]))
    except ValueError:
        return None
    return datetime.combine(day, at)


def time_of_day(hhmmss: str) -> time | None:
    """`hhmmss` or `hhmmss.sss` as aware UTC, to the microsecond; None when it is no time (a leap second is none)."""
    whole, _, fraction = hhmmss.partition(".")
    if not _digits(whole) or (fraction and not (fraction.isascii() and fraction.isdigit())):
        return None
    microsecond = int(fraction[:6].ljust(6, "0"))
    try:
        return time(int(whole[:2]), int(whole[2:4]), int(whole[4:]), microsecond, UTC)
    except ValueError:
        return None


def dated(at: time, near: datetime) -> datetime | None:
    """The instant with this time of day that is closest to `near`, over midnight too; None when over 60 s from it."""
    today = datetime.combine(near.date(), at)
    closest = min((today - _DAY, today, today + _DAY), key=lambda candidate: abs(candidate - near))
    return closest if abs(closest - near) <= NEAR else None


def apart_s(one: time, other: time) -> float:
    """Seconds between two times of day, the shorter way round the clock."""
    day = date(2000, 1, 1)
    gap_s = abs((datetime.combine(day, one) - datetime.combine(day, other)).total_seconds())
    return min(gap_s, _DAY.total_seconds() - gap_s)


def _digits(text: str) -> bool:
    return len(text) == 6 and text.isascii() and text.isdigit()
