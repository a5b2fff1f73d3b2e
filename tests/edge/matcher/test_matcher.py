"""All lists together: what is found, what is refused, what is used instead, and what is said of it."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from edge.matcher.matcher import Matcher
from proto.plates import canonical

KEY = "5a" * 32
Carry = Callable[..., Path]


class Alarms(list[str]):
    """Names of alarms, in order."""

    def __call__(self, name: str, detail: str) -> None:
        assert "AB12" not in detail
        self.append(name)


@pytest.fixture
def alarms() -> Alarms:
    return Alarms()


@pytest.fixture
def matcher(tmp_path: Path, alarms: Alarms) -> Callable[..., Matcher]:
    return lambda allow_unsigned=True: Matcher(tmp_path / "lists", KEY, allow_unsigned=allow_unsigned, alarm=alarms)


def lists(matcher: Matcher, vrm: str) -> list[str]:
    return [entry.list for entry in matcher.match(canonical(vrm) or "")]


def test_without_lists_nobody_is_wanted(matcher: Callable[..., Matcher], alarms: Alarms) -> None:
    assert matcher().match("AB12CDE") == []
    assert alarms == []


def test_the_most_urgent_entry_of_all_lists_comes_first(carry: Carry, matcher: Callable[..., Matcher]) -> None:
    carry(["AB12CDE"], "stolen", spare_1="10")
    carry(["AB12 CDE"], "wanted", spare_1="90")
    carry(["AB12CDE"], "local")
    assert lists(matcher(), "ab12-cde") == ["wanted", "stolen", "local"]


def test_what_is_printed_alike_is_the_same_plate(carry: Carry, matcher: Callable[..., Matcher]) -> None:
    carry(["OI23 ABC"])
    assert lists(matcher(), "0123ABC") == ["wanted"]


def test_a_plate_longer_than_any_key_is_counted_and_not_matched(carry: Carry, matcher: Callable[..., Matcher]) -> None:
    carry(["ABCDEFGHJKLM"])
    match = matcher()
    assert lists(match, "ABCDEFGHJKLM") == ["wanted"]
    assert lists(match, "ABCDEFGHJKLMN") == []
    assert match.unmatched == 1


def test_a_swapped_list_is_used_at_the_next_look(carry: Carry, matcher: Callable[..., Matcher]) -> None:
    carry(["AB12CDE"])
    match = matcher()
    carry(["CD34EFG"])
    assert lists(match, "AB12CDE") == ["wanted"]
    match.reload()
    assert (lists(match, "AB12CDE"), lists(match, "CD34EFG")) == ([], ["wanted"])


def test_a_list_that_is_gone_is_not_used(carry: Carry, matcher: Callable[..., Matcher]) -> None:
    folder = carry(["AB12CDE"])
    match = matcher()
    (folder / "wanted.list").unlink()
    match.reload()
    assert (lists(match, "AB12CDE"), match.lists) == ([], [])


def test_of_a_corrupt_list_the_one_before_is_used_and_an_alarm_says_so_once(
    carry: Carry, matcher: Callable[..., Matcher], alarms: Alarms
) -> None:
    carry(["AB12CDE"])
    folder = carry(["CD34EFG"])
    (folder / "wanted.list").write_bytes(Random(1).randbytes(8192))
    match = matcher()
    match.reload()
    assert lists(match, "AB12CDE") == ["wanted"]
    assert alarms == ["list-damaged"]


def test_a_list_that_is_swapped_for_garbage_stays_in_use(
    carry: Carry, matcher: Callable[..., Matcher], alarms: Alarms
) -> None:
    folder = carry(["AB12CDE"])
    match = matcher()
    (folder / "garbage").write_bytes(Random(1).randbytes(8192))
    (folder / "garbage").replace(folder / "wanted.list")
    for _ in range(3):
        match.reload()
    assert lists(match, "AB12CDE") == ["wanted"]
    assert alarms == ["list-damaged"]


def test_one_corrupt_list_does_not_harm_another(carry: Carry, matcher: Callable[..., Matcher], alarms: Alarms) -> None:
    carry(["AB12CDE"], "wanted")
    folder = carry(["CD34EFG"], "stolen")
    (folder / "stolen.list").write_bytes(b"")
    assert lists(matcher(), "AB12CDE") == ["wanted"]
    assert alarms == ["list-damaged"]


def test_a_damaged_page_is_reported_once(carry: Carry, matcher: Callable[..., Matcher], alarms: Alarms) -> None:
    plates = [f"AB12{n:05d}" for n in range(3000)]
    path = carry(plates) / "wanted.list"
    with path.open("r+b") as file:
        file.seek(12 * 4096)
        file.write(Random(1).randbytes(4096 * 3))
    match = matcher()
    found = sum(bool(match.match(canonical(plate) or "")) for plate in plates)
    assert 2000 < found < 3000
    assert alarms == ["list-damaged"]


def test_an_unsigned_list_is_used_only_when_it_is_allowed(
    carry: Carry, matcher: Callable[..., Matcher], alarms: Alarms
) -> None:
    carry(["AB12CDE"])
    strict = matcher(allow_unsigned=False)
    strict.reload()
    assert (lists(strict, "AB12CDE"), alarms) == ([], ["list-unsigned"])
    (entry,) = matcher().match("AB12CDE")
    assert not entry.signed


def test_the_age_of_a_list_is_unknown_without_a_clock(carry: Carry, matcher: Callable[..., Matcher]) -> None:
    carry(["AB12CDE"])
    match = matcher()
    made_ms = match.lists[0].made_ms
    assert made_ms is not None
    assert match.age_s("wanted", made_ms + 61_000) == 61
    assert match.age_s("wanted", made_ms - 61_000) == 0
    assert match.age_s("wanted", None) is None
    assert match.age_s("another", made_ms) is None
