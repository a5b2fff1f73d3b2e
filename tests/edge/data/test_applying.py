"""Every attack and every accident at the door: refused, and what is held stays as it is, byte for byte. [proto-8.9]"""

import os
import random
import signal
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from edge.data import admission, holdings, stick
from edge.data.admission import Judge, Now
from edge.data.applying import CHUNK, CUT, RefusedError, put_in_place
from edge.data.keys import TrustedKey
from edge.data.kinds import read_blob
from edge.data.orders import Place
from edge.data.signature import is_genuine
from edge.matcher.importer import import_csv
from edge.matcher.listfile import CACHE_KB, PAGE_BYTES, open_list
from edge.spool.database import connect
from headquarters.datasets.signing import Signer
from proto.chunks import STICK_HEAD_BYTES, stick_head, stick_manifest_bytes
from proto.errors import FrameError
from proto.manifest import decode_signed, hashes_of, pieces
from proto.plates import canonical, packed

if TYPE_CHECKING:
    from tests.edge.data.conftest import Made, MakeList

FLIPS: Final = int(os.environ.get("FLIPS", "6000"))  # FLIPS=1000000 pytest tests/edge/data -k flip
KILLS: Final = int(os.environ.get("KILLS", "10"))  # KILLS=100 pytest tests/edge/data -k kill
NOON_MS: Final = 1_795_608_000_000
DAY_MS: Final = 86_400_000
OLD: Final = [f"ZZ99A{n:02}" for n in range(40)]
NEW: Final = [*OLD[1:], "ZZ99NEW"]

Apply = Callable[..., None]


@pytest.fixture
def apply(judge: Judge, now: Now, place: Place) -> Apply:
    """`apply(made, now=, judge=, content=)`: what a child does with what came."""

    def put(made: "Made", *, at: Now = now, by: Judge = judge, content: bytes | None = None) -> None:
        message, whole = made
        length = decode_signed(message).manifest.chunk_bytes
        put_in_place(message, pieces(whole if content is None else content, length), by, at, place)

    return put


@pytest.fixture
def unchanged(place: Place) -> Callable[[], Callable[[], bool]]:
    """`same = unchanged()`, and later `same()`: every file of the store is what it was."""

    def look() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in place.storage.rglob("*") if path.is_file()}

    def begin() -> Callable[[], bool]:
        before = look()
        return lambda: look() == before

    return begin


def found(place: Place, plate: str) -> bool:
    opened = open_list(place.storage / "lists" / "wanted.list", place.key)
    number = packed(plate)
    assert number is not None
    with closing(opened):
        return bool(opened.find(number))


def test_a_whole_list_and_then_what_changed(
    apply: Apply, make_list: "MakeList", place: Place
) -> None:  # [proto-8.12] [proto-8.13]
    apply(make_list(OLD, 1))
    assert found(place, OLD[0])
    apply(make_list(NEW, 2, before=OLD, base=1))
    assert [found(place, plate) for plate in (OLD[0], OLD[1], "ZZ99NEW")] == [False, True, True]
    held = holdings.held(place.storage)["wanted"]
    assert (held.version, held.entries, held.is_there) == (2, 40, True)


def test_any_other_kind_is_kept_as_it_is_and_encrypted(apply: Apply, make_list: "MakeList", place: Place) -> None:
    text = "one,zz99 secret\n" * 40_000
    apply(make_list(OLD, kind="officers", name="staff", text=text, chunk_bytes=4096))
    path = holdings.place_of(place.storage, "officers", "staff")
    assert b"".join(read_blob(path, place.key)) == text.encode()
    assert b"zz99" not in path.read_bytes()


def _other_key(make: "MakeList", stranger: Signer) -> "Made":
    return make(NEW, 2, by=stranger)


def _other_keys_name(make: "MakeList", stranger: Signer) -> "Made":
    """Signed by a stranger who says that he is somebody else."""
    (message, content), honest = make(NEW, 2, by=stranger), decode_signed(make(NEW, 2)[0])
    return message.replace(decode_signed(message).key_id, honest.key_id), content


