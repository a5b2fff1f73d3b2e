"""A message that the car has just taken, and its ledgers -> whether it has made of it what the language says."""

from collections.abc import Callable, Iterable
from typing import Final

from edge.spool.ledger import Ledger
from proto import control
from proto.ranges import Ranges
from tests.virtual.rig.witness import Witness


def took(witness: Witness, word: str, payload: bytes, ledgers: Iterable[Ledger]) -> None:
    """`word`: the topic's last part."""
    if (look := _LOOKS.get(word)) is not None:
        look(witness, payload, ledgers)


def _receipt(witness: Witness, payload: bytes, ledgers: Iterable[Ledger]) -> None:
    """What the car takes for received is what headquarters has given receipts for."""
    named = {(held.epoch, held.lane) for held in control.decode_held(payload)}
    for ledger in ledgers:
        stream = ledger.epoch.id, ledger.lane
        if stream in named and not all(witness.answered[stream].covers(*pair) for pair in ledger.receipted):
            witness.breaks(f"taken for received without a receipt: {ledger.lane.word}")


def _again(witness: Witness, payload: bytes, ledgers: Iterable[Ledger]) -> None:
    """What headquarters lacks is to be sent, unless it is set aside."""
    asked = {(held.epoch, held.lane) for held in control.decode_held(payload)}
    for ledger in ledgers:
        is_asked = (ledger.epoch.id, ledger.lane) in asked
        if is_asked and ledger.done != Ranges([*ledger.receipted, *ledger.aside]):
            witness.breaks(f"asked for again, and not to be sent: {ledger.lane.word}")


def _refused(witness: Witness, payload: bytes, ledgers: Iterable[Ledger]) -> None:
    """One event alone that is refused is not sent again."""
    refused = control.decode_refused(payload)
    number = refused.first
    for ledger in ledgers:
        is_it = (ledger.epoch.id, ledger.lane) == (refused.epoch, refused.lane) and number <= ledger.last
        if is_it and number == refused.last and number not in ledger.done:
            witness.breaks(f"refused, and to be sent again: {ledger.lane.word} {number}")


_LOOKS: Final[dict[str, Callable[[Witness, bytes, Iterable[Ledger]], None]]] = {
    "receipt": _receipt,
    "again": _again,
    "refused": _refused,
}
