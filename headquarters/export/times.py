"""Milliseconds or seconds since 1970 -> ISO 8601, or None where no calendar has such a day."""

from datetime import UTC, datetime, timedelta

_1970 = datetime(1970, 1, 1, tzinfo=UTC)


def iso(utc_ms: int | None) -> str | None:
    """2026-11-23T18:31:05.123Z."""
    at = None if utc_ms is None else _moment(utc_ms)
    return None if at is None else at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_naive(face_s: int | None) -> str | None:
    """2026-11-23T18:31:05, of a clock whose zone nobody stated."""
    at = None if face_s is None else _moment(face_s * 1000)
    return None if at is None else at.replace(tzinfo=None).isoformat(timespec="seconds")


def _moment(utc_ms: int) -> datetime | None:
    try:
        return _1970 + timedelta(milliseconds=utc_ms)
    except OverflowError:
        return None
