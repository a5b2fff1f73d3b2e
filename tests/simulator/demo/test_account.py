"""The account of made-up drives, and the rules that it may not break. Each thing that can go wrong must be seen."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from simulator.demo.account import Evidence, rank, summary
from simulator.demo.verdict import broken_rules

Make = Callable[..., Evidence]
Line = Callable[..., dict[str, Any]]


def test_a_drive_in_which_all_went_well_breaks_no_rule(make_evidence: Make) -> None:
    found = summary(make_evidence())
    assert (found.reads_said, found.reads_stored, found.reads_at_hq) == (6, 4, 4)
    assert (found.lost, found.unstored, found.repeated_at_hq, found.invented, found.dropped) == (0, 2, 0, 0, 0)
    assert (found.hits_expected, found.alerts) == (2, 2)
    assert (found.alert_p50_ms, found.alert_p99_ms) == (0.5, 2.0)
    assert (found.resent, found.junk, found.reconnects, found.replugs, found.kills) == (3, 1, 2, 1, 1)
    assert broken_rules(found) == []


def test_a_read_that_was_announced_and_did_not_arrive_is_lost(make_evidence: Make) -> None:
    found = summary(make_evidence(announced=frozenset({("aa", 1), ("aa", 4)})))
    assert (found.reads_stored, found.reads_at_hq, found.lost) == (5, 4, 1)
    assert broken_rules(found) == [
        "1 stored reads are not at headquarters",
        "headquarters has 4 of 5 stored reads",
    ]


def test_a_read_that_is_still_on_the_card_is_lost_though_nobody_announced_it(make_evidence: Make) -> None:
    found = summary(make_evidence(on_card=frozenset({("bb", 2)})))
    assert found.lost == 1
    assert broken_rules(found)


def test_an_event_that_is_there_twice_is_repeated(make_evidence: Make, read_at_headquarters: Line) -> None:
    exported = (*make_evidence().exported, read_at_headquarters("aa", 2, "XY70ZZZ"))
    found = summary(make_evidence(exported=exported))
    assert (found.reads_at_hq, found.repeated_at_hq) == (4, 1)
    assert "1 events are at headquarters twice" in broken_rules(found)


def test_a_read_under_a_second_identity_is_invented(make_evidence: Make, read_at_headquarters: Line) -> None:
    exported = (*make_evidence().exported, read_at_headquarters("aa", 9, "XY70ZZZ"))
    found = summary(make_evidence(exported=exported))
    assert (found.repeated_at_hq, found.invented) == (0, 1)
    assert broken_rules(found) == ["1 reads at headquarters were never said"]


def test_a_missing_alert_is_missed(make_evidence: Make, alert: Line) -> None:
    found = summary(make_evidence(alerts=(alert("AB12CDE", 100.5),)))
    assert broken_rules(found) == ["the crew was warned 1 times and should have been 2"]


def test_an_alert_too_many_is_noticed(make_evidence: Make, alert: Line) -> None:
    found = summary(make_evidence(alerts=(*make_evidence().alerts, alert("XY70ZZZ", 201))))
    assert broken_rules(found) == ["the crew was warned 3 times and should have been 2"]
    assert found.alert_p99_ms == 2.0


def test_a_wanted_vehicle_that_nobody_could_hear_is_not_expected(make_evidence: Make, line_of_truth: Line) -> None:
    truth = (line_of_truth(0, "AB12CDE", 1200, "closed"), line_of_truth(1, "AB12CDE", None, "unplug"))
    assert summary(make_evidence(truth=truth, exported=(), announced=frozenset())).hits_expected == 0


def test_what_was_dropped_counts_even_when_only_headquarters_heard_of_it(make_evidence: Make) -> None:
    dropped = {"vehicle": "sim-1", "epoch": "aa", "lane": "urgent", "seq": 2, "kind": "dropped", "count": 7}
    found = summary(make_evidence(exported=(*make_evidence().exported, dropped)))
    assert found.dropped == 7
    assert broken_rules(found) == ["7 events were dropped"]


@pytest.mark.parametrize("name", ["hits_expected", "kills", "reconnects", "replugs"])
def test_a_drive_that_shows_nothing_is_no_success(name: str, make_evidence: Make) -> None:
    assert broken_rules(replace(summary(make_evidence()), **{name: 0}))


def test_without_alerts_there_is_nothing_to_say_of_their_speed(make_evidence: Make) -> None:
    found = summary(make_evidence(alerts=()))
    assert (found.alert_p50_ms, found.alert_p99_ms) == (None, None)


@pytest.mark.parametrize(
    ("share", "value"), [(0.5, 5.0), (0.99, 10.0), (0.9, 9.0), (0.1, 1.0), (1.0, 10.0)]
)  # nearest rank
def test_a_rank_is_a_value_that_was_measured(share: float, value: float) -> None:
    assert rank([float(ms) for ms in range(1, 11)], share) == value


def test_dwell_counts_each_stay_once_by_the_longest_that_was_said_of_it(make_evidence: Make) -> None:
    def dwell(epoch: str, arrived_ms: int, dwell_s: int) -> dict[str, Any]:
        head = {"vehicle": "sim-1", "epoch": epoch, "lane": "urgent", "seq": 100 + dwell_s, "kind": "dwell"}
        return head | {"box": 0, "arrived_ms": arrived_ms, "dwell_s": dwell_s}

    more = (dwell("aa", 5, 1), dwell("aa", 5, 300), dwell("bb", 9, 2))
    found = summary(make_evidence(exported=(*make_evidence().exported, *more)))
    assert (found.dwell_events, found.dwell_s) == (3, 302)
    assert broken_rules(found) == []
