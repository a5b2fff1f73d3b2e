"""What a car says -> what a headquarters that keeps everything answers; a model, for histories of thousands of steps."""

from dataclasses import dataclass, field
from typing import Final

from proto import batches, control, topics
from proto.batches import Batch
from proto.control import Held, Refused
from proto.lanes import Lane
from proto.ranges import Ranges

CAR: Final = "k-0417"
UNREADABLE, UNANSWERED = "unreadable", "unanswered"

Identity = tuple[bytes, Lane, int]


@dataclass
class Model:
    """A headquarters that keeps everything, but for bodies that hold one of two words."""

    kept: dict[Identity, bytes] = field(default_factory=dict)
    known: dict[tuple[bytes, Lane], Ranges] = field(default_factory=dict)

    def takes(self, topic: str, payload: bytes) -> list[tuple[str, bytes]]:
        """What it answers."""
        word = topics.parse(topic)
        assert word is not None
        assert word.vehicle == CAR
        if word.word == "held":
            return [self._lacking(control.decode_held(payload))]
        return self._batch(batches.decode(payload))

    def _batch(self, batch: Batch) -> list[tuple[str, bytes]]:
        if any(UNANSWERED.encode() in body for body in batch.bodies):
            return []
        if any(UNREADABLE.encode() in body for body in batch.bodies):
            refused = Refused(batch.epoch, batch.lane, batch.first, batch.last, "bodies damaged")
            return [(topics.down(CAR, "refused"), control.encode_refused(refused))]
        for number, body in batch.numbered():
            assert self.kept.setdefault((batch.epoch, batch.lane, number), body) == body, "one identity, two bodies"
        self.known.setdefault((batch.epoch, batch.lane), Ranges()).add(batch.first, batch.last)
        held = Held(batch.epoch, batch.lane, Ranges([(batch.first, batch.last)]))
        return [(topics.down(CAR, "receipt"), control.encode_held([held]))]

    def _lacking(self, lanes: list[Held]) -> tuple[str, bytes]:
        lacking = []
        for held in lanes:
            known = self.known.get((held.epoch, held.lane), Ranges())
            gaps = Ranges(gap for first, last in held.ranges for gap in known.gaps(first, last))
            if len(gaps):
                lacking.append(Held(held.epoch, held.lane, gaps))
        return topics.down(CAR, "again"), control.encode_held(lacking)


class Wire:
    """The connection's end that the uplink speaks into; what it says waits in `up`.

    It is its own MQTT client, too: whoever waits there for a PUBACK has it at once, before anybody has received anything.
    """

    def __init__(self, up: list[tuple[str, bytes]]) -> None:
        self._up = up
        self._client = self

    async def publish(self, topic: str, payload: bytes, qos: int = 1) -> None:
        assert qos == 1
        self._up.append((topic, payload))
