"""An ext4 image -> what its spool holds after a power cut, looked at in a copy, so that the next boot finds it as it was left."""

import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from edge.spool import rows
from edge.spool.database import PAGE_BYTES, SPOOL_CACHE_KB, Connection, DamagedError, StoreError, connect
from edge.spool.opening import path_of
from proto.lanes import Lane
from proto.ranges import Ranges
from tests.faults.rig.promised import Numbers

IMAGE_MB: Final = 96
COMMIT_S: Final = 5  # ext4's own default


@dataclass(frozen=True, slots=True)
class Look:
    """What stands in a spool: numbers by epoch and lane; whether all of it is what was written."""

    held: Numbers = field(default_factory=dict)
    is_sound: bool = True


def made(image: Path, size_mb: int = IMAGE_MB, *options: str) -> Path:
    """A fresh file system, with blocks of 4 kB as on a real card; `options` of mkfs.ext4."""
    with image.open("wb") as file:
        file.truncate(size_mb << 20)
    words = ["mkfs.ext4", "-q", "-F", "-b", "4096", "-E", "lazy_itable_init=0,lazy_journal_init=0", *options]
    subprocess.run([*words, image], check=True)
    return image


@contextmanager
def mounted(image: Path, at: Path, commit_s: int = COMMIT_S) -> Iterator[Path]:
    """The image in the place of a folder; its journal is replayed, as at a boot. Raises CalledProcessError."""
    at.mkdir(exist_ok=True)
    subprocess.run(["mount", "-o", f"loop,commit={commit_s}", image, at], check=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", "--lazy", at], check=True)  # a daemon that is being ended may still be there


def after_a_cut(image: Path, key: str) -> Look:
    """What a boot would find now."""
    copy = image.with_name("copy.img")
    subprocess.run(["cp", "--sparse=always", "--reflink=auto", image, copy], check=True)
    with mounted(copy, image.with_name("copy")) as folder:
        return look(folder / "spool", key)


def look(folder: Path, key: str) -> Look:
    """Reads every row, and has SQLite and SQLCipher check every page. Recovers the WAL: do it to a copy."""
    return _looked(folder, key, _every_row)


def glance(folder: Path, key: str) -> Look:
    """Counts the rows by epoch and lane, and reads the newest: a hundredth of the time that `look` takes."""
    return _looked(folder, key, _counted)


def _looked(folder: Path, key: str, how: Callable[[Connection, dict[int, str]], Look]) -> Look:
    path = path_of(folder, key)
    if not path.exists() or not path.stat().st_size:  # cut at its very first step
        return Look()
    try:
        with closing(connect(path, key, page_bytes=PAGE_BYTES, cache_kb=SPOOL_CACHE_KB)) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'receipt'").fetchone():
                return Look()
            return how(connection, {epoch.n: epoch.id.hex() for epoch in rows.epochs(connection)})
    except (StoreError, DamagedError, ValueError, KeyError):
        return Look(is_sound=False)


def _every_row(connection: Connection, ids: dict[int, str]) -> Look:
    held = _held(connection.execute("SELECT epoch, lane, first, count, crc, bodies FROM run"), ids)
    checks = [*connection.execute("PRAGMA integrity_check"), *connection.execute("PRAGMA cipher_integrity_check")]
    return Look(held, is_sound=checks == [("ok",)])


def _counted(connection: Connection, ids: dict[int, str]) -> Look:
    newest = "SELECT epoch, lane, first, count, crc, bodies FROM run ORDER BY id DESC LIMIT 64"
    held = _held(connection.execute(newest), ids)
    for epoch, lane, first, last, number in connection.execute(
        "SELECT epoch, lane, min(first), max(first + count - 1), sum(count) FROM run GROUP BY epoch, lane"
    ):
        if number == last - first + 1:  # rows are disjoint: none is missing between them
            held.setdefault((ids[epoch], Lane(lane).word), Ranges()).add(first, last)
    return Look(held)


def _held(found: Iterable[tuple[int, int, int, int, int, bytes]], ids: dict[int, str]) -> Numbers:
    held: Numbers = {}
    for epoch, lane, first, number, crc, bodies in found:
        rows.whole(number, crc, bodies)
        held.setdefault((ids[epoch], Lane(lane).word), Ranges()).add(first, first + number - 1)
    return held


def keep(image: Path, number: int) -> None:
    """A copy for whoever wants to know why."""
    shutil.copyfile(image, image.with_name(f"kept-{number}-{image.name}"))
