"""VRMs -> keys, against a slow reference and over all of Unicode."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto.plates import MAX_KEY_CHARACTERS, canonical, look, packed, unpacked

KEY_CHARACTERS = "023456789ABCDEFGHJKLMNPQRSTUVWXYZ1"
KEY = st.text(KEY_CHARACTERS, min_size=1, max_size=MAX_KEY_CHARACTERS)
SEPARATORS = [" ", "\t", "\u00a0", "\u202f", *"-._/:'’·•", *map(chr, range(0x2010, 0x2015))]
TABLE = {"Ä": "AE", "Ö": "OE", "Ü": "UE", "Æ": "AE", "Œ": "OE", "ẞ": "SS", "Ø": "O", "Đ": "D", "Ð": "D", "Ł": "L"}


def _reference(vrm: str) -> str | None:
    """The five steps of proto-6.1 one after another, a character at a time."""
    letters = ""
    for character in unicodedata.normalize("NFC", vrm.upper()):
        bare = "".join(c for c in unicodedata.normalize("NFD", character) if not unicodedata.combining(c))
        spelled = TABLE.get(character, bare)
        if character in SEPARATORS:
            continue
        if not all("A" <= c <= "Z" or "0" <= c <= "9" for c in spelled):
            return None
        letters += spelled
    return letters.replace("O", "0").replace("I", "1") or None


@given(st.text(max_size=12) | st.text("AÄÖÜäßøOI01 -.\u0308\u030c\u0107Z9İı", max_size=12))
def test_the_key_is_the_slow_reference_s(vrm: str) -> None:  # [proto-6.1]
    assert canonical(vrm) == _reference(vrm)


def test_every_character_of_unicode_has_a_key_or_none_and_never_raises() -> None:  # [proto-6.1] [proto-6.4]
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        alone = canonical(character)
        beside = canonical(f"7{character}9")
        assert alone is None or (set(alone) <= set(KEY_CHARACTERS) and canonical(alone) == alone), hex(code)
        assert beside in (f"7{alone or ''}9", None), hex(code)
        if character.isalpha() and not unicodedata.combining(character):
            assert beside != "79", hex(code)  # a letter is never dropped [proto-6.2]


@given(st.text(max_size=12))
def test_a_key_is_its_own_key(vrm: str) -> None:  # [proto-6.1]
    key = canonical(vrm)
    assert key is None or canonical(key) == key


@given(st.text("AÄÖÜÉÑOI01Å", min_size=1, max_size=12))
def test_composed_and_decomposed_lower_and_upper_are_one(vrm: str) -> None:  # [proto-6.1]
    forms = {vrm, vrm.lower(), *(unicodedata.normalize(form, vrm) for form in ("NFC", "NFD", "NFKC", "NFKD"))}
    assert len({canonical(form) for form in forms}) == 1


@pytest.mark.parametrize(
    ("vrm", "key"),
    [
        ("AB12 CDE", "AB12CDE"),
        ("ab12cde", "AB12CDE"),
        ("OIL 10", "01L10"),
        ("FÜ-AB 123", "FUEAB123"),
        ("FU-AB 123", "FUAB123"),
        ("gö tz 1", "G0ETZ1"),
        ("straße", "STRASSE"),
        ("Ñandú 7", "NANDU7"),
        ("ŁÓDŹ 1", "L0DZ1"),
        ("Sø 1", "S01"),
        ("ǰ1", "J1"),
        ("X\u0308 1", "X1"),
    ],
)
def test_keys_as_people_expect_them(vrm: str, key: str) -> None:  # [proto-6.1] [proto-6.2]
    assert canonical(vrm) == key


@pytest.mark.parametrize("separator", SEPARATORS)
def test_separators_are_dropped(separator: str) -> None:  # [proto-6.3]
    assert canonical(f"{separator}AB{separator}12{separator}") == "AB12"


@pytest.mark.parametrize(
    "vrm", ["", " ", "-", "AB?2CDE", "AB*", "АВ12", "京A12345", "AB,12", "AB\n12", "Ａ1", "\ud800", "A\x001", "½", "№1"]
)
def test_no_key(vrm: str) -> None:  # [proto-6.4]
    assert canonical(vrm) is None


@given(KEY)
def test_a_packed_key_is_a_positive_64_bit_number_and_comes_back(key: str) -> None:  # [proto-6.5]
    number = packed(key)
    assert number is not None
    assert 0 < number < 2**63
    assert unpacked(number) == key
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    assert number == sum((digits.index(c) + 1) * 37**place for place, c in enumerate(reversed(key)))


def test_leading_zeros_count() -> None:  # [proto-6.5]
    assert packed("012ABC") != packed("12ABC")


def test_a_key_of_thirteen_has_no_number() -> None:  # [proto-6.5]
    assert packed("Z" * 12) == 37**12 - 1
    assert packed("A" * 13) is None
    assert packed("A" * 10_000) is None


@pytest.mark.parametrize("number", [0, -1, -(2**63)])
def test_a_number_below_one_ends_at_once(number: int) -> None:
    assert unpacked(number) == ""


@given(KEY)
def test_a_look_is_its_own_look_and_as_long_as_the_key(key: str) -> None:  # [proto-6.6]
    assert look(look(key)) == look(key)
    assert len(look(key)) == len(key)


def test_each_class_looks_alike_and_no_other() -> None:  # [proto-6.6]
    classes = ["0DOQ", "1I", "2Z", "38B", "5S", "HKMR", "EFP", "TVY"]
    looks = {character: look(character) for character in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    for one, seen in looks.items():
        for other, shown in looks.items():
            together = one == other or any(one in group and other in group for group in classes)
            assert (seen == shown) == together, (one, other)
