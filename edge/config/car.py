"""What a car is told: plain frozen values, valid from birth. `file.py` makes them of TOML.

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
from drivers.anpr import dialect as camera_dialect
from drivers.gps import DIALECTS as GPS_DIALECTS
from drivers.ports import Port, parse_port
from edge.config.alerts import Alerts
from edge.config.keys import WrittenKey
from edge.config.lookups import Lookups
from edge.config.upkeep import Health, Ignition, Link
from edge.nearest import nearest
from proto.topics import is_vehicle

_STRICT: Final[dict[str, Any]] = {"extra": "forbid"}
_NAME: Final = re.compile(r"[a-z0-9-]{1,16}")
_TAKEN: Final = (
    "gps",
    "gps-fallback",
    "disk",
    "link",
)  # devices of the event stream and of the status, beside the cameras
_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
_LONGEST_SOCKET: Final = 100  # sun_path has 108 bytes (unix(7)), less what the hidden name beside it needs

Baud = Annotated[int, Ge(50), Le(4_000_000)]


class _Written:
    """How the validator makes a `Port` of a text; the daemon, which has no validator, never comes here."""

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> Any:  # noqa: ANN401 - pydantic's own
        from pydantic_core import PydanticCustomError, core_schema

        def parsed(text: str) -> Port:
            try:
                return parse_port(text)
            except ValueError as error:
                raise PydanticCustomError("port", "{says}", {"says": str(error)}) from None

        return core_schema.no_info_after_validator_function(parsed, core_schema.str_schema())


WrittenPort = Annotated[Port, _Written()]


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the records go, and how this car shows who it is. `mqtt = "auto"` tries MQTT 5 and falls back to 3.1.1.

    `ca_file`: who may sign the broker's certificate; without it, those whom the operating system knows. `cert_file` and
    `cert_key_file`: this car's own, its common name the vehicle's name. All are PEM; none is read before a connection.
    """

    __pydantic_config__: ClassVar = _STRICT
    url: str
    mqtt: Literal["auto", "5", "3.1.1"] = "auto"
    user: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    cert_key_file: Path | None = None

    def __post_init__(self) -> None:
        _check_broker_url(self.url)
        if self.password_file and self.user is None:
            raise ValueError("user: a password is nothing without the name that it belongs to")
        if (self.cert_file is None) != (self.cert_key_file is None):
            raise ValueError("cert_file: give cert_file and cert_key_file together, or neither")
        if not self.is_tls and (self.ca_file or self.cert_file):
            raise ValueError("url: certificates need TLS: give mqtts://HOST:PORT")

    @property
    def is_tls(self) -> bool:
        """Whether the connection is encrypted and the broker must prove who it is."""
        return urlsplit(self.url).scheme == "mqtts"

    @property
    def host(self) -> str:
        """The broker's host name or address."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The broker's TCP port; 1883, or 8883 with TLS, when the URL names none."""
        return urlsplit(self.url).port or _PORTS[urlsplit(self.url).scheme]


@dataclass(frozen=True, slots=True)
class Storage:
    """The encrypted store. The quota is of event bodies; the file grows to about a half more."""

    __pydantic_config__: ClassVar = _STRICT
    folder: Path
    key_file: Path
    quota_mb: Annotated[int, Ge(4), Le(65_536)] = 512
    keep_hours: Annotated[float, Ge(0), Le(24 * 366)] = 36
    group_events: Annotated[int, Ge(1), Le(1024)] = 10
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
    trusted_keys: Annotated[tuple[WrittenKey, ...], MaxLen(16)] = ()
    """Who may sign data sets: Ed25519 public keys, 64 hex digits (and :YYYY-MM-DD, the last day), or files of them."""


@dataclass(frozen=True, slots=True)
class Camera:
    """One ANPR camera on one port."""

    __pydantic_config__: ClassVar = _STRICT
    name: str
    dialect: str
    port: WrittenPort
    baud: Baud | None = None
    template: str | None = None
    """How the camera lays its line out, copied from its own settings; for dialects that have one."""
    least_confidence: Annotated[float, Ge(0), Le(1)] | None = None
    """Below it an alert is marked as doubtful; nothing is held back for it: the crew is warned first."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError("name: 1 to 16 of a-z, 0-9 and hyphen")
        if self.name in _TAKEN:
            raise ValueError(f"name: {self.name!r} names another part of the car: choose another")
        _check_dialect(self.dialect, list(CAMERA_DIALECTS))
        try:
            camera_dialect(self.dialect, self.template)
        except ValueError as error:
            raise ValueError(f"template: {error}") from None


@dataclass(frozen=True, slots=True)
class Gps:
    """The receiver's port; and what to read when it has nothing to say, as `[gps.fallback]`."""

    __pydantic_config__: ClassVar = _STRICT
    port: WrittenPort
    dialect: str = "nmea"
    baud: Baud | None = None
    fallback: "Gps | None" = None

    def __post_init__(self) -> None:
        _check_dialect(self.dialect, list(GPS_DIALECTS))
        if self.fallback is not None and self.fallback.fallback is not None:
            raise ValueError("fallback: one is enough: a fallback has none of its own")

    @property
    def sources(self) -> tuple["Gps", ...]:
        """The best first."""
        return (self,) if self.fallback is None else (self, self.fallback)


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
    health: Health = field(default_factory=Health)
    ignition: Ignition = field(default_factory=Ignition)
    link: Link = field(default_factory=Link)
    lookups: Lookups = field(default_factory=Lookups)
    alerts: Alerts = field(default_factory=Alerts)

    def __post_init__(self) -> None:
        if not is_vehicle(self.vehicle):
            raise ValueError("vehicle: a name is 1 to 32 of a-z, 0-9 and hyphen, and not 'all'")
        names = [camera.name for camera in self.cameras]
        if (at := _double(names)) is not None:
            raise ValueError(f"cameras.{at}.name: two cameras are named {names[at]!r}: give each a name of its own")
        if (at := _double([port.resolve() if isinstance(port, Path) else port for port in self.ports])) is not None:
            key = f"cameras.{at}.port" if at < len(names) else ["gps.port", "gps.fallback.port"][at - len(names)]
            raise ValueError(f"{key}: {self.ports[at]} is given to two devices: give each a port of its own")
        if len(str(self.local.socket).encode()) > _LONGEST_SOCKET:
            raise ValueError(f"local.socket: a socket's path has at most {_LONGEST_SOCKET} bytes: choose a shorter one")

    @property
    def ports(self) -> list[Port]:
        """The ports of all devices."""
        receivers = self.gps.sources if self.gps else ()
        return [camera.port for camera in self.cameras] + [receiver.port for receiver in receivers]


def _check_broker_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError:  # what urlsplit says of a port or of an IPv6 address helps nobody
        raise ValueError("url: give mqtt[s]://HOST:PORT, the port from 1 to 65535") from None
    if parts.username is not None:
        raise ValueError("url: no name or password here, it is logged: give user and password_file")
    more = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in _PORTS or not parts.hostname or not has_port or more:
        raise ValueError("url: give mqtt[s]://HOST:PORT, the port from 1 to 65535, and nothing else")


def _check_dialect(dialect: str, known: list[str]) -> None:
    if dialect not in known:
        raise ValueError(f"dialect: no such dialect{nearest(dialect, known)}; known: {', '.join(known)}")


def _double(things: Sequence[object]) -> int | None:
    """Where the first one stands that stood there before."""
    return next((at for at, thing in enumerate(things) if thing in things[:at]), None)
