"""Values that are not valid -> ValueError at birth; a repr -> nothing that a log must not hold."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from drivers.readings import Fix, Junk, PlateSeen


@pytest.mark.parametrize(
    "wrong",
    [
        {"lat": 90.1},
        {"lat": float("nan")},
        {"lon": -180.1},
        {"lat": 0.0, "lon": 0.0},
        {"lat": -0.0, "lon": 0.0},
        {"at": datetime.fromisoformat("2026-11-23")},
        {"at": datetime(2026, 11, 23, tzinfo=timezone(timedelta(hours=1)))},
        {"speed_mps": -0.1},
        {"speed_mps": float("nan")},
        {"heading_deg": 360.0},
    ],
)
def test_a_fix_that_is_not_valid_is_never_born(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Fix(**{"lat": 52.5, "lon": -1.5, **wrong})


def test_a_fix_on_the_equator_or_the_meridian_is_valid() -> None:
    assert Fix(0.0, 6.5, at=datetime(2026, 11, 23, tzinfo=UTC)).lat == 0
    assert Fix(51.5, 0.0).at is None


@pytest.mark.parametrize("wrong", [{"vrm": ""}, {"confidence": 1.01}, {"confidence": float("nan")}])
def test_a_plate_that_is_not_valid_is_never_born(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        PlateSeen(**{"vrm": "AB12CDE", **wrong})


def test_no_repr_shows_a_plate_or_a_position() -> None:
    assert "AB12CDE" not in repr(PlateSeen("AB12CDE", 0.5))
    assert "52.5" not in repr(Fix(52.5, -1.5, altitude_m=52.5))
    assert repr(Junk(b"AB12CDE", "cut off")) == "Junk(7 bytes, 'cut off')"
