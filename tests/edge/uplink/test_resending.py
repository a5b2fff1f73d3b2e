"""The re-send rule: what goes again and when, what makes room for another, and what silence alone does not cost. [proto-5]"""

import pytest

from edge.uplink.flight import FIRST_RESEND_S, LONGEST_RESEND_S, MOST_IGNORED
from edge.uplink.window import MOST_FLIGHTS, MOST_URGENT
from proto.lanes import Lane
from proto.ranges import Ranges
from tests.edge.rig.flights import Car, spans


def test_a_batch_without_a_receipt_goes_again_ever_more_seldom(car: Car) -> None:
    car.has(10)
    flight = car.sends()
    assert flight is not None
    now_s, waits = 0.0, []
    for _ in range(6):
        due_s = car.window.next_due_s(now_s)
        assert due_s is not None
        assert list(car.window.due(due_s - 0.001)) == []
        assert list(car.window.due(due_s)) == [flight]
        flight.was_sent(due_s, car.window.answers)
        waits.append(due_s - now_s)
        now_s = due_s
    assert waits == [FIRST_RESEND_S, 20, 40, LONGEST_RESEND_S, LONGEST_RESEND_S, LONGEST_RESEND_S]


def test_a_new_connection_makes_everything_due_at_once(car: Car) -> None:
    car.has(40)
    flights = car.sends_all()
    car.window.connected()
    assert list(car.window.due(0.1)) == flights


def test_reconnecting_often_is_no_reason_to_set_anything_aside(car: Car) -> None:
    reads = car.has(20)
    flight = car.sends(most=20)
    for n in range(3 * MOST_IGNORED):
        car.has(1, Lane.POSITION, at_s=n)
        other = car.sends(n)
        assert other is not None
        car.is_receipted(other)
        car.window.connected()
        for again in car.window.due(n):
            again.was_sent(n, car.window.answers)
    assert car.window.flights == (flight,)
    assert not reads.aside


def test_silence_alone_sets_nothing_aside(car: Car) -> None:
    reads = car.has(10)
    flight = car.sends()
    assert flight is not None
    for _ in range(20):
        for again in car.window.due(flight.due_s):
            again.was_sent(flight.due_s, car.window.answers)
    assert not reads.aside
    assert len(car.window) == 1


def again(car: Car, now_s: float) -> None:
    for flight in car.window.due(now_s):
        flight.was_sent(now_s, car.window.answers)


@pytest.mark.parametrize("lane", [Lane.READ, Lane.URGENT])
def test_a_window_full_of_what_nobody_answers_moves_on(car: Car, lane: Lane) -> None:
    """Every batch in it is poison: without another's answer nobody could tell."""
    poison = car.has(MOST_FLIGHTS * 10 if lane is Lane.READ else MOST_URGENT * 10, lane)
    flights = car.sends_all()
    last = flights[-1].last
    car.has(5, lane)
    assert car.window.claim(0) is None
    now_s = 0.0
    for _ in range(MOST_IGNORED - 1):
        now_s = car.window.next_due_s(now_s) or 0
        assert car.window.claim(now_s) is None
        again(car, now_s)
    (probe,) = car.sends_all(now_s)
    assert (probe.first, probe.last) == (last + 1, last + 5)
    assert len(car.window) == len(flights)
    car.is_receipted(probe)
    assert spans(car.sends_all(now_s)) == [(1, 10)], "what stepped back goes again"
    bad = Ranges((flight.first, flight.first) for flight in flights)
    for _ in range(200):
        car.has(1, Lane.POSITION, at_s=now_s)
        for flight in car.sends_all(now_s):
            if flight.ledger is not poison or bad.first_gap(flight.first, flight.last) == (flight.first, flight.last):
                car.is_receipted(flight)
        now_s = car.window.next_due_s(now_s) or 0
        again(car, now_s)
    assert poison.aside == bad
    assert poison.first_unsent() is None


def test_while_headquarters_is_away_one_batch_after_another_is_tried_and_all_go_when_it_is_back(car: Car) -> None:
    car.has(1000)
    car.sends_all()
    now_s = 0.0
    for _ in range(200):
        now_s = car.window.next_due_s(now_s) or 0
        again(car, now_s)
        car.sends_all(now_s)
        assert len(car.window) == MOST_FLIGHTS
    car.window.connected()
    again(car, now_s)
    sent = set()
    while car.window.flights:
        sent |= {n for flight in car.window.flights for n in range(flight.first, flight.last + 1)}
        for flight in car.window.flights:
            car.is_receipted(flight)
        car.sends_all(now_s)
    assert sent == set(range(1, 1001))
    assert car.window.poison == []


def test_nothing_steps_back_while_others_are_answered(car: Car) -> None:
    """Or its refusals to be answered would never be counted up."""
    car.has(100, Lane.URGENT)
    flights = car.sends_all()
    now_s = 0.0
    for _ in range(MOST_IGNORED - 1):
        car.has(1, Lane.POSITION, at_s=now_s)
        for flight in car.sends_all(now_s):
            car.is_receipted(flight)
        now_s = flights[0].due_s
        again(car, now_s)
        assert car.window.claim(now_s) is None
    assert [flight.ignored for flight in flights] == [MOST_IGNORED - 1] * MOST_URGENT


def test_what_cannot_be_replaced_stays_in_flight(car: Car) -> None:
    car.has(10)
    car.sends_all()
    for n in range(10):
        again(car, 100.0 * n)
        assert car.window.claim(100.0 * n) is None
    assert spans(list(car.window.flights)) == [(1, 10)]
