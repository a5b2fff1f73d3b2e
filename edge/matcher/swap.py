"""A file that is written beside another -> in that one's place, by one rename; the other is kept as `.previous`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PREVIOUS: Final = ".previous"


@contextmanager
def swapped(path: Path) -> Iterator[Path]:
    """The path to write to. In place once the block ends well, on the disk by then; else everything is as it was."""
    folder = path.parent
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    fresh = path.with_suffix(f".new-{os.getpid()}")
    try:
        yield fresh
        sync(fresh)
        _give_to_owner(fresh, folder)
        if path.exists():
            previous = path.with_suffix(PREVIOUS)
            previous.unlink(missing_ok=True)
            previous.hardlink_to(path)
        fresh.replace(path)
        sync(folder)
    finally:
        fresh.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """What was written to this file or folder is on the disk."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _sweep(folder: Path) -> None:
    """What writers left behind that were killed."""
    for unfinished in folder.glob("*.new-*"):
        if not Path("/proc", unfinished.suffix.removeprefix(".new-")).exists():
            unfinished.unlink(missing_ok=True)


def _give_to_owner(path: Path, folder: Path) -> None:
    """A file made by root must be readable by the daemon's user."""
    if os.geteuid() == 0:
        owner = folder.parent.stat()
        for made in (folder, path):
            os.chown(made, owner.st_uid, owner.st_gid)
