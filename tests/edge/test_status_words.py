"""A status as JSON -> what `patrol-edge status` says of a camera's clock and of a set that waits."""

from typing import Any

import pytest

from edge.commands.status import sentences


@pytest.fixture
def status() -> dict[str, Any]:
    """A car with one camera, whose clock is wrong, and one list on its way."""
    return {
        "vehicle": "car-1",
        "running_s": 3.0,
        "clock": {"quality": "gnss"},
        "link": {"up": True, "reason": "ok"},
        "devices": {"front": {"up": True, "readings": 7, "junk": {"cut": 2}, "clock": "camera clock 62 min off"}},
        "health": {"front": {"ailment": None}},
        "lists": [],
        "data": {"wanted": {"coming": {"version": 5, "bytes": 4_000_000, "missing_bytes": 3_200_000, "waits": True}}},
        "reads": 7,
        "alerts": 1,
        "waiting": 0,
        "lanes": {},
        "patrol": {"state": "no forecast", "box": None, "next": None, "forecast": None, "notice": ""},
        "traffic": {"used_bytes": 0, "budget_bytes": None, "month": None, "at_depot": False, "held_back": []},
    }


def test_a_cameras_wrong_clock_and_a_set_that_waits_are_named(status: dict[str, Any]) -> None:
    said = sentences(status)
    assert "front        up  7 readings, 2 junk, camera clock 62 min off" in said
    assert "coming       wanted: version 5, 3.2 MB missing, WAITS for the depot or for bytes of the month" in said


def test_a_set_that_comes_does_not_wait(status: dict[str, Any]) -> None:
    status["data"]["wanted"]["coming"]["waits"] = False
    assert "coming       wanted: version 5, 3.2 MB missing" in sentences(status)
