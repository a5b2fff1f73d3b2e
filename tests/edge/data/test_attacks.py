"""Every attack and every accident at the door: refused, and what is held stays as it is, byte for byte. [proto-8.9]"""

import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from edge.data import admission
from edge.data.admission import Judge, Now
from edge.data.applying import CHUNK, CUT, RefusedError
from edge.data.keys import TrustedKey
from headquarters.datasets.signing import Signer
from proto.manifest import decode_signed, hashes_of
from tests.edge.rig.sets import CHANGED, NOON_MS, PLATES, Made

if TYPE_CHECKING:
    from tests.edge.data.conftest import Apply, MakeList, Unchanged

DAY_MS: Final = 86_400_000


def _other_key(make: "MakeList", stranger: Signer) -> Made:
    return make(CHANGED, 2, by=stranger)


def _other_keys_name(make: "MakeList", stranger: Signer) -> Made:
    """Signed by a stranger who says that he is somebody else."""
    (message, content), honest = make(CHANGED, 2, by=stranger), decode_signed(make(CHANGED, 2)[0])
    return message.replace(decode_signed(message).key_id, honest.key_id), content


def test_another_key_is_refused(
    apply: "Apply", make_list: "MakeList", unchanged: "Unchanged", stranger: Signer
) -> None:
    apply(make_list(PLATES, 1))
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
        ({"before": CHANGED, "base": 1}, admission.BASE),
        ({"entries": 39}, "entries miscounted"),
        ({"text": "no list"}, "not a list"),
        ({"text": "x" * 100_000, "chunk_bytes": 4096}, "not a list"),
    ],
)
def test_what_may_not_come_in_is_refused(  # [proto-8.9] [proto-8.10]
    apply: "Apply",
    make_list: "MakeList",
    unchanged: "Unchanged",
    wrong: dict[str, object],
    reason: str,
) -> None:
    apply(make_list(PLATES, 2))
    same = unchanged()
    with pytest.raises(RefusedError, match=reason):
        apply(make_list(CHANGED, **{"version": 3, **wrong}))
    assert same()


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
    apply: "Apply",
    make_list: "MakeList",
    unchanged: "Unchanged",
    spoil: Callable[[bytes], bytes],
    reason: str,
) -> None:
    apply(make_list(PLATES, 1))
    same = unchanged()
    made = make_list(CHANGED, 2)
    with pytest.raises(RefusedError, match=f"^({reason})$"):
        apply(made, content=spoil(made[1]))
    assert same()


def test_a_key_whose_time_is_over_signs_nothing_more(
    apply: "Apply", make_list: "MakeList", judge: Judge, signer: Signer
) -> None:
    def until(ms: int) -> Judge:
        key = TrustedKey(signer.public, ms)
        return replace(judge, keys={key.id: key})

    with pytest.raises(RefusedError, match=admission.KEY_EXPIRED):
        apply(make_list(PLATES, 1), by=until(NOON_MS))
    apply(make_list(PLATES, 1), by=until(NOON_MS + 1))


def test_a_car_without_a_clock_judges_by_the_newest_signed_time(apply: "Apply", make_list: "MakeList") -> None:
    made = make_list(PLATES, 1, made_ms=NOON_MS - DAY_MS, expires_ms=NOON_MS - 1)
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
    apply: "Apply", make_list: "MakeList", unchanged: "Unchanged", text: str, reason: str
) -> None:
    apply(make_list(PLATES, 1))
    same = unchanged()
    with pytest.raises(RefusedError, match=reason):
        apply(make_list(PLATES, 2, base=1, text=text))
    assert same()


def test_content_that_unpacks_without_end_is_refused_within_bounds(  # [proto-8.11]
    apply: "Apply", make_list: "MakeList", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.data.content.MAX_CONTENT_BYTES", 1 << 20)
    with pytest.raises(RefusedError, match="content too long"):
        apply(make_list(PLATES, 1, kind="records", text="x" * (2 << 20), chunk_bytes=512))


def test_content_that_is_cut_or_goes_on_is_refused(apply: "Apply", make_list: "MakeList") -> None:  # [proto-8.11]
    for content in (zlib.compress(b"x" * 9)[:-1], zlib.compress(b"x" * 9) + b"more", b"no zlib"):
        made = make_list(PLATES, 1, kind="records", size=len(content), chunk_bytes=9, hashes=hashes_of(content, 9))
        with pytest.raises(RefusedError, match="content"):
            apply((made[0], content))
