"""One process's life in the car: the real delivery, with intakes wired as `edge/car.py` wires them, over a simulated world."""

import asyncio
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from edge import identity
from edge.clock import CarClock, Sources
from edge.config import car as told
from edge.delivery import LAST_S, Delivery, start_of
from edge.health.rounds import Rounds
from edge.intake.camera import CameraIntake
from edge.intake.receiver import ReceiverIntake
from edge.intake.tracker import Tracker
from edge.intake.watch import Watch
from edge.intake.whereabouts import Whereabouts
from edge.matcher.matcher import Matcher
from edge.spool.database import StoreError
from edge.spool.group import Group
from edge.spool.inbox import Inbox
from edge.spool.numbering import Item, Numbering
from edge.spool.opening import Opened, mark_suspect, open_spool, path_of
from edge.spool.room import Room
from edge.supervision import Outage, keep_running
from edge.uplink.policy import Policy
from edge.uplink.window import Window
from proto.events import Alarm, Start
from proto.lanes import BY_WORD
from tests.virtual.rig.loop import Process
from tests.virtual.rig.net import SimLink
from tests.virtual.rig.ports import BASE_MS
from tests.virtual.rig.witness import KEY

if TYPE_CHECKING:
    from edge.health.status import Status
    from edge.uplink.link import Link
    from tests.virtual.rig.history import History

VEHICLE: Final = "k-0417"
_STORAGE: Final = told.Storage(Path("/dev/none"), Path("/dev/none"))
"""Its groups are those of a car that is told nothing of them."""


class Life:
    """From the process's start to its end."""

    def __init__(self, history: "History", n: int, boot: bytes, booted_s: float) -> None:
        self.process = Process(history.loop, f"car {n}")
        self.window: Window | None = None
        self.spool_ledgers: Any = {}
        self.room = Room(history.folder / "car")
        self.disk, self.link_state = Outage("disk", lambda *_: None), Outage("link", lambda *_: None)
        self.policy = Policy()
        self.inbox: Inbox[Item] = Inbox(_STORAGE.group_events, _STORAGE.group_ms / 1000)
        self.stopped = asyncio.Event()
        self._history = history
        self._boot = boot
        self._booted_s = booted_s
        self._synchronised_s = booted_s + history.loop.chance.uniform(1, 90)
        self.epoch = identity.draw_epoch(history.loop.chance.randbytes)
        self.clock = CarClock(Sources(self._uptime_ms, self._utc_ms, self._is_synchronised))
        self.is_clean = False

    def _uptime_ms(self) -> int:
        return int((self._history.loop.now_s - self._booted_s) * 1000) + 20_000

    def _is_synchronised(self) -> bool:
        return self._history.loop.now_s >= self._synchronised_s

    def _utc_ms(self) -> int:
        """A board without a clock of its own begins in the past."""
        now_ms = int(self._history.loop.now_s * 1000)
        return now_ms + (BASE_MS if self._is_synchronised() else 0)

    def begin(self) -> None:
        """Power is on."""
        self.process.start(self._run()).add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        if self.process.is_over or task.cancelled():
            return
        error = task.exception()
        if error is not None and not _is_disk(error):
            inner = _innermost(error)
            where = "".join(traceback.format_tb(inner.__traceback__)[-6:])
            self._history.witness.breaks(f"the car ended by a fault of ours: {inner!r}\n{where}")
        self._history.ended(self)

    async def _run(self) -> None:
        """As edge/app.py, `run`."""
        history, folder = self._history, self._history.folder / "car"
        chance = history.loop.chance.random
        inbox, whereabouts = self.inbox, Whereabouts()
        matcher = _Matcher(history.lists, KEY, allow_unsigned=True, alarm=self.alarm)
        watch = Watch(self.clock, whereabouts, matcher, inbox, lambda *_: None, Tracker())
        intakes: list[CameraIntake | ReceiverIntake] = [
            CameraIntake(told.Camera(name, "line", Path("/dev/none")), watch, device.opened)
            for name, device in history.cameras.items()
        ]
        gps = told.Gps(Path("/dev/none"))
        intakes.append(ReceiverIntake(gps, self.clock, whereabouts, inbox, None, history.receiver.opened))
        try:
            async with asyncio.TaskGroup() as tasks:
                reading = [
                    tasks.create_task(
                        keep_running(intake.run, Outage(intake.name, lambda *_: None), (OSError,), chance=chance)
                    )
                    for intake in intakes
                ]
                async with open_spool(
                    folder, KEY, self.epoch, self._boot, history.plan.quota_bytes, None, history.disk.opened
                ) as opened:
                    delivery = self._deliver(opened)
                    delivery.begin(tasks, chance)
                    rounds = Rounds(self.clock, matcher, inbox, cast("Status", _Figures()), history.plan.keep_hours)
                    tidying = tasks.create_task(rounds.run(opened.spool, delivery.recorder.is_progressing))
                    await self.stopped.wait()
                    history.loop.call_later(LAST_S, self._overdue)
                    await delivery.end(reading, [tidying])
        except* StoreError:
            mark_suspect(folder, KEY)
            raise
        finally:
            matcher.close()
        self.is_clean = True

    def _deliver(self, opened: Opened) -> Delivery:
        """As edge/app.py, with who looks at each number."""
        history = self._history
        if opened.salvaged:
            history.witness.breaks("a spool that nobody damaged was salvaged")
        numbering = _Numbering(start_of(opened, self.clock, "virtual"), partial(history.witness.numbered, self.epoch))
        link = cast("Link", SimLink(history.net, history.witness.publishes))
        delivery = Delivery(self, opened, numbering, link, VEHICLE, told.Uplink().linger_s)
        self.window, self.spool_ledgers = delivery.window, opened.spool.ledgers
        history.witness.begins(path_of(history.folder / "car", KEY), delivery.window, self.epoch)
        return delivery

    def stop(self) -> None:
        """SIGTERM."""
        self.stopped.set()

    def _overdue(self) -> None:
        if not self.process.is_over and not self.is_clean:
            self._history.cut(self)

    def say(self, kind: str, /, **fields: Any) -> None:  # noqa: ANN401 - as EventStream.say
        if kind == "stored":
            self._history.loop.say(f"stored {fields['lane']} {fields['first']}..{fields['last']}")
            self._history.witness.stored(self.epoch, BY_WORD[fields["lane"]], fields["first"], fields["last"])
            self.process.happened("stored")

    def alarm(self, name: str, detail: str) -> None:
        """As edge/car.py."""
        self._history.witness.alarms.add(name)
        self.inbox.offer(Alarm(self.clock.now(), name, detail), "urgent", urgent=True)


class _Numbering(Numbering):
    """The real one; what it has numbered is noted."""

    def __init__(self, start: Start, numbered: Callable[[Group], None]) -> None:
        super().__init__(start)
        self._numbered = numbered

    def group(self) -> Group:
        group = super().group()
        self._numbered(group)
        return group


class _Matcher(Matcher):
    """The real one, in a world where no list is ever swapped: it looks into the folder once."""

    def reload(self) -> None:
        if not self.lists:
            super().reload()


class _Figures:
    """A status with one figure."""

    def figures(self) -> tuple[tuple[str, int], ...]:
        return (("reads", 1),)


def _is_disk(error: BaseException) -> bool:
    """A disk that said that it failed: the process ends, as it must. Full is no such thing: it is waited out."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(_is_disk, error.exceptions))
    return isinstance(error, StoreError) and getattr(error, "sqlite_errorcode", 0) & 0xFF == 10


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
