"""A world and its cast -> the files that the daemon of this world's car needs: configuration, list, key."""

import csv
import json
import os
from collections.abc import Callable
from datetime import date
from itertools import count
from pathlib import Path
from random import Random
from typing import Final

from simulator.camera import CameraSetting
from simulator.devices import addresses
from simulator.wanted import COLUMNS, rows
from simulator.words import GPS_PORT
from simulator.world import Cast, World

CONFIGURATION: Final = "patrol-edge.toml"
LIST: Final = "voi.csv"
KEY: Final = "key"
TRUTH: Final = "truth.jsonl"
_PROGRESS_EVERY: Final = 100_000


def write_configuration(folder: Path, world: World, vehicle: str, broker: str) -> Path:
    """The daemon's configuration; every path in it is relative to the file itself."""
    ports = addresses(world)
    devices = "".join(_camera(camera, ports[camera.name]) for camera in world.cameras)
    path = folder / CONFIGURATION
    path.write_text(
        f"vehicle = {json.dumps(vehicle)}\n\n[broker]\nurl = {json.dumps(broker)}\n\n"
        f'[storage]\nfolder = "state"\nkey_file = "{KEY}"\n\n[local]\nsocket = "run/edge.sock"\n\n'
        f"[lists]\nallow_unsigned = true\n{devices}\n"
        f'[gps]\ndialect = "{world.gps_dialect}"\nport = "{ports[GPS_PORT]}"\n',
        encoding="utf-8",
    )
    return path


def write_key(folder: Path, seed: int) -> None:
    """64 hex digits, readable by their owner. One that is there stays, for a spool may be encrypted with it."""
    try:
        key = os.open(folder / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(key, "w", encoding="ascii") as file:
        file.write(f"{Random(f'{seed}/key').randbytes(32).hex()}\n")


def write_list(folder: Path, world: World, who: Cast, made: date, progress: Callable[[str], None]) -> None:
    """The list in the 16 columns of a VOI file, row by row."""
    with (folder / LIST).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for done, row in zip(count(1), rows(who.wanted, world.seed, made), strict=False):
            writer.writerow(row)
            if done % _PROGRESS_EVERY == 0:
                progress(f"{LIST}: {done:,} of {world.entries:,} entries")


def _camera(camera: CameraSetting, port: str) -> str:
    """JSON's strings are TOML's."""
    template = "" if camera.template is None else f"template = {json.dumps(camera.template)}\n"
    return f'\n[[cameras]]\nname = "{camera.name}"\ndialect = "{camera.dialect}"\nport = "{port}"\n{template}'
