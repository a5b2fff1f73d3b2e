"""What a life says -> numbered, stored, sent, receipted; begun and ended in order. The daemon runs it, and so does virtual time."""

import asyncio
import random
from collections.abc import Callable
from typing import Any, Final, Protocol

from edge.clock import CarClock
from edge.spool.inbox import Inbox
from edge.spool.numbering import Item, Numbering
from edge.spool.opening import Opened
from edge.spool.recorder import Recorder
from edge.spool.room import Room
from edge.supervision import Outage, ended, keep_running
from edge.uplink import link as uplink_link
from edge.uplink.link import Link
from edge.uplink.lull import Lulls
from edge.uplink.policy import Policy
from edge.uplink.uplink import Uplink
from edge.uplink.window import Window
from proto.events import Start

LAST_S: Final = 2.8  # promised: a clean stop within 3 s, whatever the disk or the broker does


class Life(Protocol):
    """One process of a car, before its store is open."""

    epoch: bytes
    clock: CarClock
    inbox: Inbox[Item]
    room: Room
    disk: Outage
    link_state: Outage
    policy: Policy

    def say(self, kind: str, /, **fields: Any) -> None:  # noqa: ANN401 - as EventStream.say
        """A line on the socket."""

    def alarm(self, name: str, detail: str) -> None:
        """For a person to look at."""


def start_of(opened: Opened, clock: CarClock, version: str) -> Start:
    """A life's first event: which one it follows, and how far that one had come, if its store can be trusted.

    The clock learns what the store knows to be past.
    """
    if opened.floor_s is not None:
        clock.raise_floor(opened.floor_s * 1000)
    spool = opened.spool
    parent = spool.parent.id if spool.parent else None
    return Start(clock.now(), parent, None if opened.salvaged else spool.lasts(), version, opened.salvaged)


class Delivery:
    """Recorder, window and uplink over an open store."""

    def __init__(
        self, life: Life, opened: Opened, numbering: Numbering, link: Link, vehicle: str, linger_s: float
    ) -> None:
        spool = opened.spool
        self.recorder = Recorder(life.inbox, numbering, spool, life.room, life.say, life.clock.now, life.disk)
        self.window = Window(spool.ledgers, life.epoch, Lulls(linger_s), life.policy)
        self.uplink = Uplink(link, vehicle, spool, self.window, life.say, life.alarm, is_down=life.link_state.began)
        self._link_state = life.link_state
        self._recording: asyncio.Task[None] | None = None
        self._sending: list[asyncio.Task[None]] = []

    def begin(self, tasks: asyncio.TaskGroup, chance: Callable[[], float] = random.random) -> None:
        """Records and sends from now on."""
        uplink = self.uplink
        listening = keep_running(uplink.listen, self._link_state, uplink_link.WORLD, chance=chance)
        self._recording = tasks.create_task(self.recorder.run(uplink.knock), name="recorder")
        self._sending = [
            tasks.create_task(listening, name="listen"),
            tasks.create_task(uplink.forward(), name="forward"),
        ]

    async def end(self, reading: list["asyncio.Task[None]"], others: list["asyncio.Task[None]"]) -> None:
        """First who reads devices, so that no more is said; then all that was said is committed; then everything else."""
        await ended(reading)
        self.recorder.stop()
        if self._recording is not None:
            await self._recording
        await ended(self._sending + others)