def test_another_key_is_refused(
    apply: Apply, make_list: "MakeList", unchanged: Callable[[], Callable[[], bool]], stranger: Signer
) -> None:
    apply(make_list(OLD, 1))
    same = unchanged()
    with pytest.raises(RefusedError, match=admission.KEY):
        apply(_other_key(make_list, stranger))
    with pytest.raises(RefusedError, match=admission.SIGNATURE):
        apply(_other_keys_name(make_list, stranger))
    assert same()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"audience": ("k-0418",)}, admission.AUDIENCE),
        ({"version": 1}, admission.OLDER),
        ({"version": 2}, admission.NEWS),
        ({"made_ms": NOON_MS - DAY_MS, "expires_ms": NOON_MS - 1}, admission.EXPIRED),
        ({"made_ms": NOON_MS + DAY_MS, "expires_ms": NOON_MS + 2 * DAY_MS}, admission.AHEAD),
        ({"kind": "curses"}, admission.KIND),
        ({"before": NEW, "base": 1}, admission.BASE),
        ({"entries": 39}, "entries miscounted"),
        ({"text": "no list"}, "not a list"),
        ({"text": "x" * 100_000, "chunk_bytes": 4096}, "not a list"),
    ],
)
def test_what_may_not_come_in_is_refused(  # [proto-8.9] [proto-8.10]
    apply: Apply,
    make_list: "MakeList",
    unchanged: Callable[[], Callable[[], bool]],
    wrong: dict[str, object],
    reason: str,
) -> None:
    apply(make_list(OLD, 2))
    same = unchanged()
    with pytest.raises(RefusedError, match=reason):
        apply(make_list(NEW, **{"version": 3, **wrong}))
    assert same()


def test_a_set_that_was_meant_for_this_car_comes_in(apply: Apply, make_list: "MakeList", place: Place) -> None:
    apply(make_list(NEW, 2, audience=("k-0417", "k-0418")))
    assert found(place, "ZZ99NEW")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda content: content[:100] + bytes([content[100] ^ 1]) + content[101:], CHUNK),
        (lambda content: content[:-1], CUT),
        (lambda content: content[:128], CUT),
        (lambda content: content + b"\0", f"{CHUNK}|{CUT}"),
        (lambda content: content[64:128] + content[:64] + content[128:], CHUNK),
        (lambda content: b"", CUT),  # noqa: ARG005
    ],
)
def test_content_that_was_not_signed_is_refused(
    apply: Apply,
    make_list: "MakeList",
    unchanged: Callable[[], Callable[[], bool]],
    spoil: Callable[[bytes], bytes],
    reason: str,
) -> None:
    apply(make_list(OLD, 1))
    same = unchanged()
    made = make_list(NEW, 2)
    with pytest.raises(RefusedError, match=f"^({reason})$"):
        apply(made, content=spoil(made[1]))
    assert same()


def test_a_key_whose_time_is_over_signs_nothing_more(
    apply: Apply, make_list: "MakeList", judge: Judge, signer: Signer
) -> None:
    def until(ms: int) -> Judge:
        key = TrustedKey(signer.public, ms)
        return replace(judge, keys={key.id: key})

    with pytest.raises(RefusedError, match=admission.KEY_EXPIRED):
        apply(make_list(OLD, 1), by=until(NOON_MS))
    apply(make_list(OLD, 1), by=until(NOON_MS + 1))


def test_a_car_without_a_clock_judges_by_the_newest_signed_time(apply: Apply, make_list: "MakeList") -> None:
    made = make_list(OLD, 1, made_ms=NOON_MS - DAY_MS, expires_ms=NOON_MS - 1)
    with pytest.raises(RefusedError, match=admission.EXPIRED):
        apply(made, at=Now(NOON_MS, None))
    apply(made, at=Now(None, None))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("delta\n-ZZ99A00 00000000", admission.BASE),
        ("delta\n+ZZ99B01,,,,,,,,,,,,,,,", admission.BASE),  # one more than was said
        ("delta\n-ZZ99A00 00000000\n+ZZ99B01,,,,,,,,,,,,,,,", admission.BASE),  # it would add up
        ("delta\n*", "delta line invalid"),
        ("delta\n-", "delta line invalid"),
        ("delta\n+not a row", "a line is no entry"),
        ("nothing of it", "not a delta"),
    ],
)
def test_a_delta_that_does_not_fit_changes_nothing(  # [proto-8.13]
    apply: Apply, make_list: "MakeList", unchanged: Callable[[], Callable[[], bool]], text: str, reason: str
) -> None:
    apply(make_list(OLD, 1))
    same = unchanged()
    with pytest.raises(RefusedError, match=reason):
        apply(make_list(OLD, 2, base=1, text=text))
    assert same()


def test_a_delta_is_not_put_on_a_list_that_somebody_else_put_there(
    apply: Apply, make_list: "MakeList", place: Place, write_voi: Callable[..., Path]
) -> None:
    apply(make_list(OLD, 1))
    import_csv(write_voi(OLD), place.storage / "lists", place.key, report=print, progress=print)
    with pytest.raises(RefusedError, match=admission.BASE):
        apply(make_list([*OLD, "ZZ99NEW"], 2, before=OLD, base=1))
    apply(make_list(NEW, 2))
    assert found(place, "ZZ99NEW")


