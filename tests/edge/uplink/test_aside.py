"""What is ignored or refused goes row by row; only the row that stays so is set aside, and the window moves on. [proto-5]"""

from edge.uplink.flight import MOST_IGNORED, Flight
from proto.lanes import Lane
from tests.edge.rig.flights import Car, spans


def ignore(car: Car, flight: Flight) -> None:
    """It comes due again and again while others are answered."""
    for _ in range(MOST_IGNORED):
        reads = car.has(1, Lane.POSITION, at_s=flight.due_s)
        other = car.sends(flight.due_s)
        assert other is not None
        car.is_receipted(other)
        for again in car.window.due(flight.due_s):
            again.was_sent(flight.due_s, car.window.answers)
        assert not reads.aside


def test_a_batch_that_is_ignored_while_others_are_answered_goes_row_by_row(car: Car) -> None:
    reads = car.has(3)
    flight = car.sends()
    assert flight is not None
    ignore(car, flight)
    assert len(car.window) == 0
    claims = []
    while claim := car.window.claim(flight.due_s):
        claims.append((claim.wanted, claim.single))
        car.launches(claim, flight.due_s)
    assert claims == [((1, 1), True), ((2, 2), True), ((3, 3), True)]
    assert not reads.aside


def test_a_row_that_is_ignored_is_set_aside_and_the_window_moves_on(car: Car) -> None:
    reads = car.has(1)
    flight = car.sends()
    assert flight is not None
    ignore(car, flight)
    assert list(reads.aside) == [(1, 1)]
    assert [claim.wanted for claim in car.window.poison] == [(1, 1)]
    assert car.window.claim(flight.due_s) is None


def test_a_refused_batch_goes_row_by_row_and_only_the_refused_row_stays_behind(car: Car) -> None:
    reads = car.has(3)
    car.sends_all()
    car.refuses(reads, 1, 3)
    flights = car.sends_all()
    assert spans(flights) == [(1, 1), (2, 2), (3, 3)]
    car.is_receipted(flights[0])
    car.refuses(reads, 2, 2)
    car.is_receipted(flights[2])
    assert (list(reads.aside), reads.first_unsent(), len(car.window)) == ([(2, 2)], None, 0)


def test_events_around_a_refused_stretch_still_go_together(car: Car) -> None:
    reads = car.has(8)
    car.refuses(reads, 3, 4)
    assert spans(car.sends_all()) == [(1, 2), (3, 3), (4, 4), (5, 8)]


def test_a_refusal_that_comes_late_or_twice_or_of_nothing_is_harmless(car: Car) -> None:
    reads = car.has(2)
    flights = car.sends_all()
    car.is_receipted(flights[0])
    car.refuses(reads, 1, 1)
    car.refuses(reads, 1, 2)
    car.refuses(reads, 5, 9)
    assert not reads.aside
    assert car.window.poison == []
