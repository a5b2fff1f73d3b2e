"""A signed manifest and its chunks -> the set in place and its manifest beside it, or a refusal with everything as it was."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from edge.data import admission, holdings
from edge.data.admission import Judge, Now
from edge.data.content import ContentError, unpacked
from edge.data.holdings import FOLDER, Holding
from edge.data.kinds import KINDS
from edge.data.orders import Place
from edge.data.signature import is_genuine
from edge.matcher.listdelta import BaseError
from edge.matcher.listfile import open_list
from edge.spool.database import StoreError
from proto.errors import FrameError
from proto.manifest import Manifest, Signed, decode_signed

CHUNK: Final = "a chunk is not what was signed"
CUT: Final = "cut short"


class RefusedError(ValueError):
    """It does not come in, and the old one stays; the text says why, and holds nothing of the set."""


def admitted(message: bytes, judge: Judge, now: Now, place: Place) -> Signed:
    """The manifest of a message, when it may come in and is signed by whom it says. Raises RefusedError."""
    try:
        signed = decode_signed(message)
    except FrameError as error:
        raise RefusedError(f"manifest damaged: {error}") from error
    if not is_genuine(signed, judge.keys):  # first: of what a stranger wrote nothing else is worth a word
        trusted = signed.key_id in judge.keys
        raise RefusedError(admission.SIGNATURE if trusted else admission.KEY)
    reason = judge.refusal(signed, holdings.held(place.storage).get(signed.manifest.name), now)
    if reason is not None:
        raise RefusedError(reason)
    return signed


def put_in_place(message: bytes, pieces: Iterable[bytes], judge: Judge, now: Now, place: Place) -> Holding:
    """Verifies everything and puts it in place; one at a time. Raises RefusedError, StoreError or OSError."""
    with _alone(place.storage):
        signed = admitted(message, judge, now, place)
        manifest = signed.manifest
        try:
            if _version_there(place, manifest) != manifest.version:  # else the power went just before the next line
                KINDS[manifest.kind](place.storage, place.key, manifest, unpacked(_verified(manifest, pieces)))
        except ContentError as error:
            raise RefusedError(str(error)) from error
        except BaseError as error:
            raise RefusedError(admission.BASE) from error
        holdings.keep_manifest(place.storage, manifest.name, message)
    return holdings.holding_of(manifest)


def _verified(manifest: Manifest, pieces: Iterable[bytes]) -> Iterator[bytes]:
    n = -1
    for n, piece in enumerate(pieces):
        if not manifest.is_chunk(n, piece):
            raise RefusedError(CUT if n < manifest.chunks and len(piece) < manifest.length(n) else CHUNK)
        yield piece
    if n + 1 != manifest.chunks:
        raise RefusedError(CUT)


def _version_there(place: Place, manifest: Manifest) -> int | None:
    """The version that the list in place says it is of; None: no list, or one of another maker."""
    path = holdings.place_of(place.storage, manifest.kind, manifest.name)
    if manifest.kind != "voi" or not path.exists() or holdings.is_damaged(place.storage, manifest.name):
        return None
    try:
        there = open_list(path, place.key)
    except StoreError:
        return None
    there.close()
    return there.about.version if there.about.signed else None


@contextmanager
def _alone(storage: Path) -> Iterator[None]:
    """No other process puts anything in place meanwhile: a stick and the link may bring the same set."""
    folder = storage / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)
