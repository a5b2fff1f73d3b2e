"""What a committed group allows to be said -> messages to the cars: one receipt a vehicle, `again`, `refused`."""

from collections.abc import Iterator
from dataclasses import dataclass

from headquarters.store.intake import Taken
from proto import topics
from proto.control import Held, encode_refused, split_held
from proto.heads import MAX_HEADS, encode_heads


@dataclass(frozen=True, slots=True)
class Answer:
    """One message to one car."""

    topic: str
    payload: bytes
    qos: int = 1


def answers(taken: Taken) -> Iterator[Answer]:
    """All there is to say; a receipt that is too long for one message becomes several."""
    for vehicle, lanes in taken.accounted.items():
        held = [Held(epoch, lane, ranges) for (epoch, lane), ranges in lanes.items()]
        # A receipt that is lost costs one batch sent again; a PUBACK for each would cost a quarter of a trickle's bytes.
        yield from (Answer(topics.down(vehicle, "receipt"), message, qos=0) for message in split_held(held))
    for vehicle, of_epochs in taken.heads.items():
        said = list(of_epochs.values())
        for at in range(0, len(said), MAX_HEADS):
            yield Answer(topics.down(vehicle, "head"), encode_heads(said[at : at + MAX_HEADS]))
    for vehicle, lacking in taken.lacking:
        yield from (Answer(topics.down(vehicle, "again"), message) for message in split_held(lacking))
    for vehicle, refused in taken.refused:
        yield Answer(topics.down(vehicle, "refused"), encode_refused(refused))
