"""Every line of a hit's life as a sentence: nothing in it is left out that a crew must know."""

import json
from typing import Any

import pytest

from drivers.readings import PlateSeen
from edge.commands.plain import plain
from edge.hits.telling import advisory_fields, alert_fields
from edge.intake.sighting import Alert, Sighting
from edge.matcher.entry import Entry
from proto.events import Clock, Moment

AT = Moment(1000, None, Clock.UNSET)
SIGHTING = Sighting("front", AT, 1, PlateSeen("AB12CDE", colour="red"), 1, None)
DWELLING = (
    "patrol: dwell in box 3 for 4 min, 11 min still useful; next box 7, 450 m at 270 degrees, right in 1 in 30 shifts, STALE."
    " A box gives no ground for a stop."
)
ENTRY = Entry("stolen", "AB12 CDE", "STOP", "drove off", priority=80, unsure=("area",))


def line(kind: str, **fields: Any) -> str:  # noqa: ANN401 - whatever JSON can say
    return plain(json.loads(json.dumps({"kind": kind, **fields, "mono_ns": 1})))


def test_an_alert_says_how_it_was_found_and_what_does_not_fit() -> None:
    alert = Alert(1, ENTRY, 60, False, None, ("colour",), (ENTRY,))
    said = line("alert", **alert_fields("e-1", SIGHTING, alert))
    assert said == (
        "ALERT AB12CDE on stolen, priority 80: drove off, PERHAPS A CLONE: other colour, not judged: area,"
        " and on 1 more (e-1)"
    )


@pytest.mark.parametrize(
    ("shown", "begins"), [("listed", "alert (listed)"), ("silent", "SILENT"), ("pile-up", "alert (in a pile-up)")]
)
def test_an_alert_without_its_tone_says_why(shown: str, begins: str) -> None:
    said = line("alert", **alert_fields("e-1", SIGHTING, Alert(1, ENTRY, 60, True, shown)))
    assert said.startswith(begins)
    assert "doubtful" in said


def test_advice_says_that_it_is_none_of_an_alert() -> None:
    said = line("advisory", **advisory_fields(SIGHTING, [ENTRY]))
    assert said == "looks like AB12 CDE: AB12CDE on stolen, priority 80: drove off: advice, no alert"


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        (
            "step",
            {"id": "e-1", "step": "rejected", "reason": "misread", "officer": "4711"},
            "rejected (misread) by 4711: e-1",
        ),
        ("base", {"id": "e-1", "state": "weeded", "late": True}, "base: weeded (late): e-1"),
        ("crew", {"step": "start", "crew": [{"seat": "driver", "officer": "1"}]}, "shift start, on board: driver 1"),
        ("crew", {"crew": []}, "on board: nobody"),
        (
            "base",
            {"id": "e-1", "state": "no answer", "late": False, "last": None},
            "base: no answer, never confirmed: e-1",
        ),
        ("note", {"id": "e-1", "text": "go on"}, "NOTE from base on e-1: go on"),
        (
            "seen-before",
            {"vrm": "AB12CDE", "list": "crew", "ago_s": 840, "metres": 2104, "camera": "front"},
            "AB12CDE, newly on crew, was seen 14 minutes ago, 2.1 km from here by front",
        ),
        ("threshold", {"was": 0, "now": 40}, "the crew's threshold is 40, was 0"),
        ("link", {"up": True}, '{"kind": "link", "up": true, "mono_ns": 1}'),
    ],
)
def test_each_line_has_its_sentence(kind: str, fields: dict[str, object], said: str) -> None:
    assert line(kind, **fields) == said


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"state": "no forecast", "box": None, "next": None, "forecast": None}, "patrol: no forecast"),
        (
            {
                "state": "dwell",
                "box": 3,
                "dwell_min": 4,
                "minutes_useful": 11,
                "forecast": {"stale": True, "overdue": False},
            }
            | {"next": {"box": 7, "distance_m": 450, "bearing_deg": 270, "odds": "1 in 30 shifts"}},
            DWELLING,
        ),
        (
            {"state": "withdrawn", "box": None, "next": None, "forecast": {"stale": False, "overdue": True}},
            "patrol: withdrawn, OVERDUE. A box gives no ground for a stop.",
        ),
    ],
)
def test_a_patrol_says_where_to_go_how_rarely_it_is_right_and_what_it_is_no_ground_for(
    fields: dict[str, Any], sentence: str
) -> None:
    assert line("patrol", **fields, notice="A box gives no ground for a stop.") == sentence
