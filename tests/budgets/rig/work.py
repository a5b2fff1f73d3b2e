"""A fixed piece of the car's work -> what each read of it cost: instructions, bytes on the disk, bytes on the wire."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Final

from drivers.anpr.line import Line
from drivers.readings import PlateSeen
from edge.clock import CarClock, Sources
from edge.intake.sighting import Sighting
from edge.intake.tracker import Tracker
from edge.intake.watch import Watch
from edge.intake.whereabouts import Whereabouts
from edge.matcher.matcher import Matcher
from edge.spool.database import connect_spool, open_database
from edge.spool.group import Group, Run
from edge.spool.inbox import Inbox
from edge.spool.ledger import Ledger
from edge.spool.numbering import Numbering
from edge.spool.rows import Epoch, create, load
from edge.spool.spool import Spool
from edge.uplink.loading import loaded
from edge.uplink.window import Claim
from proto.events import Clock, Moment, Place, Read, Start, encode
from proto.lanes import Lane
from proto.ranges import Ranges
from simulator.numbered import plate
from tests.budgets.rig.counting import opcodes, written_bytes
from tests.virtual.rig.witness import KEY

READS: Final = 400
IN_GROUP: Final = 3  # 5 reads/s, and a commit every half second
BASE_MS: Final = 1_790_000_000_123
EPOCH: Final = Epoch(1, bytes(range(8)), bytes(8))


def opcodes_per_read(lists: Path, saw_twice: bool = False) -> float:
    """From a camera's line to a numbered body. `saw_twice` is the regression: each reading is looked up twice."""
    inbox: Inbox[Any] = Inbox(10**6, 10**6)
    clock = CarClock(Sources(lambda: 60_000, lambda: BASE_MS, lambda: True))
    matcher = Matcher(lists, KEY, allow_unsigned=True, alarm=lambda *_: None)
    watch = Watch(clock, Whereabouts(), matcher, inbox, lambda *_: None, Tracker())
    numbering = Numbering(Start(clock.now(), None, None, "budget"))
    dialect = Line()
    lines = [dialect.encode(PlateSeen(plate(number))) for number in range(READS)]
    held: list[Sighting] = []
    inbox.offer = lambda item, *_, **__: held.append(item) or True  # type: ignore[method-assign, func-returns-value]

    def work() -> None:
        for line in lines:
            for reading in dialect.feed(line):
                assert isinstance(reading, PlateSeen)
                watch.saw("front", reading, 0)
                if saw_twice:
                    watch.saw("rear", reading, 0)
        numbering.add(held)
        numbering.group()

    cost = opcodes(work) / READS
    matcher.close()
    return cost


def opcodes_per_read_sent(times: int = 1) -> float:
    """From the spool's memory to a batch of 100, and its receipt. `times` it is made is the regression."""
    bodies = list(enumerate(drive(100), 1))

    def work() -> None:
        for _ in range(times):
            ledger = Ledger(EPOCH, Lane.READ)
            ledger.added(Run(Lane.READ, 1, [body for _, body in bodies]), 1)
            flight = loaded(Claim(ledger, (1, 100), live=True, single=False), 1, 100, bodies)
            ledger.receipt(Ranges([(flight.first, flight.last)]))

    return opcodes(work) / 100


async def disk_bytes_per_read(folder: Path, in_group: int = IN_GROUP) -> float:
    """What commits write to the files. Smaller groups are the regression."""
    path = folder / "spool.db"
    async with open_database(lambda: _made(path)) as database:
        spool = Spool(database, EPOCH.id, EPOCH.boot, 1 << 26, await database.read(load))
        bodies = drive(READS)
        await spool.add(Group((Run(Lane.URGENT, 1, [bodies[0]]),), None), 0.0)
        before = written_bytes()
        for at in range(0, READS, in_group):
            await spool.add(Group((Run(Lane.READ, at + 1, bodies[at : at + in_group]),), None), 0.0)
        return (written_bytes() - before) / READS


def wire_bytes_per_read(events_in: int = 100) -> float:
    """Of a full batch's payload. Fewer in one are the regression."""
    bodies = drive(events_in)
    claim = Claim(Ledger(EPOCH, Lane.READ), (1, events_in), live=True, single=False)
    flight = loaded(claim, 1, events_in, list(enumerate(bodies, 1)))
    assert flight.last == events_in
    return len(flight.message) / events_in


def drive(count: int) -> list[bytes]:
    """Bodies of reads in a row, 5 a second, a fix a second."""
    chance = Random(1)
    return [encode(_read(number, chance.randrange)) for number in range(count)]


def _read(number: int, draw: Callable[[int], int]) -> Read:
    uptime_ms = 3_600_000 + number * 200 + draw(200)
    second = uptime_ms // 1000
    place = Place(51_500_000 + second * 61 % 90_000, -120_000 - second * 83 % 90_000, second * 1000 + 130)
    return Read(Moment(uptime_ms, BASE_MS, Clock.GNSS), "front", plate(draw(10**8)), number // 3, None, place)


def _made(path: Path) -> Any:  # noqa: ANN401 - sqlcipher3 ships no types
    connection = connect_spool(path, KEY)
    create(connection)
    return connection
