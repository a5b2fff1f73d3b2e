"""A TOML file -> a valid, frozen `Config`; or a `ConfigError` with file, line, key and the nearest right spelling."""

import difflib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from drivers.anpr import DIALECTS as CAMERA_DIALECTS
from drivers.gps import DIALECTS as GPS_DIALECTS
from proto.topics import is_vehicle

Name = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,16}$")]


class ConfigError(ValueError):
    """The configuration cannot be used; the text says where and what to do."""


class Strict(BaseModel):
    """A section of the file: immutable, and a typing error is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _beside(path: Path, info: ValidationInfo) -> Path:
    """Paths in the file are relative to the file."""
    folder: Path = (info.context or {}).get("folder", Path())
    return folder / path


FilePath = Annotated[Path, AfterValidator(_beside)]


class Broker(Strict):
    """Where the records go. `mqtt = "auto"` tries MQTT 5 and falls back to 3.1.1."""

    url: str
    mqtt: Literal["auto", "5", "3.1.1"] = "auto"

    @field_validator("url")
    @classmethod
    def _is_broker(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "mqtt" or not parts.hostname:
            raise ValueError("give mqtt://HOST:PORT")
        if parts.port == 0:
            raise ValueError("give a port from 1 to 65535")
        return url

    @property
    def host(self) -> str:
        """The broker's host name or address."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The broker's TCP port; 1883 when the URL names none."""
        return urlsplit(self.url).port or 1883


class Storage(Strict):
    """The encrypted store. Quotas are bytes of event bodies; the file grows to about a quarter more."""

    folder: FilePath
    key_file: FilePath
    quota_mb: int = Field(512, ge=4, le=65536)
    keep_hours: float = Field(36, ge=0, le=24 * 366)
    group_events: int = Field(64, ge=1, le=1024)
    group_ms: int = Field(500, ge=1, le=10_000)


class Local(Strict):
    """The socket on which the car's own screens and tools listen."""

    socket: FilePath = Path("/run/patrol-edge/edge.sock")


class Lists(Strict):
    """The lists of vehicles of interest."""

    allow_unsigned: bool = False
    stale_after_hours: float = Field(24, gt=0)


class Camera(Strict):
    """One ANPR camera on one port."""

    name: Name
    dialect: str
    port: FilePath
    baud: int | None = Field(None, ge=50, le=4_000_000)

    @field_validator("dialect")
    @classmethod
    def _is_known(cls, dialect: str) -> str:
        return _known(dialect, list(CAMERA_DIALECTS))


class Gps(Strict):
    """The receiver's port."""

    dialect: str = "nmea"
    port: FilePath
    baud: int | None = Field(None, ge=50, le=4_000_000)

    @field_validator("dialect")
    @classmethod
    def _is_known(cls, dialect: str) -> str:
        return _known(dialect, list(GPS_DIALECTS))


class Uplink(Strict):
    """How long an event that is not urgent may wait for others to share a message with."""

    linger_s: float = Field(5, ge=0, le=600)


class Config(Strict):
    """One car."""

    vehicle: str
    broker: Broker
    storage: Storage
    local: Local = Local()
    lists: Lists = Lists()
    uplink: Uplink = Uplink()
    cameras: tuple[Camera, ...] = Field((), max_length=8)
    gps: Gps | None = None

    @field_validator("vehicle")
    @classmethod
    def _is_vehicle(cls, vehicle: str) -> str:
        if not is_vehicle(vehicle):
            raise ValueError("a vehicle's name is 1 to 32 of a-z, 0-9 and hyphen, and not 'all'")
        return vehicle

    @field_validator("cameras")
    @classmethod
    def _have_names_of_their_own(cls, cameras: tuple[Camera, ...]) -> tuple[Camera, ...]:
        if double := _double([camera.name for camera in cameras]):
            raise ValueError(f"two cameras are named {double!r}: give each a name of its own")
        return cameras

    def check_ports(self) -> None:
        """Raises ConfigError when two devices share a port: each would steal the other's bytes."""
        ports = [camera.port for camera in self.cameras] + ([self.gps.port] if self.gps else [])
        if double := _double([str(port) for port in ports]):
            raise ConfigError(f"port {double} is given to two devices: give each a port of its own")


def load(path: Path) -> Config:
    """The configuration of a file. Raises ConfigError; the text needs no further explanation."""
    try:
        text = path.read_text("utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    try:
        config = Config.model_validate(table, context={"folder": path.parent})
        config.check_ports()
    except ValidationError as error:
        raise ConfigError("\n".join(_sentences(path, text, error))) from error
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error
    return config


def key_of(storage: Storage) -> str:
    """The raw 256-bit key as 64 hex digits. Raises ConfigError when the file holds anything else."""
    try:
        key = storage.key_file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{storage.key_file}: cannot read the key: {error}") from error
    if len(key) != 64 or not set(key) <= set("0123456789abcdefABCDEF"):
        raise ConfigError(f"{storage.key_file}: a key is 64 hex digits; make one with: openssl rand -hex 32")
    return key.lower()


def _known(dialect: str, names: list[str]) -> str:
    if dialect not in names:
        raise ValueError(f"no such dialect{_nearest(dialect, names)}; known: {', '.join(names)}")
    return dialect


def _double(names: list[str]) -> str | None:
    return next((name for name in names if names.count(name) > 1), None)


def _nearest(word: str, words: list[str]) -> str:
    near = difflib.get_close_matches(word, words, 1, 0.5)
    return f", did you mean {near[0]!r}?" if near else ""


def _sentences(path: Path, text: str, error: ValidationError) -> Iterator[str]:
    for fault in error.errors():
        key = ".".join(str(part) for part in fault["loc"])
        place = f"{path}:{_line(text, fault['loc'])}"
        if fault["type"] == "extra_forbidden":
            yield f"{place}: unknown key {key!r}{_nearest(str(fault['loc'][-1]), _keys(fault['loc'][:-1]))}"
        elif fault["type"] == "missing":
            yield f"{place}: {key!r} is missing"
        else:
            yield f"{place}: {key!r}: {fault['msg'].removeprefix('Value error, ')}"


def _keys(loc: tuple[int | str, ...]) -> list[str]:
    """The right keys of the section that a location names."""
    sections: dict[tuple[Any, ...], type[BaseModel]] = {
        (): Config,
        ("broker",): Broker,
        ("storage",): Storage,
        ("local",): Local,
        ("lists",): Lists,
        ("uplink",): Uplink,
        ("cameras",): Camera,
        ("gps",): Gps,
    }
    section = sections.get(loc[:1])
    return list(section.model_fields) if section else []


def _line(text: str, loc: tuple[int | str, ...]) -> int:
    """The line that a location stands on: its section's header first, then the key below it. 1 when it is nowhere."""
    lines = text.splitlines()
    index = next((part for part in loc if isinstance(part, int)), 0)
    names = [str(part) for part in loc if not isinstance(part, int)]
    at, key = 0, names[-1]
    if len(names) > 1 or lines_with_header(lines, key):
        headers = lines_with_header(lines, names[0])
        at = headers[min(index, len(headers) - 1)] if headers else 0
        if len(names) == 1:
            return at + 1
    for number in range(at, len(lines)):
        if lines[number].partition("=")[0].strip().strip("\"'") == key and "=" in lines[number]:
            return number + 1
    return at + 1


def lines_with_header(lines: list[str], name: str) -> list[int]:
    """The indexes of the lines that open a section of this name."""
    return [n for n, line in enumerate(lines) if line.partition("#")[0].strip() in (f"[{name}]", f"[[{name}]]")]
