"""One process's parts, made in the order the data flows, and what they say to the crew, the log and headquarters."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

from edge import identity
from edge.audit.changes import Changes
from edge.audit.records import AuditRecords
from edge.clock import CarClock
from edge.config.car import Config
from edge.crew.parts import CrewPart
from edge.data.parts import parts_of
from edge.health.checkup import Checkup
from edge.health.status import Status
from edge.hits.judgement import Judgement
from edge.hits.parts import parts_of as hits_of
from edge.hits.telling import advisory_fields
from edge.ignition.ignition import Ignition
from edge.intake.camera import CameraIntake
from edge.intake.receiver import ReceiverIntake, receivers
from edge.intake.sighting import Alert, Sighting
from edge.intake.tracker import Tracker
from edge.intake.watch import Watch
from edge.intake.whereabouts import Whereabouts
from edge.lookouts.parts import parts_of as crew_lists_of
from edge.lookups.parts import LookupPart
from edge.matcher.entry import Entry
from edge.matcher.matcher import Matcher
from edge.notify import notify
from edge.patrol.parts import patrol_of
from edge.spool.inbox import Inbox
from edge.spool.numbering import Item
from edge.spool.recorder import RETRY_S
from edge.spool.room import Room
from edge.supervision import Outage
from edge.terminal.stream import EventStream
from edge.uplink import bookkeeping
from edge.uplink.downlink import Downlink
from edge.uplink.policy import Policy
from proto.events import Alarm, Health

log = logging.getLogger(__name__)


class Car:
    """One process's parts, in the order the data flows."""

    def __init__(self, config: Config, key: str) -> None:
        self.config = config
        self.key = key
        self.epoch, self.boot = identity.draw_epoch(), identity.boot_id()
        self.stream = EventStream()
        self.say = self.stream.say
        self.inbox: Inbox[Item] = Inbox(config.storage.group_events, config.storage.group_ms / 1000)
        self.audit = AuditRecords(self.inbox, self.alarm)
        self.clock = CarClock()
        self.whereabouts = Whereabouts()
        self.matcher = Matcher(
            config.storage.folder / "lists", key, allow_unsigned=config.lists.allow_unsigned, alarm=self.alarm
        )
        self.judgement = Judgement(self.matcher, config.alerts)
        self.watch = Watch(
            self.clock,
            self.whereabouts,
            self.matcher,
            self.inbox,
            self.warn,
            Tracker(),
            {camera.name: camera.least_confidence for camera in config.cameras if camera.least_confidence is not None},
            self.confirm,
            self.judgement,
            self.advise,
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
            config.health, self.intakes, self.clock, self.whereabouts, self.inbox, self.say, self.alarm
        )
        meter, self.meter_fault = bookkeeping.load(config.storage.folder)
        self.policy = Policy(meter, config.link.month_bytes, has_depot=config.link.has_depot)
        self.data = parts_of(config, key, self.clock, self.stream, self.alarm, self.policy.may_fetch)
        self.hits = hits_of(self.epoch, config.alerts, self.stream, self.clock.now, self.matcher, self.inbox)
        self.crew_lists = crew_lists_of(
            config.storage.folder, key, self.stream, self.clock.now, self.whereabouts, self.judgement.budget,
            self.hits.record, self.alarm,
        )  # fmt: skip
        self.matcher.own = self.crew_lists.own
        self.patrol = patrol_of(
            config, key, self.boot, self.clock, self.whereabouts, self.data.sets, self.inbox, self.stream, self.alarm
        )
        storage = (config.storage.folder, key)
        self.crew = CrewPart(storage, self.boot, self.audit, self.stream, self.clock.now, self.whereabouts.at)
        self.lookups = LookupPart(
            config.lookups,
            storage,
            self.boot,
            self.audit,
            self.crew.crew,
            self.matcher,
            self.clock.now,
            self.whereabouts.at,
            lambda: self.link_state.is_up is True,
        )
        self.lookups.answer_on(self.stream)
        self.changes = Changes(self.audit, self.clock.now, self._carried)
        self.downlinks: list[Downlink] = [
            self.data.sets,
            self.audit,
            self.lookups.desk.base,
            self.hits.base,
            self.patrol,
        ]
        self.status.is_overdue = self.data.report.is_name_overdue
        self.status.parts |= {
            "health": self.checkup,
            "traffic": self.policy,
            "data": self.data.report,
            "patrol": self.patrol,
            "disk": self.disk,
            "hits": self.hits.hits,
        }
        self.stream.on_ask("status", lambda _: self.status.now())
        self.stream.on_ask("reload", self._reload)

    def warn(self, sighting: Sighting, alert: Alert) -> None:
        """The crew sees it now; the log gets its number only."""
        self.hits.warn(sighting, alert)
        log.info("alert %s-%d", self.epoch.hex(), alert.number)

    def look_at_lists(self, _: float) -> None:
        """Those that were swapped are searched in what was read before; those that are damaged are fetched again."""
        while self.matcher.swapped:
            self.crew_lists.searching.want_list(self.matcher.swapped.pop())
        if self.matcher.damaged:
            self.data.sets.fetch_again(self.matcher.damaged)

    def advise(self, sighting: Sighting, entries: list[Entry]) -> None:
        """The plate looks like a listed one: to be seen, not heard."""
        self.say("advisory", **advisory_fields(sighting, entries))

    def confirm(self, number: int) -> None:
        """A doubtful alert is one no more: the camera has read the same plate well."""
        self.say("confirmed", id=f"{self.epoch.hex()}-{number}")

    def key_turned(self, off: bool, left_s: float | None) -> None:
        """The ignition: on the socket, and to headquarters."""
        self.say("ignition", off=off, left_s=left_s)
        self.inbox.offer(Health(self.clock.now(), (("ignition_off", int(off)),)), "health")

    def alarm(self, name: str, detail: str) -> None:
        """For a person to look at: on the socket, in the log, and to headquarters."""
        log.error("alarm %s: %s", name, detail)
        self.say("alarm", name=name, detail=detail)
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

    def in_place(self) -> None:
        """A data set was swapped."""
        self.matcher.reload()
        self.crew.crew.stir()
        self.changes.look()

    def _carried(self) -> dict[str, str]:
        """Every set by its name; a list from a file that nobody signed is one, too."""
        lists = {about.name: str(about.version) for about in self.matcher.lists}
        return lists | {held.name: str(held.version) for held in self.data.sets.held.values() if held.is_there}

    def _reload(self, _: dict[str, Any]) -> dict[str, Any]:
        self.data.sets.reload()
        self.in_place()
        return {"lists": self.status.lists()}

    def device_changed(self, name: str, up: bool, reason: str) -> None:
        """A port, the disk, the key's line: on the socket."""
        self.say("device", name=name, up=up, reason=reason)

    def _link_changed(self, _: str, up: bool, reason: str) -> None:
        self.say("link", up=up, reason=reason)
