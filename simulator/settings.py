"""The options of a world, as text -> a `World`, or an error that says what is wrong and what would be right."""

import re
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from drivers.anpr import DIALECTS
from simulator.camera import CameraSetting
from simulator.faults import Fault, FaultError, nearest, parse, seconds
from simulator.world import GPS_PORT, World

_NAME: Final = re.compile(r"[a-z0-9-]{1,32}")


class UsageError(ValueError):
    """Options that make no world."""


def world(args: Namespace) -> World:
    """UsageError, FaultError: the first option that is wrong. OSError: the file of faults cannot be read."""
    cameras = _cameras(args.cameras)
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


def _cameras(text: str) -> tuple[CameraSetting, ...]:
    cameras = tuple(map(_camera, text.split(",")))
    if len({camera.name for camera in cameras}) < len(cameras):
        raise UsageError("two cameras have one name")
    return cameras


def _camera(text: str) -> CameraSetting:
    name, _, dialect = text.partition(":")
    if not _NAME.fullmatch(name) or name == GPS_PORT:
        raise UsageError(f'"{name}" is no camera name: 1 to 32 of a-z, 0-9 and -, and not "{GPS_PORT}"')
    if dialect not in DIALECTS:
        raise UsageError(f'unknown dialect "{dialect}" of camera "{name}": {nearest(dialect, DIALECTS)}')
    return CameraSetting(name, dialect)


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
