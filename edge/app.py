"""The wiring: every task is started here, once and by name, and ended in order. Read it, and `car.py`, to see the whole car."""

import asyncio
import fcntl
import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from edge import __version__
from edge.audit.chain import Chain
from edge.car import Car
from edge.config.car import Config
from edge.delivery import LAST_S, Delivery, start_of
from edge.health.endurance import Endurance
from edge.health.heartbeat import Heartbeat
from edge.health.rounds import Rounds
from edge.ignition import power
from edge.ignition.ignition import Ignition
from edge.ignition.key import key_of
from edge.ignition.run_on import RunOn
from edge.intake.replug import back_or
from edge.notify import notify
from edge.spool.database import StoreError
from edge.spool.numbering import Numbering
from edge.spool.opening import Opened, mark_suspect, open_spool
from edge.spool.spool import Spool
from edge.supervision import Outage, keep_running
from edge.uplink.bookkeeping import Bookkeeping
from edge.uplink.depot import Depot
from edge.uplink.downlink import Downlinks
from edge.uplink.link import Link

log = logging.getLogger(__name__)

CLEAN, BROKEN = 0, 1


class StorageInUseError(OSError):
    """Another process writes in this storage folder."""


async def run(config: Config, key: str) -> int:
    """The daemon, from its first look-up to its last commit; the exit code. Raises what a fault of ours raises."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_, _stop, stop)
    storage = config.storage
    with _locked(storage.folder):
        car = Car(config, key)
        try:
            async with car.stream.served_at(config.local.socket), asyncio.TaskGroup() as tasks:
                reading = [
                    tasks.create_task(
                        keep_running(intake.run, outage, (OSError,), partial(back_or, intake.port)), name=intake.name
                    )
                    for intake, outage in car.intakes
                ]
                reading.append(tasks.create_task(car.patrol.run(), name="patrol"))
                quota = storage.quota_mb << 20
                async with open_spool(storage.folder, key, car.epoch, car.boot, quota, car.wait_for_room) as opened:
                    delivery = _deliver(car, opened)
                    delivery.begin(tasks)
                    others = _attend(car, opened.spool, delivery, tasks, stop)
                    notify("READY=1")
                    await stop.wait()
                    notify("STOPPING=1")
                    loop.call_later(LAST_S, os._exit, BROKEN)
                    await delivery.end(reading, others)
        except* StoreError:
            mark_suspect(storage.folder, key)
            raise
    if car.ignition is not None and car.ignition.is_over:
        power.cut(config.ignition.power_off)
    return CLEAN


def _stop(stop: asyncio.Event) -> None:
    """Asked to end, perhaps before the store is open; what hangs is not waited for."""
    stop.set()
    asyncio.get_running_loop().call_later(LAST_S, os._exit, BROKEN)


def _deliver(car: Car, opened: Opened) -> Delivery:
    """The store is open: what was said meanwhile is recorded, and the way to headquarters opens."""
    start = start_of(opened, car.clock, __version__)
    for name, detail in opened.alarms:
        car.alarm(name, detail)
    if car.meter_fault is not None:
        car.alarm("link-count", car.meter_fault)
    chain = car.audit.chain = Chain(car.epoch, opened.spool.audited, known=not opened.salvaged)
    link = Link(car.config.broker, car.config.vehicle, car.clock.is_past_floor)
    delivery = Delivery(car, opened, Numbering(start, chain), link, car.config.vehicle, car.config.uplink.linger_s)
    uplink = delivery.uplink
    uplink.downlink = Downlinks(car.downlinks)
    car.lookups.desk.base.knock = uplink.knock.set
    car.hits.base.knock, car.hits.base.later = uplink.knock.set, asyncio.get_running_loop().call_later
    car.status.spool, car.status.window = opened.spool, delivery.window
    return delivery


def _attend(
    car: Car, spool: Spool, delivery: Delivery, tasks: asyncio.TaskGroup, stop: asyncio.Event
) -> list[asyncio.Task[None]]:
    """What needs the store besides: health, upkeep, the crew's parts, the key."""
    knock, heartbeat = delivery.uplink.knock, Heartbeat()
    rounds = _rounds(car, spool, heartbeat)
    depot = Depot(car.config.link)
    books = Bookkeeping(car.config.storage.folder, car.policy, depot, car.clock.now, car.say, car.alarm)
    others = [
        tasks.create_task(rounds.run(spool, delivery.recorder.is_progressing), name="rounds"),
        tasks.create_task(heartbeat.run(), name="heartbeat"),
        tasks.create_task(books.run(knock), name="bookkeeping"),
        tasks.create_task(car.data.sets.run(knock.set, car.in_place), name="data sets"),
        tasks.create_task(keep_running(car.crew.run, car.crew.outage, (StoreError, OSError)), name="crew"),
        tasks.create_task(car.crew_lists.searching.run(spool), name="searching"),
        tasks.create_task(car.crew_lists.own.run(), name="look-outs"),
    ]
    if (read_key := key_of(car.config.ignition)) is not None:
        run_on = RunOn(car.config.ignition.run_on_s)
        car.ignition = Ignition(read_key, run_on, car.key_turned, delivery.window.hurry, stop.set)
        car.status.parts["ignition"] = car.ignition
        reported = Outage("ignition", car.device_changed)
        others.append(tasks.create_task(keep_running(car.ignition.run, reported, (OSError,)), name="ignition"))
    return others


def _rounds(car: Car, spool: Spool, heartbeat: Heartbeat) -> Rounds:
    """What is looked at every second, and what is saved with every tidying."""
    folder = car.config.storage.folder
    car.checkup.load(folder)
    endurance = car.status.endurance = Endurance(spool, folder)
    looks = (car.checkup.look, endurance.look, car.data.report.look, car.hits.hits.look, car.look_at_lists)
    return Rounds(
        car.clock,
        car.matcher,
        car.inbox,
        car.status,
        car.config.storage.keep_hours,
        looks,
        (partial(car.checkup.save, folder),),
        heartbeat,
    )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """The storage folder is ours alone until the process ends. Raises StorageInUseError."""
    folder.mkdir(parents=True, exist_ok=True)
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(fd)
        raise StorageInUseError(f"{folder}: another patrol-edge is using this storage folder") from error
    try:
        yield
    finally:
        os.close(fd)
