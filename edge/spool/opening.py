"""A folder and a key -> an open spool, whatever lies in the folder: another key's file is left alone, a damaged one is
set aside and salvaged as far as it goes. Never a reason to stay down. [design 7]
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from edge.spool import rows, salvage
from edge.spool.database import StoreError, connect_spool, is_damage, key_id, open_database
from edge.spool.spool import Spool

log = logging.getLogger(__name__)

NAME: Final = "spool.db"
KEY_NAME: Final = "spool.keyid"
SLACK: Final = 1.5  # the file over its bodies: rows, receipts, free pages
SLACK_BYTES: Final = 16 << 20
_BESIDE: Final = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Opened:
    """The spool and what had to be done to open it: (name, detail) of each alarm; the newest second known to be past."""

    spool: Spool
    alarms: list[tuple[str, str]]
    floor_s: int | None
    salvaged: bool


@asynccontextmanager
async def open_spool(folder: Path, key: str, identity: bytes, boot: bytes, quota_bytes: int) -> AsyncIterator[Opened]:
    """The spool of a folder. Raises StoreError or OSError only when a fresh file cannot be made either."""
    folder.mkdir(parents=True, exist_ok=True)
    path, alarms = _path_for(folder, key)
    salvaged = await asyncio.to_thread(_check, path, key, alarms)
    most = int(quota_bytes * SLACK) + SLACK_BYTES
    async with open_database(partial(connect_spool, path, key, most)) as database:
        await database.read(rows.create)
        spool = Spool(database, identity, boot, quota_bytes)
        floor_s = await spool.load()
        try:
            yield Opened(spool, alarms, floor_s, salvaged)
        finally:
            await _flushed(spool)


def path_of(folder: Path, key: str) -> Path:
    """Where the spool of this key lies, without making anything."""
    name = folder / KEY_NAME
    mine = key_id(key)
    held = name.read_text("ascii").strip() if name.exists() else mine
    return folder / (NAME if held == mine else f"spool-{mine}.db")


def _path_for(folder: Path, key: str) -> tuple[Path, list[tuple[str, str]]]:
    path = path_of(folder, key)
    if not (folder / KEY_NAME).exists():
        (folder / KEY_NAME).write_text(key_id(key) + "\n", "ascii")
    if path.name == NAME:
        return path, []
    return path, [("key-changed", "the spool on the card has another key: it is left untouched until that key returns")]


def _check(path: Path, key: str, alarms: list[tuple[str, str]]) -> bool:
    """True when the file was damaged: it was set aside and what could be read stands in a fresh one."""
    if not path.exists():
        return False
    suspect = path.with_name(path.name + ".suspect")
    try:
        connection = connect_spool(path, key)
        try:
            rows.create(connection)
            rows.stretches(connection)
            list(rows.receipts(connection))
            rows.epochs(connection)
            if suspect.exists() and connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise salvage.DamagedError
        finally:
            connection.close()
    except (StoreError, salvage.DamagedError, ValueError) as error:
        if isinstance(error, StoreError) and not is_damage(error):
            raise
        aside = _set_aside(path)
        count = salvage.salvage(aside, path, key)
        alarms.append(
            ("spool-damaged", f"the spool was damaged and set aside as {aside.name}; {count} events were saved from it")
        )
        log.error("the spool was damaged: set aside as %s, %d events saved", aside.name, count)
        return True
    finally:
        suspect.unlink(missing_ok=True)
    return False


def mark_suspect(folder: Path, key: str) -> None:
    """The store failed while it was in use: the next start looks at every page before it promises anything."""
    path = path_of(folder, key)
    path.with_name(path.name + ".suspect").touch()


def _set_aside(path: Path) -> Path:
    n = 1
    while (aside := path.with_name(f"{path.stem}.damaged-{n}.db")).exists():
        n += 1
    for suffix in _BESIDE:
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + suffix))
    return aside


async def _flushed(spool: Spool) -> None:
    try:
        await spool.flush_receipts()
    except StoreError as error:
        log.warning("receipts not written: %s; headquarters will be asked again", error)
