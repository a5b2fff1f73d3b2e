"""The wiring: every part is made here, every task is started here, once and by name. Read it to see the whole car."""

import asyncio
import fcntl
import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from edge import __version__, identity
from edge.clock import CarClock
from edge.config import Config
from edge.data.parts import parts_of
from edge.health.checkup import Checkup
from edge.health.endurance import Endurance
from edge.health.rounds import Rounds
from edge.health.status import Status
from edge.ignition import power
from edge.ignition.ignition import Ignition
from edge.ignition.key import key_of
from edge.ignition.run_on import RunOn
from edge.intake.camera import CameraIntake
from edge.intake.receiver import ReceiverIntake, receivers
from edge.intake.replug import back_or
from edge.intake.sighting import Alert, Sighting
from edge.intake.tracker import Tracker
from edge.intake.watch import Watch
from edge.intake.whereabouts import Whereabouts
from edge.matcher.matcher import Matcher
from edge.notify import notify
from edge.spool.database import StoreError
from edge.spool.inbox import Inbox
from edge.spool.numbering import Item, Numbering
from edge.spool.opening import Opened, mark_suspect, open_spool
from edge.spool.recorder import RETRY_S, Recorder
from edge.spool.room import Room
from edge.supervision import Outage, keep_running
from edge.terminal.stream import EventStream
from edge.uplink import bookkeeping
from edge.uplink import link as uplink_link
from edge.uplink.bookkeeping import Bookkeeping
from edge.uplink.depot import Depot
from edge.uplink.link import Link
from edge.uplink.lull import Lulls
from edge.uplink.policy import Policy
from edge.uplink.uplink import Uplink
from edge.uplink.window import Window
from proto.events import Alarm, Health, Start

log = logging.getLogger(__name__)

LAST_S: Final = 2.8  # promised: a clean stop within 3 s, whatever the disk or the broker does
CLEAN, BROKEN = 0, 1


class StorageInUseError(OSError):
    """Another process writes in this storage folder."""


