"""Lanes that are filled by saying so -> what the real window sends of them; receipts and refusals as the test says."""

from typing import Final

from edge.spool.ledger import Ledger
from edge.spool.rows import Epoch
from edge.uplink.flight import Flight
from edge.uplink.lull import Lulls
from edge.uplink.window import Claim, Window
from proto.control import Held, Refused
from proto.lanes import Lane
from proto.ranges import Ranges

OWN: Final = b"own-----"
OLD: Final = b"old-----"


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


def spans(flights: list[Flight]) -> list[tuple[int, int]]:
    return [(flight.first, flight.last) for flight in flights]
