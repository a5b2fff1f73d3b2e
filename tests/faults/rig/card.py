"""An ext4 image -> what its spool holds after a power cut, looked at in a copy, so that the next boot finds it as it was left."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from edge.spool import rows
from edge.spool.database import PAGE_BYTES, SPOOL_CACHE_KB, DamagedError, StoreError, connect
from edge.spool.opening import path_of
from proto.lanes import Lane
from proto.ranges import Ranges
from tests.faults.rig.judge import Promises

IMAGE_MB: Final = 96
COMMIT_S: Final = 5  # ext4's own default


@dataclass(frozen=True, slots=True)
class Look:
    """What stands in a spool: numbers by epoch and lane; whether all of it is what was written."""

    held: Promises = field(default_factory=dict)
    is_sound: bool = True


def made(image: Path, size_mb: int = IMAGE_MB) -> Path:
    """A fresh file system."""
    with image.open("wb") as file:
        file.truncate(size_mb << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image], check=True)
    return image


@contextmanager
def mounted(image: Path, at: Path) -> Iterator[Path]:
    """The image in the place of a folder; its journal is replayed, as at a boot. Raises CalledProcessError."""
    at.mkdir(exist_ok=True)
    subprocess.run(["mount", "-o", f"loop,commit={COMMIT_S}", image, at], check=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", at], check=True)


def after_a_cut(image: Path, key: str) -> Look:
    """What a boot would find now."""
    copy = image.with_name("copy.img")
    subprocess.run(["cp", "--sparse=always", "--reflink=auto", image, copy], check=True)
    with mounted(copy, image.with_name("copy")) as folder:
        return look(folder / "spool", key)


def look(folder: Path, key: str) -> Look:
    """Reads every row, and has SQLite and SQLCipher check every page. Recovers the WAL: do it to a copy."""
    path = path_of(folder, key)
    if not path.exists() or not path.stat().st_size:  # cut at its very first step
        return Look()
    try:
        with closing(connect(path, key, page_bytes=PAGE_BYTES, cache_kb=SPOOL_CACHE_KB)) as connection:
            found = Look()
            if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                return found
            ids = {epoch.n: epoch.id.hex() for epoch in rows.epochs(connection)}
            for epoch, lane, first, number, crc, bodies in connection.execute(
                "SELECT epoch, lane, first, count, crc, bodies FROM run"
            ):
                rows.whole(number, crc, bodies)
                found.held.setdefault((ids[epoch], Lane(lane).word), Ranges()).add(first, first + number - 1)
            checks = [
                *connection.execute("PRAGMA integrity_check"),
                *connection.execute("PRAGMA cipher_integrity_check"),
            ]
            return found if checks == [("ok",)] else Look(found.held, is_sound=False)
    except (StoreError, DamagedError, ValueError, KeyError):
        return Look(is_sound=False)


def keep(image: Path, number: int) -> None:
    """A copy for whoever wants to know why."""
    shutil.copyfile(image, image.with_name(f"kept-{number}-{image.name}"))
