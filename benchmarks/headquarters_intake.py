"""Batches as a car sends them -> events a second that headquarters' receiver and store take, without a broker; printed.

Method: the batches are built beforehand; then groups of messages are read, stored in one transaction each (WAL,
synchronous=FULL, in --folder) and answered, on one thread. CPU is that of the whole process; waits for the disk are not
in it. Run as `python -m benchmarks.headquarters_intake`; numbers of other people's programs stand in docs.
"""

import argparse
import json
import tempfile
import time
from contextlib import closing
from pathlib import Path

from headquarters.arrivals import Message, message
from headquarters.receiver.keeper import take_group
from headquarters.store.file import open_writer
from proto import batches, events, topics
from proto.lanes import Lane


def sent(count: int, in_batch: int, vehicles: int) -> list[Message]:
    """`count` reads of so many vehicles in turn, as messages of `in_batch` reads."""
    return [
        message(
            topics.up(f"car-{number % vehicles}", Lane.READ.word),
            _batch(number // vehicles, number % vehicles, in_batch),
        )
        for number in range(count // in_batch)
    ]


def _batch(number: int, vehicle: int, in_batch: int) -> bytes:
    first = 1 + number * in_batch
    bodies = [events.encode(_read(seq)) for seq in range(first, first + in_batch)]
    epoch = vehicle.to_bytes(8, "big")
    return batches.encode(batches.Batch(epoch, epoch, Lane.READ, first, first + in_batch - 1, bodies))


def _read(seq: int) -> events.Read:
    moment = events.Moment(60_000 + 50 * seq, 1_790_000_000_000, events.Clock.GNSS)
    place = events.Place(51_500_000 + seq % 1000, -120_000 - seq % 777, moment.uptime_ms - seq % 900)
    return events.Read(moment, "front", f"AB{seq % 100:02}CDE", seq, 700 + seq % 300, place)


def measured(messages: list[Message], in_group: int, store: Path) -> dict[str, float]:
    """Wall and CPU seconds, and the bytes that the store then has."""
    with closing(open_writer(store)) as connection:
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        for at in range(0, len(messages), in_group):
            take_group(connection, messages[at : at + in_group], 0)
        wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    return {"wall_s": wall_s, "cpu_s": cpu_s, "bytes": store.stat().st_size}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--in-batch", type=int, default=100)
    parser.add_argument("--in-group", type=int, default=4, help="messages in a transaction; one car has 4 in flight")
    parser.add_argument("--vehicles", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the store lies (a folder of its own under the system's)")
    args = parser.parse_args()
    messages = sent(args.events, args.in_batch, args.vehicles)
    count = len(messages) * args.in_batch
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        store = Path(folder) / "hq.db"
        new = measured(messages, args.in_group, store)
        again = measured(messages, args.in_group, store)
    for name, figures in (("new", new), ("all repeated", again)):
        line = {
            "what": name,
            "events": count,
            "events_per_s": round(count / figures["wall_s"]),
            "cpu_us_per_event": round(figures["cpu_s"] / count * 1e6, 2),
            "core_at_20000_per_s": round(figures["cpu_s"] / count * 20_000, 3),
            "stored_bytes_per_event": round(figures["bytes"] / count, 1),
        }
        print(json.dumps(line))


if __name__ == "__main__":
    main()
