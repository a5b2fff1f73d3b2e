"""The same vehicle in view keeps its track, whatever the camera makes of a letter."""

from edge.intake.tracker import GAP_S, MOST_TRACKS, Tracker


def test_a_vehicle_in_view_keeps_its_number() -> None:
    tracker = Tracker()
    first = tracker.follow("front", "AB12CDE", 0)
    assert tracker.follow("front", "AB12CDE", GAP_S) is first
    assert tracker.follow("front", "AB12CDE", 2 * GAP_S) is first


def test_a_camera_that_corrects_itself_still_sees_one_vehicle() -> None:
    tracker = Tracker()
    assert tracker.follow("front", "AA7690EQ", 0) is tracker.follow("front", "AA7690E0", 1)


def test_each_camera_has_tracks_of_its_own() -> None:
    tracker = Tracker()
    assert tracker.follow("front", "AB12CDE", 0).number != tracker.follow("rear", "AB12CDE", 0).number


def test_another_encounter_is_another_track_and_alerts_anew() -> None:
    tracker = Tracker()
    first = tracker.follow("front", "AB12CDE", 0)
    first.alerted.add("AB12CDE")
    again = tracker.follow("front", "AB12CDE", GAP_S + 0.001)
    assert (again.number, again.alerted) == (first.number + 1, set())


def test_memory_is_bounded_and_whoever_was_unseen_for_longest_goes() -> None:
    tracker = Tracker()
    kept = tracker.follow("front", "KEEP", 0)
    for n in range(MOST_TRACKS - 1):
        tracker.follow("front", f"{n:09o}", 1)  # no two octal digits look alike
    assert tracker.follow("front", "KEEP", 2) is kept
    tracker.follow("front", "ANOTHER", 3)
    assert tracker.follow("front", "KEEP", 4) is kept
    assert tracker.follow("front", f"{0:09o}", 5).number > MOST_TRACKS


def test_a_track_shows_no_plate() -> None:
    track = Tracker().follow("front", "ZZ99ZZZ", 0)
    track.alerted.add("ZZ99ZZZ")
    assert "ZZ99" not in repr(track)
