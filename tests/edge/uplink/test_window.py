"""The re-send rule: what goes next, what goes again, what ends a flight. [proto-5]"""

import pytest

from edge.spool.ledger import Ledger
from edge.spool.rows import Epoch
from edge.uplink.flight import FIRST_RESEND_S, LONGEST_RESEND_S, MOST_IGNORED, Flight
from edge.uplink.lull import LIVE_S, Lulls
from edge.uplink.window import MOST_BACKLOG, MOST_BYTES, MOST_FLIGHTS, MOST_URGENT, Claim, Window
from proto.control import Held, Refused
from proto.lanes import Lane
from proto.ranges import Ranges

OWN, OLD = b"own-----", b"old-----"


class Car:
    """A window over lanes that are filled by saying so."""

    def __init__(self) -> None:
        self.ledgers: dict[tuple[int, Lane], Ledger] = {}
        self.window = Window(self.ledgers, OWN, Lulls(0.0))

    def has(self, count: int, lane: Lane = Lane.READ, epoch: bytes = OWN, at_s: float = 0) -> Ledger:
        key = (1 if epoch == OWN else 0, lane)
        ledger = self.ledgers.setdefault(key, Ledger(Epoch(key[0], epoch, b"boot----"), lane))
        ledger.last += count
        self.window.notice(at_s)
        return ledger

    def sends(self, now_s: float = 0, most: int = 10, size: int = 100) -> Flight | None:
        claim = self.window.claim(now_s)
        return None if claim is None else self.launches(claim, now_s, most, size)

    def launches(self, claim: Claim, now_s: float = 0, most: int = 10, size: int = 100) -> Flight:
        first, last = claim.wanted
        flight = Flight(claim.ledger, first, min(last, first + most - 1), bytes(size), claim.live)
        assert self.window.launched(flight, now_s)
        flight.was_sent(now_s, self.window.answers)
        return flight

    def sends_all(self, now_s: float = 0, size: int = 100) -> list[Flight]:
        flights = []
        while flight := self.sends(now_s, size=size):
            flights.append(flight)
        return flights

    def is_receipted(self, flight: Flight) -> None:
        self.receipt(flight.ledger, flight.first, flight.last)

    def receipt(self, ledger: Ledger, first: int, last: int) -> None:
        self.window.receipted(Held(ledger.epoch.id, ledger.lane, Ranges([(first, last)])), ledger)

    def refuses(self, ledger: Ledger, first: int, last: int) -> None:
        self.window.refused(Refused(ledger.epoch.id, ledger.lane, first, last, "damaged"), ledger)


@pytest.fixture
def car() -> Car:
    return Car()


def spans(flights: list[Flight]) -> list[tuple[int, int]]:
    return [(flight.first, flight.last) for flight in flights]


def test_no_number_is_in_two_flights(car: Car) -> None:
    car.has(35)
    assert spans(car.sends_all()) == [(1, 10), (11, 20), (21, 30), (31, 35)]
    assert car.window.claim(0) is None


def test_no_more_flies_than_four_batches_and_two_urgent(car: Car) -> None:
    car.has(1000)
    car.has(1000, Lane.URGENT)
    flights = car.sends_all()
    assert [flight.ledger.lane for flight in flights] == [Lane.URGENT] * MOST_URGENT + [Lane.READ] * MOST_FLIGHTS


def test_no_more_flies_than_16_kb(car: Car) -> None:
    car.has(1000)
    assert len(car.sends_all(size=MOST_BYTES // 2)) == 2


def test_a_receipt_makes_room(car: Car) -> None:
    car.has(1000)
    flights = car.sends_all()
    car.is_receipted(flights[2])
    assert spans(car.sends_all()) == [(41, 50)]


def test_a_receipt_of_a_part_does_not_end_a_flight(car: Car) -> None:
    reads = car.has(10)
    car.sends_all()
    car.receipt(reads, 1, 9)
    assert len(car.window) == 1
    car.receipt(reads, 10, 10)
    assert len(car.window) == 0


def test_coverage_never_spans_what_is_receipted(car: Car) -> None:
    reads = car.has(30)
    car.receipt(reads, 11, 20)
    assert spans(car.sends_all()) == [(1, 10), (21, 30)]


def test_a_batch_that_was_answered_for_while_it_was_made_is_not_sent(car: Car) -> None:
    reads = car.has(10)
    claim = car.window.claim(0)
    assert claim is not None
    car.receipt(reads, 4, 5)
    assert not car.window.launched(Flight(reads, 1, 10, b"", live=True), 0)
    assert spans(car.sends_all()) == [(1, 3), (6, 10)]


def test_a_place_is_kept_for_what_is_live(car: Car) -> None:
    car.has(1000, epoch=OLD)
    assert len(car.sends_all()) == MOST_BACKLOG
    car.has(5)
    (flight,) = car.sends_all()
    assert flight.live


def test_live_and_backlog_go_side_by_side(car: Car) -> None:
    car.has(1000, epoch=OLD)
    car.has(1000)
    assert sorted(flight.live for flight in car.sends_all()) == [False, False, True, True]


def test_what_is_older_than_half_a_minute_is_backlog(car: Car) -> None:
    car.has(10, at_s=0)
    flight = car.sends(LIVE_S + 1)
    assert flight is not None
    assert not flight.live


def test_what_is_urgent_goes_first_the_oldest_of_it_too(car: Car) -> None:
    car.has(10)
    car.has(10, Lane.URGENT)
    car.has(10, Lane.URGENT, OLD)
    first, second, third = car.sends_all()
    assert [(f.ledger.lane, f.ledger.epoch.id) for f in (first, second)] == [(Lane.URGENT, OLD), (Lane.URGENT, OWN)]
    assert third.ledger.lane is Lane.READ


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


def test_what_headquarters_asks_for_goes_again(car: Car) -> None:
    reads = car.has(10)
    (flight,) = car.sends_all()
    car.is_receipted(flight)
    reads.ask_again(Ranges([(4, 6)]))
    assert spans(car.sends_all()) == [(4, 6)]


def test_nothing_is_due_while_nothing_flies(car: Car) -> None:
    assert car.window.next_due_s(0) is None
    assert car.window.claim(0) is None
