"""gpsd's JSON reports over TCP -> `Fix`, one a TPV; gpsd holds the receiver's port then, and survives its replacement.

    > ?WATCH={"enable":true,"json":true};                                     sent at each connection
    < {"class":"SKY","hdop":0.9,"uSat":9, ...}
    < {"class":"TPV","mode":3,"time":"2026-11-23T18:31:05.000Z","lat":51.55,"lon":-0.708,
       "altMSL":62.1,"track":271.4,"speed":6.328,"status":1, ...}

One report a line. Mode 0 and 1, no latitude, and a simulated receiver (status 8) are junk "no fix"; status 5 and 6, dead
reckoning, make the fix estimated. HDOP and the number of satellites are those of a SKY since the TPV before it.

Neither readings nor junk: SKY and all other classes. There is no checksum of its own: it comes by TCP.
Source: gpsd_json(5) of gpsd 3.22; `alt` is what older ones call `altMSL`, without `uSat` the satellites used are counted.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from drivers.dialect import Guard, LineSettings
from drivers.jsonlines import JsonLines, Said, known, number, written
from drivers.readings import Fix, Junk, Reason

_SIMULATED: Final = 8
_ESTIMATED: Final = (5, 6)


class Gpsd:
    """One connection to gpsd."""

    name: ClassVar[str] = "gpsd"
    about: ClassVar[str] = "gpsd over TCP, such as tcp://127.0.0.1:2947: TPV and SKY reports"
    line: ClassVar[LineSettings] = LineSettings()
    checksum: ClassVar[Guard | None] = "tcp"
    greeting: ClassVar[bytes] = b'?WATCH={"enable":true,"json":true};\n'

    def __init__(self) -> None:
        self._lines = JsonLines()
        self._hdop: float | None = None
        self._satellites: int | None = None

    def feed(self, data: bytes, /) -> list[Fix | Junk]:
        found: list[Fix | Junk] = []
        for said in self._lines.feed(data):
            found += [said] if isinstance(said, Junk) else self._understood(said)
        return found

    def close(self) -> list[Fix | Junk]:
        self._hdop = self._satellites = None
        return [*self._lines.close()]

    def encode(self, reading: Fix, /) -> bytes:
        """A SKY when there is something to say in it, then a TPV."""
        at = None if reading.at is None else reading.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        tpv: dict[str, Any] = {"class": "TPV", "mode": 2 if reading.altitude_m is None else 3, "time": at}
        tpv |= {"lat": reading.lat, "lon": reading.lon, "altMSL": reading.altitude_m}
        tpv |= {"track": reading.heading_deg, "speed": reading.speed_mps, "status": _ESTIMATED[0] * reading.estimated}
        sky = known({"hdop": reading.hdop, "uSat": reading.satellites})
        return (written({"class": "SKY"} | sky) if sky else b"") + written(tpv)

    def _understood(self, said: Said) -> list[Fix | Junk]:
        kind = said.fields.get("class")
        if kind == "TPV":
            fix = _fix(said.fields, self._hdop, self._satellites)
            self._hdop = self._satellites = None
            return [Junk(said.line, fix) if isinstance(fix, str) else fix]
        if kind == "SKY":
            self._hdop, self._satellites = number(said.fields.get("hdop"), 0), _satellites(said.fields)
        return [] if isinstance(kind, str) else [Junk(said.line, "bad field")]


def _fix(said: dict[str, Any], hdop: float | None, satellites: int | None) -> Fix | Reason:
    mode = said.get("mode")
    if mode not in (0, 1, 2, 3):
        return "bad field"
    if mode < 2 or said.get("status") == _SIMULATED or "lat" not in said or "lon" not in said:
        return "no fix"
    lat, lon = number(said["lat"], -90, 90), number(said["lon"], -180, 180)
    if lat is None or lon is None:
        return "bad field"
    if lat == lon == 0:
        return "no fix"
    heading = number(said.get("track"), 0, 360)
    return Fix(
        lat,
        lon,
        at=_instant(said.get("time")),
        speed_mps=number(said.get("speed"), 0),
        heading_deg=None if heading is None else heading % 360,
        altitude_m=number(said.get("altMSL", said.get("alt"))),
        hdop=hdop,
        satellites=satellites,
        estimated=said.get("status") in _ESTIMATED,
    )


def _satellites(sky: dict[str, Any]) -> int | None:
    """gpsd before 3.21 has no sum of them."""
    used = number(sky.get("uSat"), 0, 1000)
    if used is not None:
        return int(used)
    each = sky.get("satellites")
    return (
        sum(1 for one in each if isinstance(one, dict) and one.get("used") is True) if isinstance(each, list) else None
    )


def _instant(text: object) -> datetime | None:
    """None when it is missing or no time: a receiver without a calendar knows where it is."""
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
        return None if at is None or at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
