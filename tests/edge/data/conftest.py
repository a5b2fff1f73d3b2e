"""Who signs, data sets as headquarters makes them, and a car that may take them: for the tests of data sets."""

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.data.admission import Judge, Now
from edge.data.keys import TrustedKey
from edge.data.kinds import KINDS
from edge.data.orders import Place
from headquarters.datasets.signing import Signer
from proto.manifest import Manifest, hashes_of
from proto.voi import Entry, parse
from proto.voi_lines import HEADER, delta, line_of, place_of

KEY: Final = "5a" * 32
NOON_MS: Final = 1_795_608_000_000  # 2026-11-25T12:00:00Z
HOUR_MS: Final = 3_600_000
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


Made = tuple[bytes, bytes]
"""(signed manifest, content): what headquarters publishes."""
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
