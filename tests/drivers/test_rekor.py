"""Agents' JSON lines -> one reading a plate a frame, and none for the group that sums them up."""

import json
from datetime import datetime

import pytest

from drivers.anpr.rekor import Rekor
from drivers.readings import Junk, PlateSeen

MS = 1_795_458_665_120
AT = datetime.fromisoformat("2026-11-23T18:31:05.120")


def line(**fields: object) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def results(*plates: str, **fields: object) -> bytes:
    each = [{"plate": plate, "confidence": 92.5} for plate in plates]
    return line(**{"data_type": "alpr_results", "epoch_time": MS, "camera_id": 7, "results": each} | fields)


def group(plate: str) -> bytes:
    return line(data_type="alpr_group", epoch_start=MS, camera_id=7, best_plate_number=plate, best_confidence=92.5)


def seen(vrm: str) -> PlateSeen:
    return PlateSeen(vrm, 0.925, "7", AT)


def test_each_plate_of_a_frame_is_a_reading() -> None:
    assert Rekor().feed(results("AB12CDE", "J14GWN")) == [seen("AB12CDE"), seen("J14GWN")]


def test_a_group_after_its_results_is_no_second_read() -> None:
    assert Rekor().feed(results("AB12CDE") + group("AB12CDE")) == [seen("AB12CDE")]


def test_an_agent_that_sends_groups_only_is_not_blind() -> None:
    dialect = Rekor()
    assert dialect.feed(group("AB12CDE") + group("J14GWN")) == [seen("AB12CDE"), seen("J14GWN")]
    dialect.feed(results())
    assert dialect.feed(group("AB12CDE")) == []
    dialect.close()
    assert dialect.feed(group("AB12CDE")) == [seen("AB12CDE")]


def test_a_groups_plate_is_the_best_one_not_the_first_candidate() -> None:
    said = json.loads(group("AB12CDE")) | {"candidates": [{"plate": "A812CDE"}], "plate": "A812CDE"}
    assert Rekor().feed(line(**said)) == [seen("AB12CDE")]


@pytest.mark.parametrize("said", [line(data_type="heartbeat"), line(data_type="vehicle"), results(), b"\r\n"])
def test_what_is_of_no_interest_is_neither_reading_nor_junk(said: bytes) -> None:
    assert Rekor().feed(said) == []


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (line(plate="AB12CDE"), "bad field"),
        (line(data_type=1), "bad field"),
        (line(data_type="alpr_results"), "bad field"),
        (results().replace(b"[]", b"[3]"), "bad field"),
        (results().replace(b"[]", b'[{"plate":3}]'), "bad field"),
        (line(data_type="alpr_group"), "bad field"),
        (results(""), "no plate"),
        (results("A" * 25), "bad plate"),
        (results("AB\ud800"), "bad plate"),
        (b'["alpr_results"]\n', "noise"),
        (b"{" * 5000 + b"\n", "bad field"),
        (b'{"a":' * 50_000 + b"\n", "bad field"),
        (b'{"a":' + b"9" * 5000 + b"}\n", "bad field"),
        (b'{"\xff":1}\n', "bad field"),
    ],
)
def test_what_is_not_the_layout_is_junk_with_its_reason(said: bytes, reason: str) -> None:
    assert Rekor().feed(said) == [Junk(said.rstrip(b"\n"), reason)]  # type: ignore[arg-type]


@pytest.mark.parametrize("ms", [None, "soon", -1, 0, 1e300, True, [1], float("nan")])
def test_a_camera_with_a_broken_clock_still_reads_plates(ms: object) -> None:
    assert Rekor().feed(results("AB12CDE", epoch_time=ms)) == [PlateSeen("AB12CDE", 0.925, "7")]


@pytest.mark.parametrize(("percent", "confidence"), [(0, 0.0), (90, 0.9), (100, 0.95), (101, None), ("90", None)])
def test_a_confidence_is_believed_as_far_as_tcp_guards_it(percent: object, confidence: float | None) -> None:
    said = results("AB12CDE", results=[{"plate": "AB12CDE", "confidence": percent}])
    assert Rekor().feed(said) == [PlateSeen("AB12CDE", confidence, "7", AT)]


def test_a_bad_plate_beside_a_good_one_does_not_hide_it() -> None:
    assert Rekor().feed(results("", "AB12CDE")) == [seen("AB12CDE")]


def test_a_group_says_make_and_colour_when_the_agent_is_sure_enough() -> None:
    vehicle = {"color": [{"name": "silver-gray", "confidence": 84.1}], "make": [{"name": "ford", "confidence": 49.9}]}
    group = {"data_type": "alpr_group", "best_plate_number": "AB12CDE", "best_confidence": 92.5, "vehicle": vehicle}
    (seen,) = Rekor().feed(json.dumps(group).encode() + b"\n")
    assert isinstance(seen, PlateSeen)
    assert (seen.make, seen.colour) == (None, "silver-gray")
    assert "silver" not in repr(seen)