class Car:
    """One process's parts, in the order the data flows."""

    def __init__(self, config: Config, key: str) -> None:
        self.config = config
        self.key = key
        self.epoch, self.boot = identity.draw_epoch(), identity.boot_id()
        self.stream = EventStream()
        self.inbox: Inbox[Item] = Inbox(config.storage.group_events, config.storage.group_ms / 1000)
        self.clock = CarClock()
        self.whereabouts = Whereabouts()
        self.matcher = Matcher(
            config.storage.folder / "lists", key, allow_unsigned=config.lists.allow_unsigned, alarm=self.alarm
        )
        self.watch = Watch(
            self.clock,
            self.whereabouts,
            self.matcher,
            self.inbox,
            self.warn,
            Tracker(),
            {camera.name: camera.least_confidence for camera in config.cameras if camera.least_confidence is not None},
            self.confirm,
        )
        self.ignition: Ignition | None = None
        """None until the store is open, and where no key is known."""
        self.link_state = Outage("link", self._link_changed)
        self.disk = Outage("disk", self.device_changed)
        self.room = Room(config.storage.folder)
        self.intakes = [(intake, Outage(intake.name, self.device_changed)) for intake in self._intakes()]
        stale_after_s = config.lists.stale_after_hours * 3600
        self.status = Status(
            config.vehicle,
            self.clock,
            self.watch,
            self.matcher,
            self.inbox,
            self.intakes,
            self.link_state,
            stale_after_s,
        )
        self.checkup = Checkup(
            config.health, self.intakes, self.clock, self.whereabouts, self.inbox, self.stream.say, self.alarm
        )
        meter, self.meter_fault = bookkeeping.load(config.storage.folder)
        self.policy = Policy(meter, config.link.month_bytes, has_depot=config.link.has_depot)
        self.data = parts_of(config, key, self.clock, self.stream, self.alarm)
        self.status.parts |= {
            "health": self.checkup,
            "traffic": self.policy,
            "data": self.data.report,
            "disk": self.disk,
        }
        self.stream.on_ask("status", lambda _: self.status.now())
        self.stream.on_ask("reload", self._reload)

    def warn(self, sighting: Sighting, alert: Alert) -> None:
        """The crew sees it now; the log gets its number only."""
        entry = alert.entry
        self.stream.say(
            "alert",
            id=f"{self.epoch.hex()}-{alert.number}",
            vrm=sighting.reading.vrm,
            listed_vrm=entry.vrm,
            camera=sighting.camera,
            track=sighting.track,
            list=entry.list,
            list_age_s=alert.list_age_s,
            signed=entry.signed,
            priority=entry.priority,
            action=entry.action,
            reason=entry.reason,
            markers=entry.markers,
            make=entry.make,
            model=entry.model,
            colour=entry.colour,
            confidence=sighting.reading.confidence,
            doubtful=alert.is_doubtful,
            last_byte_ns=sighting.read_ns,
        )
        log.info("alert %s-%d", self.epoch.hex(), alert.number)

    def confirm(self, number: int) -> None:
        """A doubtful alert is one no more: the camera has read the same plate well."""
        self.stream.say("confirmed", id=f"{self.epoch.hex()}-{number}")

    def key_turned(self, off: bool, left_s: float | None) -> None:
        """The ignition: on the socket, and to headquarters."""
        self.stream.say("ignition", off=off, left_s=left_s)
        self.inbox.offer(Health(self.clock.now(), (("ignition_off", int(off)),)), "health")

    def alarm(self, name: str, detail: str) -> None:
        """For a person to look at: on the socket, in the log, and to headquarters."""
        log.error("alarm %s: %s", name, detail)
        self.stream.say("alarm", name=name, detail=detail)
        self.inbox.offer(Alarm(self.clock.now(), name, detail), "urgent", urgent=True)

    async def wait_for_room(self) -> None:
        """The disk is so full that the store cannot even be opened: the crew is warned all the same."""
        self.disk.began("disk full")
        self.room.release()
        notify("READY=1\nWATCHDOG=1")
        await asyncio.sleep(RETRY_S)

    def _intakes(self) -> Iterator[CameraIntake | ReceiverIntake]:
        for camera in self.config.cameras:
            yield CameraIntake(camera, self.watch)
        if self.config.gps is not None:
            yield from receivers(self.config.gps, self.clock, self.whereabouts, self.inbox)

    def _reload(self, _: dict[str, Any]) -> dict[str, Any]:
        self.matcher.reload()
        self.data.sets.reload()
        return {"lists": self.status.lists()}

    def device_changed(self, name: str, up: bool, reason: str) -> None:
        """A port, the disk, the key's line: on the socket."""
        self.stream.say("device", name=name, up=up, reason=reason)

    def _link_changed(self, _: str, up: bool, reason: str) -> None:
        self.stream.say("link", up=up, reason=reason)


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
                quota = storage.quota_mb << 20
                async with open_spool(storage.folder, key, car.epoch, car.boot, quota, car.wait_for_room) as opened:
                    serving = _serve(car, opened, tasks, stop)
                    notify("READY=1")
                    await stop.wait()
                    notify("STOPPING=1")
                    loop.call_later(LAST_S, os._exit, BROKEN)
                    await _ended(reading)
                    serving.recorder.stop()
                    await serving.recording
                    await _ended(serving.others)
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


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    """Cancelled, and waited for; a car without devices has none."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class _Serving:
    """The tasks that need the store, so that they can be ended in order."""

    def __init__(self, recorder: Recorder, recording: asyncio.Task[None], others: list[asyncio.Task[None]]) -> None:
        self.recorder = recorder
        self.recording = recording
        self.others = others


def _serve(car: Car, opened: Opened, tasks: asyncio.TaskGroup, stop: asyncio.Event) -> _Serving:
    """The store is open: what was said meanwhile is recorded, and the way to headquarters opens."""
    spool = car.status.spool = opened.spool
    if opened.floor_s is not None:
        car.clock.raise_floor(opened.floor_s * 1000)
    for name, detail in opened.alarms:
        car.alarm(name, detail)
    if car.meter_fault is not None:
        car.alarm("link-count", car.meter_fault)
    car.checkup.load(car.config.storage.folder)
    parent = spool.parent.id if spool.parent else None
    lasts = None if opened.salvaged else spool.lasts()
    start = Start(car.clock.now(), parent, lasts, __version__, opened.salvaged)
    recorder = Recorder(car.inbox, Numbering(start), spool, car.room, car.stream.say, car.clock.now, car.disk)
    window = car.status.window = Window(spool.ledgers, car.epoch, Lulls(car.config.uplink.linger_s), car.policy)
    link = Link(car.config.broker, car.config.vehicle, car.clock.is_past_floor)
    uplink = Uplink(link, car.config.vehicle, spool, window, car.stream.say, car.alarm, is_down=car.link_state.began)
    uplink.downlink = car.data.sets
    endurance = car.status.endurance = Endurance(spool, car.config.storage.folder)
    rounds = Rounds(
        car.clock,
        car.matcher,
        car.inbox,
        car.status,
        car.config.storage.keep_hours,
        (car.checkup.look, endurance.look, car.data.report.look),
        (partial(car.checkup.save, car.config.storage.folder),),
    )
    depot = Depot(car.config.link)
    books = Bookkeeping(car.config.storage.folder, car.policy, depot, car.clock.now, car.stream.say, car.alarm)
    recording = tasks.create_task(recorder.run(uplink.knock), name="recorder")
    others = [
        tasks.create_task(keep_running(uplink.listen, car.link_state, uplink_link.WORLD), name="listen"),
        tasks.create_task(uplink.forward(), name="forward"),
        tasks.create_task(rounds.run(spool, recorder.is_progressing), name="rounds"),
        tasks.create_task(books.run(uplink.knock), name="bookkeeping"),
        tasks.create_task(car.data.sets.run(uplink.knock.set, car.matcher.reload), name="data sets"),
    ]
    if (read_key := key_of(car.config.ignition)) is not None:
        run_on = RunOn(car.config.ignition.run_on_s)
        car.ignition = Ignition(read_key, run_on, car.key_turned, window.hurry, stop.set)
        car.status.parts["ignition"] = car.ignition
        reported = Outage("ignition", car.device_changed)
        others.append(tasks.create_task(keep_running(car.ignition.run, reported, (OSError,)), name="ignition"))
    return _Serving(recorder, recording, others)


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
