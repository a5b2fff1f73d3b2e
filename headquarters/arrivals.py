"""A topic and a payload as they came from the broker -> what a car said, or the reason why it cannot be told. Pure; never raises."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from proto import batches, control, topics
from proto.batches import MAX_BATCH_BYTES, Batch
from proto.control import MAX_CONTROL_BYTES, Held
from proto.errors import FrameError
from proto.lanes import BY_WORD, Lane

MAX_PAYLOAD_BYTES: Final = 1 + max(MAX_BATCH_BYTES, MAX_CONTROL_BYTES)  # one more than any message of the language
MAX_TOPIC_CHARACTERS: Final = 128  # the longest topic of the language has 75


@dataclass(frozen=True, slots=True)
class Message:
    """What the broker handed over, cut to a bounded size at the door; `size` is what the payload had, in bytes."""

    topic: str
    payload: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A batch from a car."""

    vehicle: str
    batch: Batch


@dataclass(frozen=True, slots=True)
class Holding:
    """The receipted ranges that a car still holds and could send again."""

    vehicle: str
    lanes: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Wanting:
    """The kinds of state that a car lacks."""

    vehicle: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Anything else. `coverage` is (epoch, lane, first, last) where the envelope can be read; `vehicle` None: no such topic."""

    vehicle: str | None
    message: Message
    reason: str
    coverage: tuple[bytes, Lane, int, int] | None = None


Arrival: TypeAlias = Sent | Holding | Wanting | Unreadable


def message(topic: str, payload: bytes) -> Message:
    """The message, bounded: what is longer than any message of the language keeps its beginning and its true size."""
    return Message(topic[:MAX_TOPIC_CHARACTERS], payload[:MAX_PAYLOAD_BYTES], len(payload))


def arrival(said: Message) -> Arrival:
    """What a message means. Whatever the bytes, the answer is a value."""
    topic = topics.parse(said.topic)
    if topic is None or topic.vehicle is None or topic.way != "up":
        return Unreadable(None, said, "unknown topic")
    try:
        return _understood(topic.vehicle, topic.word, said.payload)
    except FrameError as error:
        covered = batches.coverage(said.payload) if topic.word in BY_WORD else None
        return Unreadable(topic.vehicle, said, str(error), covered)


def _understood(vehicle: str, word: str, payload: bytes) -> Arrival:
    if word in BY_WORD:
        batch = batches.decode(payload)
        if batch.lane is not BY_WORD[word]:
            raise FrameError("another lane")
        return Sent(vehicle, batch)
    match word:
        case "held":
            return Holding(vehicle, tuple(control.decode_held(payload)))
        case "want":
            return Wanting(vehicle, tuple(control.decode_want(payload)))
    raise FrameError("unknown word")
