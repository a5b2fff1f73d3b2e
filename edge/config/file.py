"""A TOML file -> a valid `Config`; or a `ConfigError` with file, line, key and the nearest right spelling."""

import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from edge.config.car import Broker, Camera, Config, Gps, Lists, Local, Storage, Uplink
from edge.config.lookups import Lookups
from edge.config.upkeep import Health, Ignition, Link
from edge.nearest import nearest

S = TypeVar("S")
Location = tuple[int | str, ...]

_SECTIONS: Final[dict[Location, Any]] = {
    (): Config,
    ("broker",): Broker,
    ("storage",): Storage,
    ("local",): Local,
    ("lists",): Lists,
    ("uplink",): Uplink,
    ("cameras",): Camera,
    ("gps",): Gps,
    ("health",): Health,
    ("ignition",): Ignition,
    ("link",): Link,
    ("lookups",): Lookups,
}


class ConfigError(ValueError):
    """The configuration cannot be used; the text says where and what to do."""


def load(path: Path) -> Config:
    """The configuration of a file, its paths relative to the file. Raises ConfigError; the text needs no explanation."""
    try:
        text = path.read_text("utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    try:
        return _beside(path.parent, TypeAdapter(Config).validate_python(table))
    except ValidationError as error:
        raise ConfigError("\n".join(_sentences(path, text, error))) from error
    except ValueError as error:  # only a path's, once it stands beside the file
        raise ConfigError(f"{path}: {error}") from error


def key_of(storage: Storage) -> str:
    """The raw 256-bit key as 64 hex digits. Raises ConfigError when the file holds anything else."""
    try:
        key = storage.key_file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{storage.key_file}: cannot read the key: {error}") from error
    if len(key) != 64 or not set(key) <= set("0123456789abcdefABCDEF"):
        raise ConfigError(f"{storage.key_file}: a key is 64 hex digits; make one with: openssl rand -hex 32")
    return key.lower()


def _beside(folder: Path, section: S) -> S:
    """The section with every path in it made relative to the file's folder."""
    changed = {f.name: _placed(folder, getattr(section, f.name)) for f in fields(section)}  # type: ignore[arg-type]
    return replace(section, **changed)  # type: ignore[type-var]


def _placed(folder: Path, value: Any) -> Any:  # noqa: ANN401 - whatever a field holds
    if isinstance(value, Path):
        return folder / value
    if isinstance(value, tuple):
        return tuple(_placed(folder, item) for item in value)
    return _beside(folder, value) if is_dataclass(value) else value


def _sentences(path: Path, text: str, error: ValidationError) -> Iterator[str]:
    for fault in error.errors():
        loc, says = fault["loc"], fault["msg"]
        if fault["type"] == "value_error":  # ours: "key: what to do"
            inner, _, says = says.removeprefix("Value error, ").partition(": ")
            loc = (*loc, *(int(part) if part.isdigit() else part for part in inner.split(".")))
        key = ".".join(str(part) for part in loc)
        place = f"{path}:{_line(text, loc)}"
        if fault["type"] == "unexpected_keyword_argument":
            yield f"{place}: unknown key {key!r}{nearest(str(loc[-1]), _keys(loc))}"
        elif fault["type"] == "missing":
            yield f"{place}: {key!r} is missing"
        elif loc == ("cameras",) and fault["type"] == "tuple_type":
            yield f"{place}: 'cameras': begin each camera with [[cameras]]"
        else:
            yield f"{place}: {key!r}: {says}"


def _keys(loc: Location) -> list[str]:
    """The right keys of the section in which a location's last key stands."""
    section = _SECTIONS.get(loc[:1] if len(loc) > 1 else (), Config)
    return [f.name for f in fields(section)]


def _line(text: str, loc: Location) -> int:
    """The line that a location stands on: its section's header first, then the key below it; 1 when it is nowhere."""
    lines = text.splitlines()
    index = next((part for part in loc if isinstance(part, int)), 0)
    names = [str(part) for part in loc if not isinstance(part, int)]
    headers = _headers(lines, names[0])
    at = headers[min(index, len(headers) - 1)] if headers else 0
    if headers and len(names) == 1:
        return at + 1
    for number in range(at, len(lines)):
        if number > at and lines[number].lstrip().startswith("["):
            break  # the key is missing here; another section's is none of ours
        key, equals, _ = lines[number].partition("=")
        if equals and key.strip().strip("\"'") in (names[-1], names[0], ".".join(names)):
            return number + 1
    return at + 1


def _headers(lines: list[str], name: str) -> list[int]:
    """The indexes of the lines that open a section of this name."""
    return [n for n, line in enumerate(lines) if line.partition("#")[0].strip() in (f"[{name}]", f"[[{name}]]")]
