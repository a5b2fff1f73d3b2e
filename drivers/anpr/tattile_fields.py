"""Tattile's fields by name -> `PlateSeen`, or why there is none; shared by its XML and its lines of cells.

    PLATE_STRING            the plate; must be there
    OCRSCORE                093, 92.5: 0-100; above 100 it is out of 999
    DATE  TIME              2026-11-23  18-31-05-120, 18:31:05 or 18:31:05.120: the camera's clock, zone unstated
    DEVICE_SN               the camera; may lack
    PLATE_COUNTRY_CODE      the country; may lack
    BRAND  COLOR            of the vehicle, from cameras that recognise it; may lack

A camera that counts to 999 and is less than 11 % sure is taken as one that counts to 100: it cannot be told.
Source: Tattile's XML and CSV message descriptions, as integrators quote them; tried on no real device yet.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from drivers.anpr.fields import fault_of, share, word
from drivers.dialect import Guard, believed
from drivers.readings import PlateSeen, Reason

PLATE: Final = "PLATE_STRING"
_TIME: Final = re.compile(r"(\d\d)[-:](\d\d)[-:](\d\d)(?:[-:.](\d{1,6}))?", re.ASCII)


def reading_of(fields: Mapping[str, str], guard: Guard) -> PlateSeen | Reason:
    vrm = fields.get(PLATE)
    if vrm is None:
        return "bad field"
    score, at = _score(fields.get("OCRSCORE", "")), _face(fields.get("DATE", ""), fields.get("TIME", ""))
    camera, country = word(fields.get("DEVICE_SN")), word(fields.get("PLATE_COUNTRY_CODE"))
    make, colour = word(fields.get("BRAND")), word(fields.get("COLOR"))
    return fault_of(vrm) or PlateSeen(vrm, believed(score, guard), camera, at, country, make=make, colour=colour)


def fields_of(reading: PlateSeen) -> dict[str, str]:
    """What `reading_of` gives it back from; what is unknown is left out."""
    fields = {PLATE: reading.vrm}
    if reading.camera is not None:
        fields["DEVICE_SN"] = reading.camera
    if reading.confidence is not None:
        fields["OCRSCORE"] = f"{reading.confidence * 100:.10g}"
    if reading.camera_at is not None:
        at = reading.camera_at
        fields["DATE"] = f"{at:%Y-%m-%d}".zfill(10)
        fields["TIME"] = f"{at:%H-%M-%S}-{at.microsecond // 1000:03d}"
    if reading.country is not None:
        fields["PLATE_COUNTRY_CODE"] = reading.country
    return fields


def _score(text: str) -> float | None:
    percent = share(text, 100)
    return share(text, 999) if percent is None else percent


def _face(day: str, time: str) -> datetime | None:
    clock = _TIME.fullmatch(time.strip())
    if clock is None:
        return None
    try:
        return datetime.fromisoformat(
            f"{day.strip()}T{clock[1]}:{clock[2]}:{clock[3]}.{(clock[4] or '0').ljust(6, '0')}"
        )
    except ValueError:
        return None