def test_a_list_whose_file_is_lost_is_taken_again(apply: Apply, make_list: "MakeList", place: Place) -> None:
    apply(make_list(OLD, 1))
    (place.storage / "lists" / "wanted.list").unlink()
    assert not holdings.held(place.storage)["wanted"].is_there
    apply(make_list(OLD, 1))
    assert found(place, OLD[0])


def test_power_that_goes_between_the_list_and_its_manifest_costs_nothing(
    apply: Apply, make_list: "MakeList", place: Place
) -> None:
    apply(make_list(OLD, 1))
    manifest = place.storage / "data" / "wanted.held"
    before = manifest.read_bytes()
    change = make_list(NEW, 2, before=OLD, base=1)
    apply(change)
    manifest.write_bytes(before)
    apply(change)
    assert holdings.held(place.storage)["wanted"].version == 2
    assert found(place, "ZZ99NEW")


def test_content_that_unpacks_without_end_is_refused_within_bounds(  # [proto-8.11]
    apply: Apply, make_list: "MakeList", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.data.content.MAX_CONTENT_BYTES", 1 << 20)
    with pytest.raises(RefusedError, match="content too long"):
        apply(make_list(OLD, 1, kind="records", text="x" * (2 << 20), chunk_bytes=512))


def test_content_that_is_cut_or_goes_on_is_refused(apply: Apply, make_list: "MakeList") -> None:  # [proto-8.11]
    for content in (zlib.compress(b"x" * 9)[:-1], zlib.compress(b"x" * 9) + b"more", b"no zlib"):
        made = make_list(OLD, 1, kind="records", size=len(content), chunk_bytes=9, hashes=hashes_of(content, 9))
        with pytest.raises(RefusedError, match="content"):
            apply((made[0], content))


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
    message, content = make_list(OLD[:8], 1, chunk_bytes=256)
    file = stick_head(message) + content
    assert accepts(file, judge)
    assert sum(accepts(flipped, judge) for flipped in flips(file, FLIPS)) == 0


def test_no_flipped_bit_changes_anything(
    judge: Judge, now: Now, place: Place, make_list: "MakeList", apply: Apply, tmp_path: Path,
    unchanged: Callable[[], Callable[[], bool]],
) -> None:  # fmt: skip
    apply(make_list(OLD, 1))
    same = unchanged()
    message, content = make_list(NEW, 2)
    path = tmp_path / "flipped"
    for flipped in flips(stick_head(message) + content, 100):
        path.write_bytes(flipped)
        with pytest.raises(RefusedError):
            stick.load(path, judge, now, place)
    assert same()


def test_a_kill_leaves_the_whole_old_list_or_the_whole_new_one(
    apply: Apply, make_list: "MakeList", place: Place
) -> None:
    plates = [f"A{n:05}" for n in range(3_000)]
    versions = {1: plates}
    apply(make_list(plates, 1, chunk_bytes=4096))
    chance, took_s, ends = random.Random(5), 0.0, set()
    for version in range(2, 2 + KILLS):
        held = holdings.held(place.storage)["wanted"].version
        versions[version] = [*versions[held][10:], *(f"B{version}{n:03}" for n in range(10))]
        whole = version % 2 == 0
        how = {} if whole else {"before": versions[held], "base": held}
        made = make_list(versions[version], version, chunk_bytes=4096, **how)
        took_s = took_s or _took(lambda made=made: apply(made))  # type: ignore[misc]
        _killed(lambda made=made: apply(made), chance.uniform(0, took_s * 1.2))  # type: ignore[misc]
        there = _looked(place, versions)
        assert there in (held, version)
        ends.add(there == version)
        apply(made) if holdings.held(place.storage)["wanted"].version != version else None
        assert _looked(place, versions) == version
    assert KILLS < 50 or ends == {True, False}


def _took(deed: Callable[[], None]) -> float:
    began = time.monotonic()
    _killed(deed, 60.0)
    return time.monotonic() - began


def _killed(deed: Callable[[], None], after_s: float) -> None:
    """The deed in a process of its own, killed after so long unless it has ended."""
    child = os.fork()
    if not child:
        try:
            deed()
        finally:
            os._exit(0)
    deadline = time.monotonic() + after_s
    while time.monotonic() < deadline:
        if os.waitpid(child, os.WNOHANG)[0]:
            return
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _looked(place: Place, versions: dict[int, list[str]]) -> int:
    """The version that the list in place is wholly of."""
    path = place.storage / "lists" / "wanted.list"
    with closing(connect(path, place.key, page_bytes=PAGE_BYTES, cache_kb=CACHE_KB, read_only=True)) as connection:
        (version,) = connection.execute("SELECT version FROM about").fetchone()
        keys = {key for (key,) in connection.execute("SELECT key FROM entry")}
        assert connection.execute("PRAGMA cipher_integrity_check").fetchone() is None
    assert keys == {packed(canonical(plate) or "") for plate in versions[version]}
    return int(version)
