"""Each kind of event by what it says: its number and word, its fields, and what no repr of it shows."""

import pytest

from proto import events
from proto.errors import FrameError
from proto.events import Health, Hit, Place, Position, Read, Unknown
from tests.proto.rig.events import NOON, packed


def test_every_kind_has_its_number_and_its_word() -> None:  # [proto-3.6]
    words = {
        0: "start", 1: "read", 2: "hit", 3: "position", 4: "clock", 5: "health", 6: "dropped", 7: "alarm",
        8: "step", 9: "look-out", 10: "look-up", 11: "log-on", 12: "shift", 13: "change", 14: "dwell",
    }  # fmt: skip
    assert words == {kind: events.WORDS[kind] for kind in words}
    assert events.WORDS.keys() == events.KINDS.keys()
    assert all(kind == of.KIND for kind, of in events.KINDS.items())


def test_figures_are_pairs_of_a_name_and_a_number() -> None:  # [proto-3.8]
    assert events.decode(packed(5, 1, None, 0, [["rss_kb", 50_000]])) == Health(NOON, (("rss_kb", 50_000),))
    for figures in ([["a"]], [["a", 1, 2]], [[1, 1]], [["a", 2**63]], [["a", True]], ["ab"], "ab", None):
        with pytest.raises(FrameError, match="not pairs"):
            events.decode(packed(5, 1, None, 0, figures))
    for lasts in ([[2**63, 1]], [["a", 1]], [[1, 1.0]]):
        with pytest.raises(FrameError, match="not pairs"):
            events.decode(packed(0, 1, None, 0, None, lasts, "1"))


def test_a_step_names_its_alert_and_what_became_of_it() -> None:  # [proto-9.1] [proto-9.2]
    step = events.decode(packed(8, 1, None, 0, 5, "accepted"))
    assert step == events.Step(NOON, 5, "accepted")
    hit = Hit(NOON, 1, 2, "front", "AB12", 3, "wanted", found="pattern", shown="silent", mismatch="colour")
    assert events.decode(events.encode(hit)) == hit


def test_what_the_crew_changes_is_an_event() -> None:  # [proto-9.4] [proto-9.5]
    change = events.Change(NOON, "4711", "threshold", "0", "40")
    look_out = events.LookOut(NOON, "add", "AB12CDE", "4711", "drove off", 1_764_090_000)
    assert [events.decode(events.encode(event)) for event in (change, look_out)] == [change, look_out]
    for shown in map(repr, (change, look_out, events.Step(NOON, 1, "rejected", "misread", "4711"))):
        assert "4711" not in shown
        assert "AB12" not in shown


def test_no_repr_shows_a_plate_or_a_position() -> None:
    place = Place(51_500_001, -120_001, 5)
    seen = Read(NOON, "front", "ZZ99 ZZZ", 1, place=place)
    hit = Hit(NOON, 1, 2, "front", "ZZ99 ZZZ", 3, "list", reason="ZZ99 reason", place=place)
    later = Unknown(99, NOON, ("ZZ99 ZZZ",))
    for shown in map(repr, (seen, hit, Position(NOON, place), later)):
        assert "ZZ99" not in shown
        assert "51500001" not in shown
