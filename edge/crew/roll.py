"""The data sets of officers that this car carries -> one officer, found by collar number. Nobody else of them stays in memory."""

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Final

from edge.data.content import ContentError, lines
from edge.data.holdings import FOLDER
from edge.data.kinds import read_blob
from edge.spool.database import StoreError
from proto.errors import FrameError
from proto.officers import Officer, officer_of

KIND: Final = "officers"

Find = Callable[[Collection[str]], dict[str, Officer]]
"""Collar numbers -> those of them who are officers. Runs in a thread."""


def find_in(storage: Path, key: str) -> Find:
    """Looks through the sets in the storage folder at each call."""
    return partial(_found, storage, key)


def _found(storage: Path, key: str, collars: Collection[str]) -> dict[str, Officer]:
    """Of an officer in several sets, the first one by the set's name. A set that cannot be read holds nobody."""
    found: dict[str, Officer] = {}
    for path in sorted((storage / FOLDER / KIND).glob("*.set"), reverse=True):
        try:
            of_set = [officer for line in lines(read_blob(path, key)) if (officer := _officer(line, collars))]
        except (StoreError, ContentError):
            continue
        found |= {officer.collar: officer for officer in of_set}
    return found


def _officer(line: str, collars: Collection[str]) -> Officer | None:
    if not any(line.startswith(f'["{collar}"') for collar in collars):
        return None
    try:
        return officer_of(line)
    except FrameError:
        return None
