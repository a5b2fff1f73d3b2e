"""When what goes wrong, for drives of every length."""

import pytest

from simulator.demo.timeline import LONGEST_S, SHORTEST_S, USUAL_SEED, hits, timeline
from simulator.traffic import listed_tracks, passages


def test_a_drive_of_twenty_seconds_has_its_faults_where_they_are_promised() -> None:
    when = timeline(20)
    assert when.edges_s == (4, 6, 9, 12, 15)
    assert (when.end_s, when.reads) == (20, 200)


def test_another_length_stretches_all_of_it() -> None:
    assert timeline(60).edges_s == (12, 18, 27, 36, 45)


@pytest.mark.parametrize("seconds", [SHORTEST_S - 1, LONGEST_S + 1, 0, -20])
def test_a_drive_without_room_is_refused_with_the_bounds(seconds: int) -> None:
    with pytest.raises(ValueError, match=f"lasts {SHORTEST_S} to {LONGEST_S} seconds, not {seconds}"):
        timeline(seconds)


@pytest.mark.parametrize("seconds", [SHORTEST_S, 15, 20, 60])
def test_every_seed_has_room_for_its_wanted_vehicles(seconds: int) -> None:
    when = timeline(seconds)
    for seed in range(100):
        wanted = hits(when, seed)
        assert 0 < wanted <= seconds / 2
        passing = passages(seed, 10.0, when.reads, 1)
        assert len(listed_tracks(passing, when.edges_s, wanted, seed)) == wanted


def test_the_usual_seed_has_wanted_vehicles_between_all_faults_and_without_a_broker() -> None:
    when = timeline(20)
    tracks = set(listed_tracks(passages(USUAL_SEED, 10.0, 200, 1), when.edges_s, hits(when, USUAL_SEED), USUAL_SEED))
    starts_s = [passage.reads_s[0] for passage in passages(USUAL_SEED, 10.0, 200, 1) if passage.track in tracks]
    for first_s, last_s in ((0, 4), (6, 9), (9, 12), (12, 15), (17, 20)):
        assert any(first_s < at_s < last_s for at_s in starts_s), (first_s, last_s)
