"""Fetching as pure state: what is asked for and again, over a bad link and a restart, in virtual time. [proto-8.8]"""

import random
from collections import deque
from typing import TYPE_CHECKING, Final

import pytest

from edge.data.fetch import AGAIN_S, MOST_IN_FLIGHT, STALLED_S, Fetch
from headquarters.datasets.signing import Signer
from proto.chunks import Chunk, encode_chunk, encode_want
from proto.manifest import Manifest, Signed, chunk_bytes_for, decode_signed, hashes_of, pieces

if TYPE_CHECKING:
    from tests.edge.data.conftest import MakeList

OVERHEAD_BYTES: Final = 60  # topic, MQTT, TLS record of one message


@pytest.fixture
def some(make_list: "MakeList") -> tuple[Signed, list[bytes]]:
    """A set of some ten chunks."""
    message, content = make_list([f"AB{n:03}" for n in range(90)], 1)
    return decode_signed(message), list(pieces(content, 64))


def numbers(fetch: Fetch, now_s: float) -> list[int]:
    want = fetch.want(now_s)
    return [] if want is None else [n for _, asked in want.chunks for n in asked]


def test_chunks_are_asked_for_in_order_a_few_at_a_time(some: tuple[Signed, list[bytes]]) -> None:
    signed, cut = some
    fetch = Fetch()
    fetch.begin(signed, (), 0.0)
    asked = deque(numbers(fetch, 0.0))
    order, most = [], 0
    while asked:
        n = asked.popleft()
        order.append(n)
        assert fetch.came(Chunk(signed.digest, n, cut[n]), 0.1) is not None
        asked += numbers(fetch, 0.1)
        most = max(most, len(asked))
    assert order == list(range(len(cut)))
    assert 1 < most <= MOST_IN_FLIGHT
    coming = fetch.coming("wanted")
    assert coming is not None
    assert coming.is_whole


def test_a_set_that_the_link_may_not_carry_waits_and_goes_on_where_it_stopped(
    some: tuple[Signed, list[bytes]],
) -> None:
    signed, cut = some
    may = True
    fetch = Fetch(lambda manifest: may and manifest.size > 0)
    coming = fetch.begin(signed, (), 0.0)
    assert numbers(fetch, 0.0) == [0]
    may = False
    assert fetch.came(Chunk(signed.digest, 0, cut[0]), 0.1) is coming
    assert numbers(fetch, 0.1) == []
    assert fetch.waits(coming)
    may = True
    assert not fetch.waits(coming)
    assert numbers(fetch, 0.2)[0] == 1


def test_what_does_not_come_is_asked_for_again_later_and_later(some: tuple[Signed, list[bytes]]) -> None:
    signed, _ = some
    fetch = Fetch()
    fetch.begin(signed, (), 0.0)
    assert numbers(fetch, 0.0) == [0]
    assert numbers(fetch, AGAIN_S - 0.1) == []
    assert fetch.next_due_s() == AGAIN_S
    assert numbers(fetch, AGAIN_S) == [0]
    assert fetch.next_due_s() == AGAIN_S * 3
    fetch.connected()
    assert numbers(fetch, AGAIN_S + 1) == [0]


def test_a_new_connection_begins_with_one_chunk(make_list: "MakeList") -> None:
    message, content = make_list([f"AB{n:03}" for n in range(90)], 1, chunk_bytes=16)
    signed, cut = decode_signed(message), list(pieces(content, 16))
    fetch = Fetch()
    fetch.begin(signed, (), 0.0)
    asked = numbers(fetch, 0.0)
    while len(asked) < MOST_IN_FLIGHT:
        for n in asked:
            fetch.came(Chunk(signed.digest, n, cut[n]), 0.1)
        asked = numbers(fetch, 0.1)
    fetch.connected()
    assert numbers(fetch, 0.2) == asked[:1]


def test_wrong_bytes_and_chunks_of_nobody_are_counted_and_asked_for_again(some: tuple[Signed, list[bytes]]) -> None:
    signed, cut = some
    fetch = Fetch()
    fetch.begin(signed, (), 0.0)
    numbers(fetch, 0.0)
    for chunk in (Chunk(signed.digest, 0, cut[1]), Chunk(b"x" * 16, 0, cut[0]), Chunk(signed.digest, 3_000, b"")):
        assert fetch.came(chunk, 1.0) is None
    assert (fetch.junk_chunks, fetch.chunks) == (3, 0)
    assert numbers(fetch, AGAIN_S) == [0]
    assert fetch.came(Chunk(signed.digest, 0, cut[0]), AGAIN_S) is not None
    assert fetch.came(Chunk(signed.digest, 0, cut[0]), AGAIN_S) is None


