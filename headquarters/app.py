"""Broker, store -> the running headquarters: every task is started here, in one group, and ended in the order of the flow."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from headquarters.addresses import Broker
from headquarters.arrivals import Message
from headquarters.backoff import Backoff
from headquarters.datasets.desk import open_desk
from headquarters.dosage.desk import DosageDesk
from headquarters.hits.desk import open_desk as open_hits
from headquarters.link import ANSWERS_AT_ONCE, Link
from headquarters.logs import FIELDS
from headquarters.lookups.desk import open_lookups
from headquarters.lookups.pole import PoleRecords
from headquarters.lookups.source import MakeSource
from headquarters.receiver.answers import Answer
from headquarters.receiver.keeper import MAX_WAITING, Keeper
from headquarters.sorting import Sorted
from headquarters.store.worker import open_store
from headquarters.waiting import Waiting

DRAIN_S: Final = 2.0  # of the 3 s that a stop may take
MAX_ANSWERS: Final = (
    16_384  # more than a group of every kind makes; while the broker is away, the rest is asked for again
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """What `patrol-hq serve` is told. `take`: the MQTT topic filter of the share of cars this instance serves.

    `source`: who answers look-ups.
    """

    broker: Broker
    store: Path
    take: str
    source: MakeSource = PoleRecords


@dataclass(frozen=True, slots=True)
class Edge:
    """Chance and time, put in here once: UTC milliseconds, random bytes, an even draw from 0 to so many seconds."""

    now_ms: Callable[[], int]
    draw: Callable[[], bytes]
    jitter: Callable[[float], float]


async def serve(settings: Settings, edge: Edge, stop: asyncio.Event, ready: Callable[[], None]) -> None:
    """Until `stop`: then what has come in is stored and receipted, within DRAIN_S. `ready()` once subscribed.

    Raises StoreError or sqlite3.Error when the store cannot be used.
    """
    inbox: Waiting[Message] = Waiting(MAX_WAITING)
    outbox: Waiting[Answer] = Waiting(MAX_ANSWERS)
    link = Link(settings.broker, settings.take, edge.draw, Backoff(edge.jitter))
    async with (
        open_store(settings.store) as store,
        open_desk(settings.store, edge.now_ms) as desk,
        open_lookups(settings.source, settings.store, edge.now_ms) as lookups,
        open_hits(settings.store, store, edge.now_ms) as hits,
        asyncio.TaskGroup() as tasks,
    ):
        dosage = DosageDesk(store, edge.now_ms)
        keeper = Keeper(store, edge.now_ms, Backoff(edge.jitter))
        forever = [
            tasks.create_task(link.listen(Sorted([dosage, desk, lookups, hits], inbox)), name="link"),
            tasks.create_task(_announce(link, ready), name="ready"),
            tasks.create_task(desk.answer(), name="data sets"),
            tasks.create_task(desk.announce(), name="announcements"),
            tasks.create_task(_answer(desk.said, link), name="chunks"),
            tasks.create_task(lookups.answer(), name="look-ups"),
            tasks.create_task(_answer(lookups.said, link), name="look-up answers"),
            tasks.create_task(hits.answer(outbox), name="hits"),
            tasks.create_task(hits.say_notes(outbox), name="notes"),
            tasks.create_task(dosage.run(link.say), name="dosage"),
        ]
        draining = [
            tasks.create_task(keeper.run(inbox, outbox), name="keeper"),
            tasks.create_task(_answer(outbox, link), name="answers"),
        ]
        await stop.wait()
        inbox.close()
        await asyncio.wait(draining[:1], timeout=DRAIN_S / 2)
        outbox.close()
        await asyncio.wait(draining[1:], timeout=DRAIN_S / 2)
        for task in [*draining, *forever]:
            task.cancel()
    counts = {"inbox_full": inbox.dropped, "outbox_full": outbox.dropped, "unsaid": link.unsaid}
    log.info("stopped", extra={FIELDS: keeper.totals | counts})


async def _announce(link: Link, ready: Callable[[], None]) -> None:
    await link.up.wait()
    ready()


async def _answer(outbox: Waiting[Answer], link: Link) -> None:
    while answers := await outbox.take(8 * ANSWERS_AT_ONCE):
        await link.say(answers)
