"""Who signs, data sets as headquarters makes them, a car that may take them and does: for the tests of data sets."""

import zlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.data.admission import Judge, Now
from edge.data.applying import put_in_place
from edge.data.keys import TrustedKey
from edge.data.kinds import KINDS
from edge.data.orders import Place
from headquarters.datasets.signing import Signer
from proto.manifest import Manifest, decode_signed, hashes_of, pieces
from proto.voi import Entry, parse
from proto.voi_lines import HEADER, delta, line_of, place_of
from tests.edge.rig import sets
from tests.edge.rig.daemon import KEY
from tests.edge.rig.sets import HOUR_MS, NOON_MS, Car, Made

CAR: Final = "k-0417"


@pytest.fixture
def signer() -> Signer:
    return Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@pytest.fixture
def stranger() -> Signer:
    return Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "store", KEY)


@pytest.fixture
def judge(signer: Signer) -> Judge:
    key = TrustedKey(signer.public)
    return Judge(CAR, {key.id: key}, frozenset(KINDS))


@pytest.fixture
def now() -> Now:
    return Now(NOON_MS, NOON_MS)


def entries_of(plates: list[str]) -> list[tuple[tuple[int, int], str, str]]:
    """(place, key, line) of each plate, sorted as they travel."""
    rows = [f"{plate},FORD,,RED,STOP,,stolen,,,,,,,,80," for plate in plates]
    entries = [entry for entry in parse([HEADER, *rows]) if isinstance(entry, Entry)]
    assert len(entries) == len(plates)
    return sorted((place_of(entry.key, line_of(entry)), entry.key, line_of(entry)) for entry in entries)


MakeList = Callable[..., Made]


@pytest.fixture
def make_list(signer: Signer) -> MakeList:
    """`make_list(plates, version=, before=, base=, chunk_bytes=, signer=, **fields of the manifest)`."""

    def make(
        plates: list[str],
        version: int = 1,
        *,
        before: list[str] | None = None,
        chunk_bytes: int = 64,
        by: Signer = signer,
        text: str | None = None,
        **fields: Any,  # noqa: ANN401 - of the manifest
    ) -> Made:
        rows = entries_of(plates)
        lines = [HEADER, *(line for *_, line in rows)] if before is None else delta(entries_of(before), rows)
        content = zlib.compress(("\n".join(lines) if text is None else text).encode())
        told = {
            "name": "wanted",
            "kind": "voi",
            "version": version,
            "made_ms": NOON_MS - HOUR_MS,
            "expires_ms": NOON_MS + HOUR_MS,
            "entries": len(rows),
            "size": len(content),
            "chunk_bytes": chunk_bytes,
            "hashes": hashes_of(content, chunk_bytes),
            **fields,
        }
        return by.signed(Manifest(**told)), content

    return make


OpenCar = Callable[..., AbstractAsyncContextManager[Car]]


@pytest.fixture
def open_car(place: Place, judge: Judge, eventually: Callable[..., Any]) -> OpenCar:
    """`async with open_car(ask=) as car`: its task runs."""
    return partial(sets.opened, place, judge, eventually)


Apply = Callable[..., None]


@pytest.fixture
def apply(judge: Judge, now: Now, place: Place) -> Apply:
    """`apply(made, now=, judge=, content=)`: what a child does with what came."""

    def put(made: Made, *, at: Now = now, by: Judge = judge, content: bytes | None = None) -> None:
        message, whole = made
        length = decode_signed(message).manifest.chunk_bytes
        put_in_place(message, pieces(whole if content is None else content, length), by, at, place)

    return put


Unchanged = Callable[[], Callable[[], bool]]


@pytest.fixture
def unchanged(place: Place) -> Unchanged:
    """`same = unchanged()`, and later `same()`: every file of the store is what it was."""

    def look() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in place.storage.rglob("*") if path.is_file()}

    def begin() -> Callable[[], bool]:
        before = look()
        return lambda: look() == before

    return begin