def test_a_restart_goes_on_where_it_stopped(some: tuple[Signed, list[bytes]]) -> None:
    signed, cut = some
    fetch = Fetch()
    coming = fetch.begin(signed, range(len(cut) - 2), 0.0)
    assert coming.missing_bytes == len(cut[-2]) + len(cut[-1])
    assert numbers(fetch, 0.0) == [len(cut) - 2]


def test_a_newer_version_does_not_stop_one_that_is_nearly_here(make_list: "MakeList") -> None:
    plates = [f"AB{n:03}" for n in range(90)]
    first = decode_signed(make_list(plates, 1)[0])
    second = decode_signed(make_list(plates, 2)[0])
    fetch = Fetch()
    fetch.begin(first, range(first.manifest.chunks // 2), 0.0)
    assert not fetch.replaces(first, 1.0)
    assert not fetch.replaces(second, 1.0)
    assert fetch.replaces(second, STALLED_S)
    fetch.begin(first, (), 0.0)
    assert fetch.replaces(decode_signed(make_list(plates[:3], 3)[0]), 1.0)


def test_what_presses_most_comes_first(make_list: "MakeList") -> None:
    fetch = Fetch()
    made = [decode_signed(make_list(["AB1"], 1, name=name, kind=name)[0]) for name in ("records", "voi", "officers")]
    for signed in made:
        fetch.begin(signed, (), 0.0)
    assert [coming.manifest.kind for coming in fetch.all()] == ["officers", "voi", "records"]


class BadLink:
    """A radio link in virtual time: 128 kbit/s of which 20 % loss leaves half (a guess on the safe side), cut every 30 s.

    `sent` counts every byte that went over the air downward, also those of messages that a cut ended half-way.
    """

    BYTES_PER_S: Final = 128_000 / 8 / 2
    ROUND_S: Final = 0.3
    UP_S: Final = 30.0
    DOWN_S: Final = 5.0

    def __init__(self, signed: Signed, cut: list[bytes], chance: random.Random) -> None:
        self.sent = 0.0
        self.asked = 0
        self._signed = signed
        self._cut = cut
        self._chance = chance

    def run(self, fetch: Fetch, until_s: float, begin_s: float = 0.0) -> float:
        """The time when all has come, or `until_s`."""
        now_s = begin_s
        while now_s < until_s:
            end_s = min(now_s + self.UP_S * self._chance.uniform(0.5, 1.5), until_s)
            fetch.connected()
            now_s = self._connected(fetch, now_s, end_s)
            if now_s < end_s:
                return now_s
            now_s += self.DOWN_S
        return until_s

    def _connected(self, fetch: Fetch, now_s: float, end_s: float) -> float:
        queue: deque[tuple[float, int]] = deque()
        self._ask(fetch, now_s, queue)
        while queue:
            ready_s, n = queue.popleft()
            begin_s = max(now_s, ready_s)
            size = len(encode_chunk(Chunk(self._signed.digest, n, self._cut[n]))) + OVERHEAD_BYTES
            done_s = begin_s + size / self.BYTES_PER_S
            if done_s >= end_s:
                self.sent += max(0.0, end_s - begin_s) * self.BYTES_PER_S
                return end_s
            self.sent += size
            now_s = done_s
            fetch.came(Chunk(self._signed.digest, n, self._cut[n]), now_s)
            self._ask(fetch, now_s, queue)
        return now_s

    def _ask(self, fetch: Fetch, now_s: float, queue: deque[tuple[float, int]]) -> None:
        while (want := fetch.want(now_s)) is not None:
            self.asked += len(encode_want(want)) + OVERHEAD_BYTES
            queue += ((now_s + self.ROUND_S, n) for _, asked in want.chunks for n in asked)


def big(signer: Signer) -> tuple[Signed, list[bytes]]:
    content = random.Random(1).randbytes(5_000_000)
    length = chunk_bytes_for(len(content))
    manifest = Manifest("wanted", "voi", 1, 1, 2, 1, len(content), length, hashes_of(content, length))
    return decode_signed(signer.signed(manifest)), list(pieces(content, length))


@pytest.mark.parametrize("seed", range(10))
def test_five_megabytes_over_a_bad_link_cost_at_most_a_tenth_more(seed: int, signer: Signer) -> None:
    signed, cut = big(signer)
    link = BadLink(signed, cut, random.Random(seed))
    fetch = Fetch()
    fetch.begin(signed, (), 0.0)
    assert link.run(fetch, until_s=300.0) == 300.0
    coming = fetch.coming("wanted")
    assert coming is not None
    here = set(range(len(cut))) - {*coming.lacking, *coming.asked_s}
    assert 30 < len(here) < len(cut)
    restarted = Fetch()  # the car was switched off and on again
    whole = restarted.begin(signed, here, 0.0)
    assert link.run(restarted, until_s=3_600.0, begin_s=400.0) < 3_600.0
    assert whole.is_whole
    assert len(signed.body) + link.sent + link.asked <= 1.10 * 5_000_000
