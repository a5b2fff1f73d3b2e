"""What a car is told: plain frozen values, valid from birth. `config_file.py` makes them of TOML.

Plain dataclasses, so that the daemon need not carry the validator in memory (docs/decisions/0011-validate-then-become-the-daemon.md);
pydantic reads the same types and bounds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal
from urllib.parse import urlsplit

from annotated_types import Ge, Gt, Le, MaxLen

from drivers.anpr import DIALECTS as CAMERA_DIALECTS
from drivers.gps import DIALECTS as GPS_DIALECTS
from edge.nearest import nearest
from proto.topics import is_vehicle

_STRICT: Final[dict[str, Any]] = {"extra": "forbid"}
_NAME: Final = re.compile(r"[a-z0-9-]{1,16}")
_TAKEN: Final = ("gps", "disk", "link")  # devices of the event stream and of the status, beside the cameras
_LONGEST_SOCKET: Final = 100  # sun_path has 108 bytes (unix(7)), less what the hidden name beside it needs

Baud = Annotated[int, Ge(50), Le(4_000_000)]


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the records go. `mqtt = "auto"` tries MQTT 5 and falls back to 3.1.1."""

    __pydantic_config__: ClassVar = _STRICT
    url: str
    mqtt: Literal["auto", "5", "3.1.1"] = "auto"

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            has_port = parts.port != 0
        except ValueError:  # what urlsplit says of a port or of an IPv6 address helps nobody
            raise ValueError("url: give mqtt://HOST:PORT, the port from 1 to 65535") from None
        more = parts.username or parts.password or parts.path.strip("/") or parts.query or parts.fragment
        if parts.scheme != "mqtt" or not parts.hostname or not has_port or more:
            raise ValueError("url: give mqtt://HOST:PORT, the port from 1 to 65535, and nothing else")

    @property
    def host(self) -> str:
        """The broker's host name or address."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The broker's TCP port; 1883 when the URL names none."""
        return urlsplit(self.url).port or 1883


@dataclass(frozen=True, slots=True)
class Storage:
    """The encrypted store. The quota is of event bodies; the file grows to about a half more."""

    __pydantic_config__: ClassVar = _STRICT
    folder: Path
    key_file: Path
    quota_mb: Annotated[int, Ge(4), Le(65_536)] = 512
    keep_hours: Annotated[float, Ge(0), Le(24 * 366)] = 36
    group_events: Annotated[int, Ge(1), Le(1024)] = 64
    group_ms: Annotated[int, Ge(1), Le(10_000)] = 500


@dataclass(frozen=True, slots=True)
class Local:
    """The socket on which the car's own screens and tools listen."""

    __pydantic_config__: ClassVar = _STRICT
    socket: Path = Path("/run/patrol-edge/edge.sock")


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of vehicles of interest."""

    __pydantic_config__: ClassVar = _STRICT
    allow_unsigned: bool = False
    stale_after_hours: Annotated[float, Gt(0)] = 24


@dataclass(frozen=True, slots=True)
class Camera:
    """One ANPR camera on one port."""

    __pydantic_config__: ClassVar = _STRICT
    name: str
    dialect: str
    port: Path
    baud: Baud | None = None

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError("name: 1 to 16 of a-z, 0-9 and hyphen")
        if self.name in _TAKEN:
            raise ValueError(f"name: {self.name!r} names another part of the car: choose another")
        _check_dialect(self.dialect, list(CAMERA_DIALECTS))


@dataclass(frozen=True, slots=True)
class Gps:
    """The receiver's port."""

    __pydantic_config__: ClassVar = _STRICT
    port: Path
    dialect: str = "nmea"
    baud: Baud | None = None

    def __post_init__(self) -> None:
        _check_dialect(self.dialect, list(GPS_DIALECTS))


@dataclass(frozen=True, slots=True)
class Uplink:
    """How long an event that is not urgent may wait for others to share a message with."""

    __pydantic_config__: ClassVar = _STRICT
    linger_s: Annotated[float, Ge(0), Le(600)] = 5


@dataclass(frozen=True, slots=True)
class Config:
    """One car."""

    __pydantic_config__: ClassVar = _STRICT
    vehicle: str
    broker: Broker
    storage: Storage
    local: Local = field(default_factory=Local)
    lists: Lists = field(default_factory=Lists)
    uplink: Uplink = field(default_factory=Uplink)
    cameras: Annotated[tuple[Camera, ...], MaxLen(8)] = ()
    gps: Gps | None = None

    def __post_init__(self) -> None:
        if not is_vehicle(self.vehicle):
            raise ValueError("vehicle: a name is 1 to 32 of a-z, 0-9 and hyphen, and not 'all'")
        names = [camera.name for camera in self.cameras]
        if (at := _double(names)) is not None:
            raise ValueError(f"cameras.{at}.name: two cameras are named {names[at]!r}: give each a name of its own")
        if (at := _double([port.resolve() for port in self.ports])) is not None:
            key = f"cameras.{at}.port" if at < len(names) else "gps.port"
            raise ValueError(f"{key}: {self.ports[at]} is given to two devices: give each a port of its own")
        if len(str(self.local.socket).encode()) > _LONGEST_SOCKET:
            raise ValueError(f"local.socket: a socket's path has at most {_LONGEST_SOCKET} bytes: choose a shorter one")

    @property
    def ports(self) -> list[Path]:
        """The ports of all devices."""
        return [camera.port for camera in self.cameras] + ([self.gps.port] if self.gps else [])


def _check_dialect(dialect: str, known: list[str]) -> None:
    if dialect not in known:
        raise ValueError(f"dialect: no such dialect{nearest(dialect, known)}; known: {', '.join(known)}")


def _double(things: Sequence[object]) -> int | None:
    """Where the first one stands that stood there before."""
    return next((at for at, thing in enumerate(things) if thing in things[:at]), None)
