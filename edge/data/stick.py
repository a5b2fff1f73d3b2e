"""A data set's file on a stick -> the set in place: the manifest, then the chunks one after another. [proto-8]"""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from edge.data.admission import Judge, Now
from edge.data.applying import RefusedError, put_in_place
from edge.data.holdings import Holding
from edge.data.orders import Place
from proto.chunks import STICK_HEAD_BYTES, stick_manifest_bytes
from proto.errors import FrameError
from proto.manifest import Signed, decode_signed


def load(path: Path, judge: Judge, now: Now, place: Place) -> Holding:
    """Raises RefusedError, StoreError or OSError; the old one stays."""
    with path.open("rb") as file:
        try:
            message = file.read(stick_manifest_bytes(file.read(STICK_HEAD_BYTES)))
            signed = decode_signed(message)
        except FrameError as error:
            raise RefusedError(str(error)) from error
        return put_in_place(message, _pieces(file, signed), judge, now, place)


def _pieces(file: IO[bytes], signed: Signed) -> Iterator[bytes]:
    while piece := file.read(signed.manifest.chunk_bytes):
        yield piece
