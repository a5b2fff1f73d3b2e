"""A pack of records, as headquarters signs it -> one encrypted file in the car that is searched, and in which nothing stands in clear."""

import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from edge.data.admission import Judge, Now
from edge.data.applying import RefusedError, put_in_place
from edge.data.holdings import place_of
from edge.data.kinds import KINDS
from edge.data.orders import Place
from edge.matcher.listdelta import BaseError
from edge.matcher.listfile import CACHE_KB, PAGE_BYTES
from edge.spool.database import connect
from headquarters.datasets.signing import Signer
from proto.manifest import Manifest, hashes_of, pieces
from records import building, rows
from records.pack import dumped
from records.search import Search
from records.words import ROLE_CODES
from tests.edge.rig.daemon import KEY

AS_OF: Final = date(2026, 11, 25)
NOON_MS: Final = 1_795_608_000_000
CHUNK: Final = 4096
SYLLABLES: Final = ("brac", "tol", "wen", "mar", "dun", "fea", "lith", "grov", "hask", "pell")

Sign = Callable[..., tuple[bytes, bytes]]


def vrm(n: int) -> str:
    return f"AB{n % 100:02}X{chr(65 + n // 100)}Y"


def surname(n: int) -> str:
    return (SYLLABLES[n // 100] + SYLLABLES[n // 10 % 10] + SYLLABLES[n % 10]).capitalize()


@pytest.fixture(scope="module")
def pack() -> bytes:
    """A thousand vehicles, each with its keeper."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        rows.make_tables(connection)
        rows.put(connection, [rows.Vehicle(f"v{n}", vrm(n), vrm(n), "FORD") for n in range(1000)])
        rows.put(connection, [rows.Person(f"p{n}", "Bertram", surname(n), 720_000 + n) for n in range(1000)])
        rows.put(connection, [rows.Relationship(ROLE_CODES["keeper"], f"p{n}", f"v{n}") for n in range(1000)])
        building.build(connection, AS_OF.toordinal())
        return "\n".join(dumped(connection)).encode()


@pytest.fixture
def sign(signer: Signer) -> Sign:
    def signed(content: bytes, **told: Any) -> tuple[bytes, bytes]:  # noqa: ANN401 - of the manifest
        packed = zlib.compress(content)
        fields = {
            "name": "records",
            "kind": "records",
            "version": 1,
            "made_ms": NOON_MS - 1000,
            "expires_ms": NOON_MS + 1000,
            "entries": 2000,
            "size": len(packed),
            "chunk_bytes": CHUNK,
            "hashes": hashes_of(packed, CHUNK),
            **told,
        }
        return signer.signed(Manifest(**fields)), packed

    return signed


@pytest.fixture
def apply(judge: Judge, now: Now, place: Place) -> Callable[[tuple[bytes, bytes]], Path]:
    def applied(made: tuple[bytes, bytes]) -> Path:
        message, content = made
        put_in_place(message, pieces(content, CHUNK), judge, now, place)
        return place_of(place.storage, "records", "records")

    return applied


Apply = Callable[[tuple[bytes, bytes]], Path]


def search(path: Path, key: str) -> Search:
    return Search(connect(path, key, page_bytes=PAGE_BYTES, cache_kb=CACHE_KB, read_only=True))


def test_a_pack_in_place_is_searched(apply: Apply, sign: Sign, pack: bytes, place: Place) -> None:
    found = search(apply(sign(pack)), place.key)
    assert (found.about().objects, found.about().persons) == (1000, 1000)
    (vehicle,) = found.vehicle(vrm(417)).results
    assert [one.name for one in vehicle.persons] == [f"Bertram {surname(417)}"]
    misheard = surname(417)[:-1]
    assert found.person(f"Betram {misheard}", as_of=AS_OF).results[0].surname == surname(417)


def test_nothing_of_a_pack_stands_in_clear(apply: Apply, sign: Sign, pack: bytes, place: Place) -> None:
    apply(sign(pack))
    files = [path.read_bytes() for path in place.storage.rglob("*") if path.is_file()]
    assert sum(map(len, files)) > 100_000
    for n in range(1000):
        for known in (vrm(n), surname(n), surname(n).lower()):
            assert not any(known.encode() in written for written in files)


@pytest.mark.parametrize("told", [{"entries": 1999}, {"entries": 2001}])
def test_a_pack_with_more_or_less_than_it_says_is_refused(apply: Apply, sign: Sign, pack: bytes, told: Any) -> None:  # noqa: ANN401
    with pytest.raises(RefusedError, match="entries miscounted"):
        apply(sign(pack, **told))


def test_what_is_no_pack_is_refused_and_the_old_one_stays(apply: Apply, sign: Sign, pack: bytes, place: Place) -> None:
    path = apply(sign(pack))
    for content in (b"vrm\nAB1\n", pack[:-200], pack.replace(b'["vehicle",', b'["wheel",')):
        with pytest.raises(RefusedError):
            apply(sign(content, version=2))
    assert search(path, place.key).about().persons == 1000


@pytest.mark.parametrize("kind", ["records", "officers"])
def test_only_lists_have_deltas(kind: str, tmp_path: Path, pack: bytes) -> None:
    delta = Manifest("some", kind, 2, 1, 2, 2000, len(pack), CHUNK, hashes_of(pack, CHUNK), base=1)
    with pytest.raises(BaseError):
        KINDS[kind](tmp_path, KEY, delta, [pack])
    assert not place_of(tmp_path, kind, "some").exists()
