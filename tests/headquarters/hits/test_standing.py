"""Whether an entry still stands: against real published versions, whole and as deltas, however the plate is written."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from headquarters.datasets.file import open_sets
from headquarters.datasets.publishing import Terms, publish
from headquarters.datasets.signing import Signer
from headquarters.hits import standing
from proto.base import CHANGED, STANDS, UNKNOWN, WEEDED, Confirm, Confirmed
from proto.voi import COLUMNS, Entry, parse
from proto.voi_lines import HEADER, id_of, line_of

NOON_MS = 1_795_608_000_000  # 2026-11-25T12:00:00Z
HOUR_MS = 3_600_000
EPOCH = b"epoch--1"


def row(vrm: str, **columns: str) -> str:
    return ",".join(vrm if name == "vrm" else columns.get(name, "") for name in COLUMNS)


def confirm(line: str, version: int = 0, name: str = "stolen", alert: int = 1) -> Confirm:
    (entry,) = parse([HEADER, line])
    assert isinstance(entry, Entry)
    return Confirm(EPOCH, alert, name, version, entry.key, id_of(line_of(entry)))


@pytest.fixture
def sets(store_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_sets(store_path)) as connection:
        yield connection


Publish = Callable[..., int]


@pytest.fixture
def published(sets: sqlite3.Connection, tmp_path: Path) -> Publish:
    signer = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))

    def put(*rows: str, made_ms: int = NOON_MS, name: str = "stolen", kind: str = "voi") -> int:
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join([HEADER, *rows]) + "\n")
        terms = Terms(kind, made_ms, 24 * HOUR_MS)
        return publish(sets, path, terms, signer, lambda _: None).version

    return put


def said(sets: sqlite3.Connection, asked: Confirm, now_ms: int = NOON_MS + HOUR_MS) -> Confirmed:
    (answer,) = standing.answers(sets, [asked], now_ms)
    return answer


WRITTEN = ["AB12 CDE", "oi 10 abc", "FÜ-AB 123", '"AB 99"', "ZZ1*", "Q?12 ABC", "a-1.b_2"]


@pytest.mark.parametrize("vrm", WRITTEN)
def test_an_entry_stands_however_its_plate_is_written(  # [proto-9.7]
    sets: sqlite3.Connection, published: Publish, vrm: str
) -> None:
    version = published(*map(row, WRITTEN))
    answer = said(sets, confirm(row(vrm)))
    assert (answer.state, answer.version, answer.made_ms, answer.as_of_ms) == (
        STANDS, version, NOON_MS, NOON_MS + HOUR_MS,
    )  # fmt: skip
    assert answer.since_ms is None


def test_an_entry_with_other_details_has_changed(sets: sqlite3.Connection, published: Publish) -> None:  # [proto-9.7]
    published(row("AB12CDE", reason="stolen", spare_1="90"))
    assert said(sets, confirm(row("AB12CDE", reason="stolen", spare_1="10"))).state == CHANGED


def test_a_weeded_entry_is_weeded_at_the_latest_when_the_oldest_version_without_it_was_made(  # [proto-9.7]
    sets: sqlite3.Connection, published: Publish
) -> None:
    others = [row(f"CD34E{n:02}") for n in range(50)]
    held = published(row("AB12CDE"), *others)
    published(*others, made_ms=NOON_MS + HOUR_MS)
    published(*others[:-1], made_ms=NOON_MS + 2 * HOUR_MS)
    answer = said(sets, confirm(row("AB12CDE"), held))
    assert (answer.state, answer.made_ms, answer.since_ms) == (WEEDED, NOON_MS + 2 * HOUR_MS, NOON_MS + HOUR_MS)


def test_an_entry_beyond_its_weed_date_is_weeded_by_it(sets: sqlite3.Connection, published: Publish) -> None:
    line = row("AB12CDE", weed_date="2026-11-25")
    published(line)
    midnight_ms = NOON_MS + 12 * HOUR_MS
    assert said(sets, confirm(line), midnight_ms - 1).state == STANDS
    answer = said(sets, confirm(line), midnight_ms)
    assert (answer.state, answer.since_ms) == (WEEDED, midnight_ms)


def test_of_a_list_that_was_never_published_nothing_is_known(sets: sqlite3.Connection, published: Publish) -> None:
    published(row("AB12CDE"))
    assert said(sets, confirm(row("AB12CDE"), name="other")) == Confirmed(EPOCH, 1, UNKNOWN, NOON_MS + HOUR_MS)


def test_many_are_answered_in_their_order(sets: sqlite3.Connection, published: Publish) -> None:
    published(row("AB12CDE"), row("CD34EFG"))
    published(row("AB12CDE"), name="local")
    asked = [
        confirm(row("CD34EFG"), alert=1),
        confirm(row("AB12CDE"), name="local", alert=2),
        confirm(row("ZZ99ZZZ"), alert=3),
        confirm(row("AB12CDE"), alert=4),
    ]
    answers = standing.answers(sets, asked, NOON_MS)
    assert [(one.alert, one.state) for one in answers] == [(1, STANDS), (2, STANDS), (3, WEEDED), (4, STANDS)]


def test_a_line_across_two_chunks_is_found(sets: sqlite3.Connection, published: Publish) -> None:
    rows = [row(f"AB{n:05}", information="x" * (n % 97)) for n in range(5000)]
    published(*rows)
    answers = standing.answers(sets, [confirm(line, alert=n + 1) for n, line in enumerate(rows[::50])], NOON_MS)
    assert {one.state for one in answers} == {STANDS}
