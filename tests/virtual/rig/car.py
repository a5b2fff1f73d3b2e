"""One process's life in the car, wired as `edge/app.py` and `edge/car.py` wire it, over a simulated world."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from edge import identity
from edge.clock import CarClock, Sources
from edge.config import car as told
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
from edge.spool.recorder import Recorder
from edge.spool.room import Room
from edge.supervision import Outage, keep_running
from edge.uplink import link as uplink_link
from edge.uplink.lull import Lulls
from edge.uplink.policy import Policy
from edge.uplink.uplink import Uplink
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
LAST_S: Final = 2.8  # as edge/app.py: then the process ends, whatever hangs


class Life:
    """From the process's start to its end."""

    def __init__(self, history: "History", n: int, boot: bytes, booted_s: float) -> None:
        self.process = Process(history.loop, f"car {n}")
        self.window: Window | None = None
        self.spool_ledgers: Any = {}
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
        inbox, whereabouts = self.inbox, Whereabouts()
        matcher = _Matcher(history.lists, KEY, allow_unsigned=True, alarm=self._alarm)
        watch = Watch(self.clock, whereabouts, matcher, inbox, lambda *_: None, Tracker())
        intakes: list[CameraIntake | ReceiverIntake] = [
            CameraIntake(told.Camera(name, "line", Path("/dev/none")), watch, device.opened)
            for name, device in history.cameras.items()
        ]
        gps = told.Gps(Path("/dev/none"))
        intakes.append(ReceiverIntake(gps, self.clock, whereabouts, inbox, None, history.receiver.opened))
        try:
            async with asyncio.TaskGroup() as tasks:
                reading = [self._kept(tasks, intake.run, intake.name, (OSError,)) for intake in intakes]
                async with open_spool(
                    folder, KEY, self.epoch, self._boot, history.plan.quota_bytes, None, history.disk.opened
                ) as opened:
                    recorder, recording, others = self._serve(opened, tasks, matcher)
                    await self.stopped.wait()
                    history.loop.call_later(LAST_S, self._overdue)
                    await _ended(reading)
                    recorder.stop()
                    await recording
                    await _ended(others)
        except* StoreError:
            mark_suspect(folder, KEY)
            raise
        finally:
            matcher.close()
        self.is_clean = True

    def _serve(
        self, opened: Opened, tasks: asyncio.TaskGroup, matcher: Matcher
    ) -> tuple[Recorder, "asyncio.Task[None]", list["asyncio.Task[None]"]]:
        """As edge/app.py, `_serve`."""
        history, spool, inbox = self._history, opened.spool, self.inbox
        if opened.floor_s is not None:
            self.clock.raise_floor(opened.floor_s * 1000)
        if opened.salvaged:
            history.witness.breaks("a spool that nobody damaged was salvaged")
        parent = spool.parent.id if spool.parent else None
        start = Start(self.clock.now(), parent, None if opened.salvaged else spool.lasts(), "virtual", opened.salvaged)
        numbering = _Numbering(start, partial(history.witness.numbered, self.epoch))
        disk = Outage("disk", lambda *_: None)
        room = Room(history.folder / "car")
        recorder = Recorder(inbox, numbering, spool, room, self._say, self.clock.now, disk)
        window = self.window = Window(spool.ledgers, self.epoch, Lulls(told.Uplink().linger_s), Policy())
        link = cast("Link", SimLink(history.net, history.witness.publishes))
        uplink = Uplink(link, VEHICLE, spool, window, self._say, self._alarm, is_down=lambda _: None)
        history.witness.begins(path_of(history.folder / "car", KEY), window, self.epoch)
        self.spool_ledgers = spool.ledgers
        rounds = Rounds(self.clock, matcher, inbox, cast("Status", _Figures()), history.plan.keep_hours)
        recording = tasks.create_task(recorder.run(uplink.knock))
        return (
            recorder,
            recording,
            [
                self._kept(tasks, uplink.listen, "link", uplink_link.WORLD),
                tasks.create_task(uplink.forward()),
                tasks.create_task(rounds.run(spool, recorder.is_progressing)),
            ],
        )

    def _kept(
        self,
        tasks: asyncio.TaskGroup,
        deed: Callable[[Callable[[], None]], Awaitable[None]],
        name: str,
        world: tuple[type[Exception], ...],
    ) -> "asyncio.Task[None]":
        chance = self._history.loop.chance.random
        return tasks.create_task(keep_running(deed, Outage(name, lambda *_: None), world, chance=chance))

    def stop(self) -> None:
        """SIGTERM."""
        self.stopped.set()

    def _overdue(self) -> None:
        if not self.process.is_over and not self.is_clean:
            self._history.cut(self)

    def _say(self, kind: str, /, **fields: Any) -> None:  # noqa: ANN401 - as EventStream.say
        if kind == "stored":
            self._history.loop.say(f"stored {fields['lane']} {fields['first']}..{fields['last']}")
            self._history.witness.stored(self.epoch, BY_WORD[fields["lane"]], fields["first"], fields["last"])
            self.process.happened("stored")

    def _alarm(self, name: str, detail: str) -> None:
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


async def _ended(tasks: list["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _is_disk(error: BaseException) -> bool:
    """A disk that said that it failed: the process ends, as it must. Full is no such thing: it is waited out."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(_is_disk, error.exceptions))
    return isinstance(error, StoreError) and getattr(error, "sqlite_errorcode", 0) & 0xFF == 10


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
