"""The options of a world, as text -> a `World`, or an error that says what is wrong and what would be right."""

import re
from argparse import Namespace
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from drivers.anpr import DIALECTS
from simulator.camera import CameraSetting
from simulator.faults import Fault, FaultError, nearest, parse, seconds
from simulator.free_port import free_port
from simulator.words import GPS_PORT
from simulator.world import World

_NAME: Final = re.compile(r"[a-z0-9-]{1,32}")
_CAMERA_NAME: Final = 16  # letters, as the car's configuration has it


class UsageError(ValueError):
    """Options that make no world."""


def world(args: Namespace) -> World:
    """UsageError, FaultError: the first option that is wrong. OSError: the file of faults cannot be read."""
    cameras = _cameras(args.cameras, _templates(args.template))
    ports = [*(camera.name for camera in cameras), GPS_PORT]
    return World(
        seed=args.seed,
        start=_instant(args.start) if args.start else datetime.now(UTC),
        rate=args.rate,
        reads=args.reads,
        cameras=cameras,
        entries=args.entries,
        hits=args.hits,
        unique=args.unique,
        faults=_faults(args.faults, ports) if args.faults else (),
        gpsd_port=free_port() if args.gps == "gpsd" else None,
        clear_s=tuple(seconds(text) for text in args.clear.split(",") if text),
    )


def vehicle(text: str) -> str:
    """The name of a car. UsageError: it is none (`all` means every car)."""
    if not _NAME.fullmatch(text) or text == "all":
        raise UsageError(f'"{text}" is no vehicle name: 1 to 32 of a-z, 0-9 and -, and not "all"')
    return text


def broker(text: str) -> str:
    """A broker's URL. UsageError: it is none."""
    url = urlsplit(text)
    if url.scheme not in {"mqtt", "mqtts"} or not url.hostname or not text.isprintable():
        raise UsageError(f'"{text}" is no broker: write it as mqtt://HOST:PORT')
    return text


def relayed(url: str, faults: Iterable[Fault]) -> bool:
    """Whether the car's link is to go wrong. UsageError: it cannot, for its broker's name would be another."""
    if not any(fault.word.layer in {"broker", "link"} for fault in faults):
        return False
    if urlsplit(url).scheme != "mqtt":
        raise UsageError("faults of broker and link need an mqtt:// broker: a relay cannot prove to be another")
    return True


def _cameras(text: str, templates: dict[str, str]) -> tuple[CameraSetting, ...]:
    cameras = tuple(_camera(each, templates) for each in text.split(","))
    names = [camera.name for camera in cameras]
    if len(set(names)) < len(names):
        raise UsageError("two cameras have one name")
    if strangers := templates.keys() - set(names):
        raise UsageError(f'a template for camera "{min(strangers)}": {nearest(min(strangers), names)}')
    return cameras


def _camera(text: str, templates: dict[str, str]) -> CameraSetting:
    name, _, spoken = text.partition(":")
    dialect, _, way = spoken.partition(":")
    if not _NAME.fullmatch(name) or len(name) > _CAMERA_NAME or name == GPS_PORT:
        raise UsageError(f'"{name}" is no camera name: 1 to {_CAMERA_NAME} of a-z, 0-9 and -, and not "{GPS_PORT}"')
    if dialect not in DIALECTS:
        raise UsageError(f'unknown dialect "{dialect}" of camera "{name}": {nearest(dialect, DIALECTS)}')
    try:
        return CameraSetting(name, dialect, templates.get(name), _tcp_port(name, way))
    except ValueError as error:
        raise UsageError(f'camera "{name}": {error}') from None


def _tcp_port(name: str, way: str) -> int | None:
    """`` -> None, a serial line; `tcp` -> a free port; `tcp:9100` -> that one."""
    kind, _, port = way.partition(":")
    if not way:
        return None
    if kind != "tcp" or (port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536)):
        raise UsageError(f'"{way}" is no way to reach it: write {name}:DIALECT, or {name}:DIALECT:tcp[:PORT]')
    return int(port) if port else free_port()


def _templates(texts: Sequence[str]) -> dict[str, str]:
    """`front=%PLATE%%CR%%LF%` -> the template of each camera."""
    if wrong := next((text for text in texts if not text.partition("=")[2]), None):
        raise UsageError(f'"{wrong}" is no template: write it as front=%PLATE%%CR%%LF%')
    return {name: template for name, _, template in (text.partition("=") for text in texts)}


def _faults(path: Path, ports: list[str]) -> tuple[Fault, ...]:
    try:
        return parse(path.read_text(encoding="utf-8").splitlines(), ports)
    except FaultError as error:
        raise FaultError(f"{path}, {error}") from None


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f'"{text}" is no time: write it as 2026-01-31T12:00:00Z') from None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
