"""The intakes' counters, once a look -> each device's ailment: said once per change, sent, and alarmed when a person must act."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from edge import small_file
from edge.clock import CarClock
from edge.config.upkeep import Health as Limits
from edge.health.ailments import NEEDS_A_PERSON, SAYS, Ailment, Patient, camera, receiver
from edge.health.evidence import FRAMING, Look
from edge.health.usual import Usual, load_all
from edge.intake.camera import CameraIntake
from edge.intake.receiver import ReceiverIntake
from edge.intake.whereabouts import Whereabouts
from edge.spool.inbox import Inbox
from edge.supervision import Outage
from proto.events import Health

log = logging.getLogger(__name__)

NAME: Final = "usual.json"
MOVING_MPS: Final = 3.0  # above a receiver's wander; a car that crawls sees the same plate for minutes
ALARM_EVERY_S: Final = (
    3600.0  # of one ailment of one device: a loose contact is one alarm an hour, its changes are health events
)

Intake = CameraIntake | ReceiverIntake
Say = Callable[..., None]
Alarm = Callable[[str, str], None]


@dataclass(slots=True)
class _Bed:
    """A device under observation, and how its counters stood at the latest look."""

    intake: Intake
    outage: Outage
    patient: Patient
    heard_ns: int | None = None
    readings: int = 0
    garbled: int = 0
    since_s: float = 0.0


class Checkup:
    """All devices of the car. `look` is for whoever makes rounds; `now_s` is the event loop's."""

    def __init__(
        self,
        limits: Limits,
        intakes: Iterable[tuple[Intake, Outage]],
        clock: CarClock,
        whereabouts: Whereabouts,
        inbox: Inbox[Any],
        say: Say,
        alarm: Alarm,
    ) -> None:
        self._clock = clock
        self._whereabouts = whereabouts
        self._inbox = inbox
        self._say = say
        self._alarm = alarm
        self._usuals: dict[str, Usual] = {}
        self._beds = [_Bed(intake, outage, self._admitted(intake, limits)) for intake, outage in intakes]
        self._looked_s: float | None = None
        self._alarmed_s: dict[tuple[str, Ailment], float] = {}

    def look(self, now_s: float) -> None:
        """At every device; at the first look there is nothing to compare with."""
        elapsed_s = 0.0 if self._looked_s is None else now_s - self._looked_s
        self._looked_s = now_s
        moment = self._clock.now()
        moved_s = elapsed_s if self._is_moving(moment.uptime_ms) else 0.0
        hour = None if moment.utc_ms is None else moment.utc_ms // 3_600_000 % 24
        plates = {bed.intake.name: _readings(bed.intake) - bed.readings for bed in self._beds if _is_camera(bed.intake)}
        for bed in self._beds:
            others = sum(count for name, count in plates.items() if name != bed.intake.name)
            look = _news(bed, Look(elapsed_s, moved_s, others=others, hour=hour))
            if elapsed_s and bed.outage.is_up and bed.patient.look(look):
                bed.since_s = now_s
                self._report(bed.intake.name, bed.patient.ailment, now_s)

    def load(self, folder: Path) -> None:
        """The cameras' histories; a file that cannot be read is begun anew, and that is said."""
        try:
            table = small_file.read(folder / NAME)
            if table is not None:
                load_all(self._usuals, table)
        except (OSError, ValueError) as error:
            log.warning("what the cameras usually read is lost (%s): it is learned anew", type(error).__name__)

    async def save(self, folder: Path) -> None:
        """Writes the histories when one has grown. A card that takes no write costs them, not the service."""
        grown = [usual for usual in self._usuals.values() if usual.is_unsaved]
        if not grown:
            return
        for usual in grown:
            usual.is_unsaved = False
        table = {name: usual.table() for name, usual in self._usuals.items()}
        try:
            await asyncio.to_thread(small_file.write, folder / NAME, table)
        except OSError as error:
            log.warning("what the cameras usually read is not written: %s", error.strerror)

    def table(self) -> dict[str, Any]:
        """For the status, JSON-ready."""
        now_s = self._looked_s or 0.0
        return {bed.intake.name: _told(bed.patient.ailment, now_s - bed.since_s) for bed in self._beds}

    def figures(self) -> dict[str, int]:
        """For headquarters: `<device>_<ailment>`, 1, of those that there are."""
        sick = [(bed.intake.name, bed.patient.ailment) for bed in self._beds if bed.patient.ailment]
        return {_figure(name, ailment): 1 for name, ailment in sick}

    def _admitted(self, intake: Intake, limits: Limits) -> Patient:
        if not _is_camera(intake):
            return receiver(limits)
        usual = self._usuals[intake.name] = Usual()
        return camera(limits, usual)

    def _is_moving(self, uptime_ms: int) -> bool:
        """By a receiver that knows: without one, no camera is blamed for being silent."""
        speed_mps = self._whereabouts.speed_mps
        return speed_mps is not None and speed_mps >= MOVING_MPS and self._whereabouts.at(uptime_ms) is not None

    def _report(self, name: str, ailment: Ailment | None, now_s: float) -> None:
        told = _told(ailment, 0.0)
        log.log(logging.WARNING if ailment else logging.INFO, "%s: %s", name, told["reason"])
        self._say("health", name=name, ailment=ailment, reason=told["reason"])
        figures: Sequence[tuple[str, int]] = [(_figure(name, each), int(each is ailment)) for each in Ailment]
        self._inbox.offer(Health(self._clock.now(), tuple(figures)), "health")
        if ailment not in NEEDS_A_PERSON:
            return
        alarmed_s = self._alarmed_s.get((name, ailment))
        if alarmed_s is None or now_s - alarmed_s >= ALARM_EVERY_S:
            self._alarmed_s[name, ailment] = now_s
            self._alarm(f"device-{ailment}", f"{name}: {told['reason']}")


def _news(bed: _Bed, look: Look) -> Look:
    """The look, with what the device did since the one before; the bed keeps how its counters stand."""
    heard_ns, readings = bed.intake.heard_ns, _readings(bed.intake)
    garbled = sum(count for reason, count in bed.intake.junk.items() if reason in FRAMING)
    spoke, came, junk = heard_ns != bed.heard_ns, readings - bed.readings, garbled - bed.garbled
    bed.heard_ns, bed.readings, bed.garbled = heard_ns, readings, garbled
    return Look(look.elapsed_s, look.moved_s, spoke, came, junk, look.others, look.hour)


def _is_camera(intake: Intake) -> bool:
    return isinstance(intake, CameraIntake)


def _readings(intake: Intake) -> int:
    return intake.reads if isinstance(intake, CameraIntake) else intake.fixes


def _told(ailment: Ailment | None, since_s: float) -> dict[str, Any]:
    reason = "well" if ailment is None else SAYS[ailment]
    return {"ailment": ailment, "reason": reason, "since_s": None if ailment is None else round(since_s)}


def _figure(name: str, ailment: Ailment) -> str:
    return f"{name}_{ailment.replace('-', '_')}"
