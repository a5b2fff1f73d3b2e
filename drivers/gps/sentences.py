"""The fields of one RMC, GGA or GSA sentence <-> `Fix`; a sentence without a position gives the reason instead.

Layouts (NMEA 0183 4.10; older receivers leave the last fields of RMC away), by number of the field:

    RMC 1 time 2 status 3 lat 4 N|S 5 lon 6 E|W 7 speed (knots) 8 track (true) 9 date 10 magvar 11 E|W 12 mode 13 nav
    GGA 1 time 2 lat 3 N|S 4 lon 5 E|W 6 quality 7 satellites 8 HDOP 9 altitude 10 M 11 geoid 12 M 13 age 14 station
    GSA 1 A|M 2 dimensions 3-14 satellites 15 PDOP 16 HDOP 17 VDOP

What must be there for a position is checked strictly; any other field that cannot be read is unknown, not a fault:
receivers with a broken calendar know very well where they are.
"""

import operator
import re
from collections.abc import Sequence
from datetime import datetime
from functools import reduce

from drivers.gps.dates import dated, instant, time_of_day
from drivers.readings import Fix, Reason

KNOT_MPS = 1852 / 3600

_NUMBER = re.compile(r"-?\d{1,9}(\.\d{0,9})?|-?\.\d{1,9}", re.ASCII)
_LAT = re.compile(r"\d{4}(\.\d{0,9})?", re.ASCII)
_LON = re.compile(r"\d{5}(\.\d{0,9})?", re.ASCII)

_MODES = {"": False, "A": False, "D": False, "P": False, "R": False, "F": False, "E": True}
"""RMC mode -> estimated? The others are where the car is not: N none, M typed in by hand, S simulated."""
_MODES_WITHOUT_FIX = frozenset("NMS")
_QUALITIES = frozenset("12345")
"""GGA: 1 autonomous, 2 differential, 3 precise, 4 and 5 RTK."""
_QUALITIES_WITHOUT_FIX = frozenset(["", "0", "6", "7", "8"])
"""0 none, 7 by hand, 8 simulated. 6 is dead reckoning with or without its limits exceeded: only RMC's status tells."""


def fix_from_rmc(fields: Sequence[str]) -> Fix | Reason:
    if len(fields) < 12:
        return "bad field"
    mode = fields[12] if len(fields) > 12 else ""
    if fields[2] == "V" or mode in _MODES_WITHOUT_FIX:
        return "no fix"
    if fields[2] != "A" or mode not in _MODES:
        return "bad field"
    place = _place(fields[3:7])
    if isinstance(place, str):
        return place
    speed_knots = _number(fields[7], least=0)
    heading = _number(fields[8], least=0, most=360)
    return Fix(
        *place,
        at=instant(fields[9], fields[1]),
        speed_mps=None if speed_knots is None else speed_knots * KNOT_MPS,
        heading_deg=None if heading is None else heading % 360,
        estimated=_MODES[mode],
    )


def fix_from_gga(fields: Sequence[str], near: datetime | None) -> Fix | Reason:
    """GGA has no date: `near` is the instant of the latest dated sentence, or None."""
    if len(fields) < 15:
        return "bad field"
    if fields[6] in _QUALITIES_WITHOUT_FIX:
        return "no fix"
    if fields[6] not in _QUALITIES:
        return "bad field"
    place = _place(fields[2:6])
    if isinstance(place, str):
        return place
    at = time_of_day(fields[1])
    satellites = _number(fields[7], least=0)
    return Fix(
        *place,
        at=None if at is None or near is None else dated(at, near),
        altitude_m=_number(fields[9]),
        hdop=_number(fields[8], least=0),
        satellites=None if satellites is None else int(satellites),
    )


def hdop_from_gsa(fields: Sequence[str]) -> float | None:
    """None without a fix, or when the field is missing."""
    return _number(fields[16], least=0) if len(fields) > 16 and fields[2] in {"2", "3"} else None


def rmc(fix: Fix) -> bytes:
    """`$GPRMC` of NMEA 2.3: position to 1.8 cm, time to 1 ms, speed to 0.001 knots, track to 0.01 degrees."""
    at = fix.at
    speed = "" if fix.speed_mps is None else f"{fix.speed_mps / KNOT_MPS:.3f}"
    heading = "" if fix.heading_deg is None else f"{round(fix.heading_deg, 2) % 360:.2f}"
    day = "" if at is None else f"{at:%d%m%y}"
    mode = "E" if fix.estimated else "A"
    return _sentence(f"GPRMC,{_clock(at)},A,{_coordinates(fix)},{speed},{heading},{day},,,{mode}")


def gga(fix: Fix) -> bytes:
    """`$GPGGA`, quality 1: altitude to 1 mm, HDOP to 0.01; the geoid's height stays empty."""
    satellites = "" if fix.satellites is None else f"{fix.satellites:02d}"
    hdop = "" if fix.hdop is None else f"{fix.hdop:.2f}"
    altitude = "" if fix.altitude_m is None else f"{fix.altitude_m:.3f}"
    return _sentence(f"GPGGA,{_clock(fix.at)},{_coordinates(fix)},1,{satellites},{hdop},{altitude},M,,M,,")


def xor(body: bytes) -> int:
    """XOR of what stands between `$` and `*` (NMEA 0183)."""
    return reduce(operator.xor, body, 0)


def _sentence(body: str) -> bytes:
    return f"${body}*{xor(body.encode('ascii')):02X}\r\n".encode("ascii")


def _clock(at: datetime | None) -> str:
    return "" if at is None else f"{at:%H%M%S}.{at.microsecond // 1000:03d}"


def _coordinates(fix: Fix) -> str:
    """ValueError when rounding makes it 0, 0, where no receiver is."""
    lat, lon = round(abs(fix.lat) * 6_000_000), round(abs(fix.lon) * 6_000_000)
    if lat == lon == 0:
        raise ValueError("NMEA cannot say a position that rounds to 0, 0")
    north, east = "S" if fix.lat < 0 else "N", "W" if fix.lon < 0 else "E"
    return f"{_degrees(lat, 2)},{north},{_degrees(lon, 3)},{east}"


def _degrees(hundred_thousandths: int, width: int) -> str:
    """Hundred-thousandths of a minute of arc as `ddmm.mmmmm`."""
    degrees, minutes = divmod(hundred_thousandths, 6_000_000)
    return f"{degrees:0{width}d}{minutes // 100_000:02d}.{minutes % 100_000:05d}"


def _place(fields: Sequence[str]) -> tuple[float, float] | Reason:
    """Signed degrees of lat, N|S, lon, E|W. A position of 0, 0 is what a receiver says that has none."""
    lat_text, north, lon_text, east = fields
    if (
        not _LAT.fullmatch(lat_text)
        or not _LON.fullmatch(lon_text)
        or north not in {"N", "S"}
        or east not in {"E", "W"}
    ):
        return "bad field"
    lat, lon = _angle(lat_text, 2), _angle(lon_text, 3)
    if lat is None or lon is None or lat > 90 or lon > 180:
        return "bad field"
    if lat == lon == 0:
        return "no fix"
    return (-lat if north == "S" else lat), (-lon if east == "W" else lon)


def _angle(text: str, width: int) -> float | None:
    minutes = float(text[width:])
    return int(text[:width]) + minutes / 60 if minutes < 60 else None


def _number(text: str, *, least: float = -1e9, most: float = 1e9) -> float | None:
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number if least <= number <= most else None
