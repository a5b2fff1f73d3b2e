"""Bytes on the wire a read: batches of a drive's reads, encoded as the car encodes them."""

import random
from typing import Any

from proto import batches, events
from proto.lanes import Lane


def per_read(in_batch: int = 100, batches_: int = 50) -> dict[str, Any]:
    """MQTT payload bytes a read: a drive at 5 reads/s with a fix a second, plates of the current UK form, 100 in a batch."""
    chance = random.Random(1)
    sizes = [len(batches.encode(_batch(n * in_batch + 1, in_batch, chance))) for n in range(batches_)]
    return {"in_batch": in_batch, "bytes_per_read": round(sum(sizes) / (in_batch * batches_), 1)}


def _batch(first: int, count: int, chance: random.Random) -> batches.Batch:
    bodies = [events.encode(_read(number, chance)) for number in range(first, first + count)]
    return batches.Batch(bytes(range(8)), bytes(8), Lane.READ, first, first + count - 1, bodies)


def _read(number: int, chance: random.Random) -> events.Read:
    uptime_ms = 3_600_000 + number * 200 + chance.randrange(200)
    second = uptime_ms // 1000
    place = events.Place(51_500_000 + second * 61 % 90_000, -120_000 - second * 83 % 90_000, second * 1000 + 130)
    moment = events.Moment(uptime_ms, 1_790_000_000_123, events.Clock.GNSS)
    return events.Read(moment, "front", _vrm(chance), number // 3, None, place, 1_790_003_600 + second)


def _vrm(chance: random.Random) -> str:
    letters = "ABCDEFGHJKLMNOPRSTUVWXY"
    area, serial = "".join(chance.choices(letters, k=2)), "".join(chance.choices(letters, k=3))
    return f"{area}{chance.randrange(2, 76):02}{serial}"
