"""A ballast file beside the spool: on a full disk even deleting needs space, so some is held back and given up in time."""

import os
from pathlib import Path
from typing import Final

BALLAST_BYTES: Final = 1 << 20  # a WAL of a few hundred pages: what one deletion of a lane's oldest rows writes


class Room:
    """The ballast of one folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "ballast"
        self.is_held = False

    def release(self) -> None:
        """The disk is full: give the space to the spool."""
        self._path.unlink(missing_ok=True)
        self.is_held = False

    def restore(self) -> None:
        """Hold space back (again), when there is plenty. May wait for the disk: not on the event loop."""
        status = os.statvfs(self._path.parent)
        if status.f_bavail * status.f_frsize > 4 * BALLAST_BYTES:
            try:
                with self._path.open("wb") as ballast:
                    os.posix_fallocate(ballast.fileno(), 0, BALLAST_BYTES)
                self.is_held = True
            except OSError:
                self._path.unlink(missing_ok=True)
