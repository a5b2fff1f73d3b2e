"""Plate Recognizer's webhook bodies as JSON lines -> `PlateSeen`, one a plate.

    {"hook":{"event":"recognition", ...},
     "data":{"camera_id":"camera-1","timestamp":"2026-11-23T18:31:05.120Z",
             "results":[{"plate":"ab12cde","score":0.885,"region":{"code":"gb", ...},
                         "model_make":[{"make":"Ford","model":"Focus","score":0.8},...],
                         "color":[{"color":"blue","score":0.9},...], ...}, ...], ...}}

One a line; `data` may also stand alone, as Stream writes it to a file. Plates come in small letters and are given in
capitals, as they are painted. `score` is 0..1 (`dscore` is the detector's, of there being a plate at all). A timestamp
with a zone is turned to UTC.

Neither readings nor junk: results without a plate, other hooks. There is no checksum of its own: it comes by TCP.
Source: Plate Recognizer Stream, "Webhooks and Outputs".
"""

from typing import Any, ClassVar, Final

from drivers.anpr.fields import fault_of, of_one_line, utc_face, word
from drivers.dialect import Guard, LineSettings, believed
from drivers.jsonlines import JsonLines, known, number, written
from drivers.readings import Junk, PlateSeen, Reason

HALF_SURE: Final = 0.5


class PlateRecognizer:
    """One camera's connection."""

    name: ClassVar[str] = "platerecognizer"
    about: ClassVar[str] = "Plate Recognizer Stream: webhook bodies, or its own records, as JSON lines"
    line: ClassVar[LineSettings] = LineSettings()
    checksum: ClassVar[Guard | None] = "tcp"
    greeting: ClassVar[bytes] = b""

    def __init__(self) -> None:
        self._lines = JsonLines()

    def feed(self, data: bytes, /) -> list[PlateSeen | Junk]:
        found: list[PlateSeen | Junk] = []
        for said in self._lines.feed(data):
            found += [said] if isinstance(said, Junk) else of_one_line(said.line, _understood(said.fields))
        return found

    def close(self) -> list[PlateSeen | Junk]:
        return [*self._lines.close()]

    def encode(self, reading: PlateSeen, /) -> bytes:
        """ValueError: a plate that would not be given back from small letters."""
        plate = reading.vrm.lower()
        if fault_of(reading.vrm) or plate.upper() != reading.vrm:
            raise ValueError("no plate, or one that small letters cannot say")
        region = None if reading.country is None else {"code": reading.country}
        result = known({"plate": plate, "score": reading.confidence, "region": region})
        at = None if reading.camera_at is None else f"{reading.camera_at.isoformat()}Z"
        data = known({"camera_id": reading.camera, "timestamp": at, "results": [result]})
        return written({"hook": {"event": "recognition"}, "data": data})


def _understood(said: dict[str, Any]) -> list[PlateSeen | Reason]:
    data = said.get("data", said)
    results = data.get("results") if isinstance(data, dict) else None
    if isinstance(results, list):
        return [_result(data, each) for each in results]
    return [] if isinstance(said.get("hook"), dict) else ["bad field"]


def _result(data: dict[str, Any], result: object) -> PlateSeen | Reason:
    if not isinstance(result, dict) or not isinstance(plate := result.get("plate"), str):
        return "bad field"
    region = result.get("region")
    country = word(region.get("code")) if isinstance(region, dict) else None
    confidence = believed(number(result.get("score"), 0, 1), PlateRecognizer.checksum)
    camera, at = word(data.get("camera_id")), utc_face(data.get("timestamp"))
    make, colour = _surest(result.get("model_make"), "make"), _surest(result.get("color"), "color")
    return fault_of(plate) or PlateSeen(plate.upper(), confidence, camera, at, country, make=make, colour=colour)


def _surest(guesses: object, name: str) -> str | None:
    """The first guess, which is the best, when it is at least half sure."""
    first = guesses[0] if isinstance(guesses, list) and guesses else None
    if not isinstance(first, dict) or (number(first.get("score"), 0, 1) or 0) < HALF_SURE:
        return None
    return word(first.get(name))
