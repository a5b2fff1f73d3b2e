"""A set in which one bit is another one -> refused; nothing in the car changes."""

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from edge.data import stick
from edge.data.admission import Judge, Now
from edge.data.applying import RefusedError
from edge.data.orders import Place
from edge.data.signature import is_genuine
from proto.chunks import STICK_HEAD_BYTES, stick_head, stick_manifest_bytes
from proto.errors import FrameError
from proto.manifest import decode_signed, pieces
from tests.edge.rig.sets import CHANGED, PLATES

if TYPE_CHECKING:
    from tests.edge.data.conftest import Apply, MakeList, Unchanged

FLIPS: Final = int(os.environ.get("FLIPS", "6000"))  # FLIPS=1000000 pytest tests/edge/data -k flip


def accepts(file: bytes, judge: Judge) -> bool:
    """What `stick.load` looks at before it writes anything."""
    try:
        end = STICK_HEAD_BYTES + stick_manifest_bytes(file[:STICK_HEAD_BYTES])
        signed = decode_signed(file[STICK_HEAD_BYTES:end])
    except FrameError:
        return False
    if not is_genuine(signed, judge.keys):
        return False
    cut = list(pieces(file[end:], signed.manifest.chunk_bytes))
    return len(cut) == signed.manifest.chunks and all(signed.manifest.is_chunk(n, piece) for n, piece in enumerate(cut))


def flips(file: bytes, count: int) -> Iterator[bytes]:
    chance = random.Random(count)
    for _ in range(count):
        flipped = bytearray(file)
        flipped[chance.randrange(len(file))] ^= 1 << chance.randrange(8)
        yield bytes(flipped)


def test_no_flipped_bit_is_accepted(judge: Judge, make_list: "MakeList") -> None:
    message, content = make_list(PLATES[:8], 1, chunk_bytes=256)
    file = stick_head(message) + content
    assert accepts(file, judge)
    assert sum(accepts(flipped, judge) for flipped in flips(file, FLIPS)) == 0


def test_no_flipped_bit_changes_anything(
    judge: Judge, now: Now, place: Place, make_list: "MakeList", apply: "Apply", tmp_path: Path,
    unchanged: "Unchanged",
) -> None:  # fmt: skip
    apply(make_list(PLATES, 1))
    same = unchanged()
    message, content = make_list(CHANGED, 2)
    path = tmp_path / "flipped"
    for flipped in flips(stick_head(message) + content, 100):
        path.write_bytes(flipped)
        with pytest.raises(RefusedError):
            stick.load(path, judge, now, place)
    assert same()
