"""Entries with wildcards in lists, whole and changed; plates that look like listed ones; and what neither may do."""

import re
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.matcher.entry import Entry
from edge.matcher.listfile import open_list
from edge.matcher.lookalikes import LONGEST, SHORTEST, variants
from edge.matcher.matcher import Matcher
from edge.matcher.patterns import Patterns
from edge.matcher.sieve import slot_seed
from proto.patterns import MOST_OF_A_LIST
from proto.plates import canonical, look

KEY = "5a" * 32
Carry = Callable[..., Path]

CHARACTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


def matcher_of(folder: Path) -> Matcher:
    return Matcher(folder, KEY, allow_unsigned=True, alarm=lambda *_: None)


def found(matcher: Matcher, vrm: str) -> list[str]:
    return [entry.vrm for entry in matcher.match(canonical(vrm) or "")]


def test_a_part_of_a_vrm_finds_what_has_it_and_nothing_else(carry: Carry) -> None:  # [proto-7.7]
    matcher = matcher_of(carry(["AB12*", "*9XYZ", "CD?4 EFG", "K*77*Z", "ZZ99ZZZ"]))
    assert found(matcher, "AB12 CDE") == ["AB12*"]
    assert found(matcher, "AB12") == ["AB12*"]
    assert found(matcher, "T9XYZ") == ["*9XYZ"]
    assert found(matcher, "CD34EFG") == ["CD?4 EFG"]
    assert found(matcher, "CD334EFG") == []
    assert found(matcher, "K177Z") == ["K*77*Z"]
    assert found(matcher, "XAB12") == []
    assert found(matcher, "ZZ99ZZZ") == ["ZZ99ZZZ"]


def test_an_exact_entry_and_a_pattern_are_both_found_most_urgent_first(carry: Carry) -> None:
    carry(["AB12*"], "part", spare_1="90")
    matcher = matcher_of(carry(["AB12CDE"], "whole", spare_1="10"))
    assert [(entry.list, entry.is_pattern) for entry in matcher.match("AB12CDE")] == [("part", True), ("whole", False)]


def test_a_list_that_is_swapped_or_gone_takes_its_patterns_along(carry: Carry) -> None:
    matcher = matcher_of(carry(["AB12*"]))
    folder = carry(["CD34*"])
    matcher.reload()
    assert (found(matcher, "AB12CDE"), found(matcher, "CD34EFG")) == ([], ["CD34*"])
    (folder / "wanted.list").unlink()
    matcher.reload()
    assert found(matcher, "CD34EFG") == []


def test_no_more_patterns_are_held_than_a_list_may_have(carry: Carry) -> None:
    folder = carry([f"AB{n:05}*" for n in range(MOST_OF_A_LIST + 50)])
    assert len(open_list(folder / "wanted.list", KEY).patterns) == MOST_OF_A_LIST


@given(
    st.lists(st.text(st.sampled_from("AB12*?"), min_size=1, max_size=6), max_size=8),
    st.text(st.sampled_from("AB12"), min_size=1, max_size=7),
)
def test_patterns_find_what_a_plain_search_finds(patterns: list[str], key: str) -> None:
    usable = [one for one in dict.fromkeys(patterns) if re.search(r"[^*?]{2}", one)]
    entries = [(one, Entry("wanted", one)) for one in usable]
    plain = {one for one in usable if re.fullmatch(one.replace("*", ".*").replace("?", "."), key)}
    assert {entry.vrm for entry in Patterns(entries).find(key)} == plain


@given(st.text(st.sampled_from(CHARACTERS), min_size=1, max_size=13))
def test_a_look_alike_differs_in_one_character_of_one_class(key: str) -> None:  # [proto-6.6]
    found_ = variants(key, slot_seed(key))
    if not SHORTEST <= len(key) <= LONGEST:
        assert found_ == []
    keys = [key[:at] + other + key[at + 1 :] for at, other, _ in found_]
    assert all(look(other) == look(key) and other != key for other in keys)
    assert [crc32(other.encode()) for other in keys] == [seed for *_, seed in found_]
    assert len(keys) == len(set(keys))


def test_a_key_has_every_other_of_its_classes_at_every_place() -> None:
    keys = {"12845"[:at] + other + "12845"[at + 1 :] for at, other, _ in variants("12845", slot_seed("12845"))}
    assert keys == {"1Z845", "12345", "12B45", "1284S"}


def test_what_looks_like_a_listed_plate_is_advice_and_no_match(carry: Carry) -> None:
    matcher = matcher_of(carry(["AB12 CDE", "A1"]))
    assert found(matcher, "A812CDE") == []
    assert [entry.vrm for entry in matcher.look_alikes("A812CDE")] == ["AB12 CDE"]
    assert matcher.look_alikes("A81ZCDE") == []  # two characters
    assert matcher.look_alikes("AB12CDE") == []


@pytest.mark.parametrize("plates", [["AB12CDE"], ["AB12*"]])
def test_a_list_of_an_earlier_layout_is_not_read_as_one_of_this(carry: Carry, plates: list[str]) -> None:
    """Its sieve would say no to those who are wanted."""
    from contextlib import closing

    from edge.matcher.listfile import CACHE_KB, PAGE_BYTES
    from edge.spool.database import connect

    path = carry(plates) / "wanted.list"
    with closing(connect(path, KEY, page_bytes=PAGE_BYTES, cache_kb=CACHE_KB)) as connection:
        connection.execute("PRAGMA user_version = 0")
    matcher = matcher_of(path.parent)
    assert (found(matcher, "AB12CDE"), matcher.damaged) == ([], {"wanted"})
