"""Files -> versions on the shelf: what is built, refused, kept; what a car is given next; who is behind."""

import sqlite3
import subprocess
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from headquarters.arrivals import Message
from headquarters.cli import main
from headquarters.datasets import asking, behind, shelf
from headquarters.datasets.building import UnusableError, build
from headquarters.datasets.file import open_sets, path_of
from headquarters.datasets.publishing import Terms, Version, publish
from headquarters.datasets.signing import Signer
from headquarters.store.file import StoreError
from proto import topics
from proto.chunks import Having, Want, decode_chunk, encode_have, encode_want
from proto.manifest import decode_signed, to_sign
from proto.voi import COLUMNS, BadRow

HOUR_MS: Final = 3_600_000
NOW_MS: Final = 1_795_608_000_000

Write = Callable[..., Path]


@pytest.fixture
def sets(store_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_sets(store_path)) as connection:
        yield connection


@pytest.fixture
def signer() -> Signer:
    return Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_voi(plates: list[str], name: str = "wanted") -> Path:
        path = tmp_path / f"{name}.csv"
        rows = [",".join([plate, *[""] * (len(COLUMNS) - 1)]) for plate in plates]
        path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n")
        return path

    return write_voi


PublishList = Callable[..., Version]


@pytest.fixture
def put(sets: sqlite3.Connection, signer: Signer, write: Write) -> PublishList:
    """`put(plates, at_ms=, audience=, name=)`: published."""

    def published(
        plates: list[str], at_ms: int = NOW_MS, audience: tuple[str, ...] | None = None, name: str = "wanted"
    ) -> Version:
        return publish(sets, write(plates, name), Terms("voi", at_ms, HOUR_MS, audience), signer, lambda _: None)

    return published


PLATES: Final = [f"AB{n:04}" for n in range(400)]


def test_a_list_is_sorted_each_entry_once_and_bad_rows_are_reported(write: Write) -> None:  # [proto-8.12]
    rows: list[BadRow] = []
    built = build("voi", write(["ZZ2", "AB1", "?", "AB1"]), None, rows.append)
    lines = zlib.decompress(built.content).decode().split("\n")
    assert [line.partition(",")[0] for line in lines] == ["vrm", "AB1", "ZZ2"]
    assert (built.entries, built.change) == (2, None)
    assert [(row.line, row.reason) for row in rows] == [(4, "wildcards not usable"), (5, "stands there twice")]


