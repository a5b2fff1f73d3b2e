"""Rekor (OpenALPR) agents' JSON lines -> `PlateSeen`, one a plate a frame; the group that follows is no second read.

    {"data_type":"alpr_results","epoch_time":1795458665000,"camera_id":7,
     "results":[{"plate":"AB12CDE","confidence":92.5,"region":"eu-gb", ...}, ...], ...}             one a frame
    {"data_type":"alpr_group","epoch_start":1795458665000,"camera_id":7,
     "best_plate_number":"AB12CDE","best_confidence":92.5,"best_region":"eu-gb",
     "vehicle":{"color":[{"name":"silver-gray","confidence":84.1},...],"make":[...],...}, ...}     up to 10 s later

`alpr_results` is what warns in time. A group sums up results of one vehicle that were read already: once results have
come on this connection, groups are read past. Until then a group is a reading, for an agent may be set to send groups only.
`best_plate_number` is the group's plate; its candidates[0] may be another.

Neither readings nor junk: groups, as said; results without a plate; heartbeats and all other kinds. `epoch_*` is in UTC.
There is no checksum of its own: it comes by TCP.
Source: Rekor Scout's and OpenALPR's description of the agent's JSON.
"""

from dataclasses import replace
from typing import Any, ClassVar, Final

from drivers.anpr.fields import face_of_ms, fault_of, ms_of_face, of_one_line, word
from drivers.dialect import Guard, LineSettings, believed
from drivers.jsonlines import JsonLines, known, number, written
from drivers.readings import Junk, PlateSeen, Reason

HALF_SURE: Final = 50  # percent


class Rekor:
    """One agent's connection."""

    name: ClassVar[str] = "rekor"
    about: ClassVar[str] = "Rekor Scout, OpenALPR: JSON lines, alpr_results and alpr_group"
    line: ClassVar[LineSettings] = LineSettings()
    checksum: ClassVar[Guard | None] = "tcp"
    greeting: ClassVar[bytes] = b""
    _KIND: ClassVar[str] = "alpr_results"

    def __init__(self) -> None:
        self._lines = JsonLines()
        self._says_results = False

    def feed(self, data: bytes, /) -> list[PlateSeen | Junk]:
        found: list[PlateSeen | Junk] = []
        for said in self._lines.feed(data):
            found += [said] if isinstance(said, Junk) else of_one_line(said.line, self._understood(said.fields))
        return found

    def close(self) -> list[PlateSeen | Junk]:
        self._says_results = False
        return [*self._lines.close()]

    def encode(self, reading: PlateSeen, /) -> bytes:
        """As `alpr_results` of one plate. ValueError: a plate that would not be taken for one."""
        if fault_of(reading.vrm):
            raise ValueError("no plate, or one that is not believed")
        percent = None if reading.confidence is None else reading.confidence * 100
        result = known({"plate": reading.vrm, "confidence": percent, "region": reading.country})
        at = None if reading.camera_at is None else ms_of_face(reading.camera_at)
        return written({"data_type": self._KIND, "epoch_time": at, "camera_id": reading.camera, "results": [result]})

    def _understood(self, said: dict[str, Any]) -> list[PlateSeen | Reason]:
        kind, results = said.get("data_type"), said.get("results")
        if kind == self._KIND and isinstance(results, list):
            self._says_results = True
            return [_result(said, each) for each in results]
        if kind == "alpr_group":
            return [] if self._says_results else [_group(said)]
        return [] if isinstance(kind, str) and kind != self._KIND else ["bad field"]


def _result(said: dict[str, Any], result: object) -> PlateSeen | Reason:
    if not isinstance(result, dict):
        return "bad field"
    return _seen(said, result.get("plate"), result.get("confidence"), said.get("epoch_time"), result.get("region"))


def _group(said: dict[str, Any]) -> PlateSeen | Reason:
    plate, confidence = said.get("best_plate_number"), said.get("best_confidence")
    seen = _seen(said, plate, confidence, said.get("epoch_start"), said.get("best_region"))
    vehicle = said.get("vehicle")
    if not isinstance(seen, PlateSeen) or not isinstance(vehicle, dict):
        return seen
    return replace(seen, make=_surest(vehicle.get("make")), colour=_surest(vehicle.get("color")))


def _surest(guesses: object) -> str | None:
    """The first guess, which is the best, when the agent is at least half sure of it."""
    first = guesses[0] if isinstance(guesses, list) and guesses else None
    if not isinstance(first, dict) or (number(first.get("confidence"), 0, 100) or 0) < HALF_SURE:
        return None
    return word(first.get("name"))


def _seen(said: dict[str, Any], plate: object, percent: object, ms: object, region: object) -> PlateSeen | Reason:
    if not isinstance(plate, str):
        return "bad field"
    sure = number(percent, 0, 100)
    confidence = believed(None if sure is None else sure / 100, Rekor.checksum)
    camera_at = face_of_ms(number(ms))
    return fault_of(plate) or PlateSeen(plate, confidence, word(said.get("camera_id")), camera_at, word(region))
