"""A small table that outlives the process -> one file, written whole or not at all; and back, whatever lies there."""

import json
import os
from pathlib import Path


def write(path: Path, table: object) -> None:
    """The whole file anew, by a rename; synced first, for a power cut would leave it empty. May wait for the disk."""
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="ascii") as file:
        json.dump(table, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def read(path: Path) -> object:
    """What was written; None when nothing was. OSError or ValueError when it cannot be read."""
    try:
        return json.loads(path.read_text("ascii"))
    except FileNotFoundError:
        return None
