"""Looks at a device -> what ails it, said once per change. Pure: no clock, no port; the limits are the configuration's."""

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Final

from edge.config.upkeep import Health
from edge.health.evidence import Evidence, Garble, Lack, Look
from edge.health.usual import Usual


class Ailment(StrEnum):
    """What a device can have, as the socket, the status and headquarters name it."""

    GARBLED = "garbled"
    SILENT = "silent"
    BLIND = "blind"
    NO_FIX = "no-fix"
    FEW = "few-plates"


SAYS: Final = {
    Ailment.GARBLED: "junk instead of frames: line speed, dialect or cable is wrong",
    Ailment.SILENT: "no byte for too long: look at its power and its cable",
    Ailment.BLIND: "it speaks but reads no plate while the car drives: look at lens, light and aim",
    Ailment.NO_FIX: "it speaks but has no fix: look at the aerial, if the sky is open",
    Ailment.FEW: "far fewer plates than usual at this hour: look at lens and aim",
}
NEEDS_A_PERSON: Final = frozenset({Ailment.GARBLED, Ailment.SILENT, Ailment.BLIND})
"""Worth an alarm. The others have innocent causes too: a garage, a football match."""


class Patient:
    """One device: the evidence of each ailment it can have, the weightiest first."""

    def __init__(self, evidence: Mapping[Ailment, Evidence]) -> None:
        self.ailment: Ailment | None = None
        self._evidence = evidence

    def look(self, look: Look) -> bool:
        """True when the ailment has changed. A device whose port is down is not looked at: its outage says enough."""
        for evidence in self._evidence.values():
            evidence.take(look)
        was = self.ailment
        found = next((ailment for ailment, evidence in self._evidence.items() if evidence.holds()), None)
        if found is not None or (was is not None and self._evidence[was].is_over()):
            self.ailment = found
        return self.ailment is not was


def camera(limits: Health, usual: Usual) -> Patient:
    """A camera, which may be silent for good reasons: only driving counts, and mostly against another camera."""
    return Patient(
        {
            Ailment.GARBLED: Garble(),
            Ailment.SILENT: Lack(lambda look: int(look.spoke), partial(_is_witnessed, limits, limits.silent_s)),
            Ailment.BLIND: Lack(lambda look: look.readings, partial(_is_witnessed, limits, limits.blind_s)),
            Ailment.FEW: usual,
        }
    )


def receiver(limits: Health) -> Patient:
    """A receiver, which speaks every second wherever it is."""
    return Patient(
        {
            Ailment.GARBLED: Garble(),
            Ailment.SILENT: Lack(lambda look: int(look.spoke), lambda lack: lack.elapsed_s >= limits.gps_silent_s),
            Ailment.NO_FIX: Lack(lambda look: look.readings, lambda lack: lack.elapsed_s >= limits.no_fix_s),
        }
    )


def _is_witnessed(limits: Health, driven_s: float, lack: Lack) -> bool:
    """Long enough on the road, where another camera read; or so long that no empty road explains it."""
    witnessed = lack.moved_s >= driven_s and lack.others >= limits.witness_plates
    return witnessed or lack.moved_s >= limits.alone_s
