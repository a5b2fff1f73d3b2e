"""The manifests of the sets in place, one file each -> what this car holds. Nothing of a set's content stands in them."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from proto.errors import FrameError
from proto.manifest import MAX_MANIFEST_BYTES, Manifest, Signed, decode_signed

FOLDER: Final = "data"
SUFFIX: Final = ".held"
NEW: Final = ".new"
DAMAGED: Final = ".damaged"


@dataclass(frozen=True, slots=True)
class Holding:
    """A set in place. `is_there`: its file is, too; when it is lost, the same version is taken again."""

    name: str
    kind: str
    version: int
    made_ms: int
    expires_ms: int
    entries: int
    is_there: bool = True


def holding_of(manifest: Manifest, *, is_there: bool = True) -> Holding:
    """What a manifest's set is once it is in place."""
    m = manifest
    return Holding(m.name, m.kind, m.version, m.made_ms, m.expires_ms, m.entries, is_there)


def mark_damaged(storage: Path, name: str) -> None:
    """The set's file is there and cannot be relied on: it counts as lost until another is put in its place."""
    (storage / FOLDER / f"{name}{DAMAGED}").touch()


def is_damaged(storage: Path, name: str) -> bool:
    """Whether it was marked."""
    return (storage / FOLDER / f"{name}{DAMAGED}").exists()


def held(storage: Path) -> dict[str, Holding]:
    """By name. A manifest that cannot be read is none: its set is fetched again."""
    folder = storage / FOLDER
    found = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        signed = read_manifest(path)
        if signed is not None and signed.manifest.name == path.stem:
            there = place_of(storage, signed.manifest.kind, path.stem).exists() and not is_damaged(storage, path.stem)
            found[path.stem] = holding_of(signed.manifest, is_there=there)
    return found


def read_manifest(path: Path) -> Signed | None:
    """The signed manifest of a file; None when there is none, or none that can be read."""
    try:
        with path.open("rb") as file:
            return decode_signed(file.read(MAX_MANIFEST_BYTES + 1))
    except (OSError, FrameError):
        return None


def keep_manifest(storage: Path, name: str, message: bytes, suffix: str = SUFFIX) -> None:
    """From now on this is what is held (or under way) under the name: one rename, on the disk when it returns."""
    path = storage / FOLDER / f"{name}{suffix}"
    fresh = path.with_suffix(suffix + NEW)
    with fresh.open("wb") as file:
        file.write(message)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    if suffix == SUFFIX:
        (storage / FOLDER / f"{name}{DAMAGED}").unlink(missing_ok=True)
    sync(path.parent)


def place_of(storage: Path, kind: str, name: str) -> Path:
    """The file of a set: a list among the lists, anything else among its kind."""
    return storage / "lists" / f"{name}.list" if kind == "voi" else storage / FOLDER / kind / f"{name}.set"


def sync(path: Path) -> None:
    """What was written to this file or folder is on the disk."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
