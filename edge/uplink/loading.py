"""A claim and its numbered bodies -> the flight that carries them, no larger than one message of the window may be."""

from typing import Final

from edge.uplink.flight import Flight
from edge.uplink.window import Claim
from proto import batches
from proto.errors import FrameError
from proto.ranges import Range, Ranges

MOST_MESSAGE_BYTES: Final = 4096  # four of them are the window's 16 kB; a quarter of a second at 128 kbit/s


def loaded(claim: Claim, first: int, last: int, numbered: list[tuple[int, bytes]]) -> Flight:
    """The flight of these events; fewer of them when they do not fit into one message."""
    ledger = claim.ledger
    while True:
        bodies = [body for _, body in numbered]
        absent = _absent(first, last, [number for number, _ in numbered])
        batch = batches.Batch(
            ledger.epoch.id, ledger.epoch.boot, ledger.lane, first, last, bodies, absent, not claim.live
        )
        message = _message(batch)
        if len(message) <= MOST_MESSAGE_BYTES or len(numbered) <= 1:
            return Flight(ledger, first, last, message, claim.live)
        numbered = numbered[: max(1, len(numbered) * MOST_MESSAGE_BYTES // len(message) * 15 // 16)]
        last = numbered[-1][0]


def _message(batch: batches.Batch) -> bytes:
    try:
        return batches.encode(batch)
    except FrameError:  # beyond what the language allows: its length is not known, but it is at least that
        return bytes(batches.MAX_BATCH_BYTES)


def _absent(first: int, last: int, present: list[int]) -> tuple[Range, ...]:
    if len(present) == last - first + 1:
        return ()
    absent = Ranges([(first, last)])
    for number in present:
        absent.remove(number, number)
    return tuple(absent)