def test_what_is_no_list_or_no_forecast_is_refused(write: Write, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("one,two\n")
    for kind, path in (("voi", write([])), ("voi", tmp_path / "x.csv"), ("forecast", tmp_path / "x.csv")):
        with pytest.raises(UnusableError):
            build(kind, path, None, lambda _: None)


def test_a_version_is_signed_whole_and_as_a_delta_when_that_is_shorter(
    put: PublishList, signer: Signer
) -> None:  # [proto-8.3]
    first, second = put(PLATES), put([*PLATES[1:], "ZZ1"], NOW_MS + 1_000)
    assert [len(version.things) for version in (first, second)] == [1, 2]
    assert second.version == first.version + 1 == NOW_MS // 1000 + 1
    for message, content in second.things:
        signed = decode_signed(message)
        Ed25519PublicKey.from_public_bytes(signer.public).verify(signed.signature, to_sign(signed.body))
        assert (signed.manifest.size, signed.manifest.entries) == (len(content), 400)
        assert signed.manifest.expires_ms == NOW_MS + 1_000 + HOUR_MS
    assert zlib.decompress(second.things[1][1]).decode().split("\n")[0] == "delta"


def test_a_version_of_the_same_second_is_a_later_one_all_the_same(put: PublishList) -> None:
    assert put(PLATES).version < put(PLATES[1:]).version < put(PLATES[2:]).version


def test_a_name_keeps_its_kind(put: PublishList, sets: sqlite3.Connection, signer: Signer, write: Write) -> None:
    put(PLATES)
    with pytest.raises(UnusableError, match="published as voi before"):
        publish(sets, write(PLATES), Terms("records", NOW_MS, HOUR_MS), signer, lambda _: None)


def test_a_car_is_given_the_next_step_of_a_way_that_is_there_else_the_whole(  # [proto-8.6]
    put: PublishList, sets: sqlite3.Connection
) -> None:
    versions = [put(PLATES[n:], NOW_MS + 1_000 * n).version for n in range(4)]
    steps = [shelf.next_for(sets, "wanted", version) for version in (*versions, 0, versions[0] - 1)]
    assert [step and (step.base, step.version) for step in steps] == [
        (versions[0], versions[1]), (versions[1], versions[2]), (versions[2], versions[3]), None,
        (None, versions[3]), (None, versions[3]),
    ]  # fmt: skip


def test_what_is_coming_is_left_to_come_while_it_is_on_the_shelf(
    put: PublishList, sets: sqlite3.Connection
) -> None:  # [proto-8.6]
    versions = [put(PLATES[n:], NOW_MS + 1_000 * n).version for n in range(2)]
    assert shelf.next_for(sets, "wanted", 0, versions[0]) is None
    assert shelf.next_for(sets, "wanted", 0, versions[0] - 1) is not None


def test_old_versions_go_and_their_chunks_with_them(put: PublishList, sets: sqlite3.Connection) -> None:
    for n in range(40):
        put(PLATES[n:], NOW_MS + 1_000 * n)
    assert sets.execute("SELECT count(*) FROM data_set WHERE base IS NULL").fetchone() == (shelf.KEEP_WHOLE,)
    assert sets.execute("SELECT count(*) FROM data_set WHERE base IS NOT NULL").fetchone() == (shelf.KEEP_DELTAS,)
    assert sets.execute("SELECT count(*) FROM chunk WHERE data_set NOT IN (SELECT id FROM data_set)").fetchone() == (0,)


def asked(vehicle: str, word: str, payload: bytes) -> asking.Asked:
    found = asking.asked(Message(topics.up(vehicle, word), payload, len(payload)))
    assert found is not None
    return found


def test_a_have_is_noted_and_answered_with_what_is_newer(  # [proto-8.6]
    put: PublishList, sets: sqlite3.Connection, store_path: Path
) -> None:
    old, new = put(PLATES).version, put(PLATES[1:]).version
    put(PLATES, audience=("car-2",), name="other")
    said = [
        asked("car-1", "have", encode_have([Having("wanted", old)])),
        asked("car-2", "have", encode_have([Having("wanted", new)])),
        asked("car-3", "have", encode_have([])),
    ]
    answers = asking.answers(sets, said, NOW_MS)
    told = [(one.topic, decode_signed(one.payload).manifest) for one in answers]
    assert [(topic, m.name, m.base) for topic, m in told] == [
        ("pe/1/car-1/down/manifest", "wanted", old),
        ("pe/1/car-2/down/manifest", "other", None),
        ("pe/1/car-3/down/manifest", "wanted", None),
    ]
    cars = {one["name"]: one["cars"] for one in behind.sets(store_path)}
    assert [(car["vehicle"], car["behind"]) for car in cars["wanted"]] == [("car-1", True), ("car-2", False)]
    assert [(car["vehicle"], car["behind"]) for car in cars["other"]] == [("car-2", True)]


def test_a_want_is_answered_with_chunks_and_whole_sets_and_no_more_than_is_allowed(  # [proto-8.7]
    put: PublishList, sets: sqlite3.Connection
) -> None:
    message, content = put(PLATES).things[0]
    digest = decode_signed(message).digest
    want = Want(("wanted", "nothing"), ((digest, (0, 1, 3_000)), (b"x" * 16, (0,))))
    manifest, chunk = asking.answers(sets, [asked("car-1", "want", encode_want(want))], NOW_MS)
    assert (manifest.topic, manifest.payload) == ("pe/1/car-1/down/manifest", message)
    assert decode_chunk(chunk.payload).piece == content
    many = Want((), ((digest, (0,) * 100),))
    assert len(asking.answers(sets, [asked("car-1", "want", encode_want(many))], NOW_MS)) == 64


def test_what_is_not_about_sets_is_the_keepers() -> None:
    for topic in ("pe/1/car-1/up/read", "pe/1/car-1/up/have", "pe/1/car-1/up/want", "pe/1/all/manifest", "x"):
        assert asking.asked(Message(topic, b"\xc1", 1)) is None


def test_a_new_version_is_announced_as_the_delta_to_those_it_is_for(put: PublishList, sets: sqlite3.Connection) -> None:
    put(PLATES)
    last = shelf.last_id(sets)
    put(PLATES[1:])
    put(PLATES, audience=("car-1", "car-2"), name="other")
    news = shelf.since(sets, last)
    said = [answer for one in news for answer in asking.announcements(one.manifest, one.message)]
    assert [(one.topic, decode_signed(one.payload).manifest.base is None) for one in said] == [
        ("pe/1/all/manifest", False), ("pe/1/car-1/down/manifest", True), ("pe/1/car-2/down/manifest", True),
    ]  # fmt: skip


def test_a_file_of_another_kind_is_not_used(store_path: Path) -> None:
    with closing(sqlite3.connect(path_of(store_path))) as other:
        other.execute("CREATE TABLE x (y)")
    with pytest.raises(StoreError):
        open_sets(store_path)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "k.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(path)], check=True, capture_output=True)
    return path


def words(store_path: Path, key: Path, *more: str) -> list[str]:
    return ["publish", "voi", *more, "--store", f"sqlite:///{store_path}", "--key", str(key)]


def test_the_command_publishes_files_and_says_who_signed(
    store_path: Path, key_file: Path, write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(write(PLATES)), str(write(["?", "AB1"], "local"))]
    assert main([*words(store_path, key_file, *files), "--stick", str(tmp_path), "--vehicle", "car-1"]) == 0
    printed = capsys.readouterr()
    assert "400 entries" in printed.out
    assert "signed by " in printed.out
    assert printed.err == "local.csv:2: wildcards not usable\n"
    assert (tmp_path / "wanted.pedata").read_bytes().startswith(b"PEDS\x01")
    with closing(open_sets(store_path)) as sets:
        whole = shelf.newest(sets, "local")
    assert whole is not None
    assert whole.manifest.audience == ("car-1",)


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        (["--vehicle", "CAR"], 2, "a vehicle's name"),
        (["--valid-hours", "0"], 2, "--valid-hours"),
        (["missing.csv"], 1, "missing.csv: No such file"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    store_path: Path,
    key_file: Path,
    write: Write,
    capsys: pytest.CaptureFixture[str],
    more: list[str],
    code: int,
    says: str,
) -> None:
    assert main(words(store_path, key_file, str(write(PLATES)), *more)) == code
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_a_key_that_is_none_publishes_nothing(
    store_path: Path, tmp_path: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.pem").write_text("no key")
    assert main(words(store_path, tmp_path / "bad.pem", str(write(PLATES)))) == 1
    assert "not a PEM private key" in capsys.readouterr().err
