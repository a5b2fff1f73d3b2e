"""Passages of vehicles, and which of them are driven by listed ones."""

from itertools import pairwise

import pytest

from simulator.traffic import CLEAR_S, listed_tracks, passages, single_passages


@pytest.mark.parametrize("reads", [1, 7, 1000])
def test_there_are_as_many_reads_as_asked_for_at_the_rate_asked_for(reads: int) -> None:
    all_ = list(passages(1, 50, reads, 2))
    assert sum(len(passage.reads_s) for passage in all_) == reads
    assert all(1 <= len(passage.reads_s) <= 6 for passage in all_)
    assert all_[-1].reads_s[0] <= reads / 50


def test_passages_rise_in_time_and_tracks_count_up() -> None:
    all_ = list(passages(2, 50, 1000, 3))
    assert [passage.track for passage in all_] == list(range(len(all_)))
    assert all(before.reads_s[0] <= after.reads_s[0] for before, after in pairwise(all_))
    assert all(first < second for passage in all_ for first, second in pairwise(passage.reads_s))
    assert {passage.camera for passage in all_} == {0, 1, 2}


def test_listed_vehicles_keep_clear_of_the_edges_of_faults() -> None:
    edges_s = (4.0, 6.0)
    tracks = set(listed_tracks(passages(3, 50, 1000, 1), edges_s, 40, 3))
    assert len(tracks) == 40
    for passage in passages(3, 50, 1000, 1):
        if passage.track in tracks:
            assert not any(passage.reads_s[0] - CLEAR_S <= edge <= passage.reads_s[-1] + CLEAR_S for edge in edges_s)


def test_a_share_is_of_all_passages() -> None:
    assert len(listed_tracks(single_passages(50, 1000, 1), (), 0.05, 1)) == 50


def test_no_room_for_the_listed_is_said() -> None:
    with pytest.raises(ValueError, match="3 listed vehicles cannot pass: of 10 passages, 0 keep 1 s away"):
        listed_tracks(single_passages(50, 10, 1), (0.5,), 3, 1)
