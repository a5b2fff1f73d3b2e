"""The window: what goes next, how much of it flies at once, and what ends a flight. [proto-5]"""

from edge.uplink.flight import Flight
from edge.uplink.lull import LIVE_S
from edge.uplink.window import MOST_BACKLOG, MOST_BYTES, MOST_FLIGHTS, MOST_URGENT
from proto.lanes import Lane
from proto.ranges import Ranges
from tests.edge.rig.flights import OLD, OWN, Car, spans


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


def test_what_headquarters_asks_for_goes_again(car: Car) -> None:
    reads = car.has(10)
    (flight,) = car.sends_all()
    car.is_receipted(flight)
    reads.ask_again(Ranges([(4, 6)]))
    assert spans(car.sends_all()) == [(4, 6)]


def test_nothing_is_due_while_nothing_flies(car: Car) -> None:
    assert car.window.next_due_s(0) is None
    assert car.window.claim(0) is None
