"""VRMs with wildcards and the limits of a list: what is one, what it stands for, and where it ends."""

import pytest

from proto.limits import Limits, parse_limits
from proto.patterns import ALL, MOST_OF_A_LIST, pattern
from proto.voi import COLUMNS, BadRow, Entry, HeaderError, number_of, parse
from proto.voi_lines import HEADER, delta, key_of, line_of, place_of, place_taken_out, taken_out


def rows(*vrms: str, **columns: str) -> list[Entry | BadRow]:
    lines = [",".join(vrm if name == "vrm" else columns.get(name, "") for name in COLUMNS) for vrm in vrms]
    return list(parse([HEADER, *lines]))


@pytest.mark.parametrize(
    ("vrm", "found"),
    [
        ("ab 12*", "AB12*"),
        ("*12 CDE", "*12CDE"),
        ("AB?? CDE", "AB??CDE"),
        ("A*OI*Z", "A*01*Z"),
        ("FÜ-A*", "FUEA*"),
        ("AB**", "AB*"),
        (" * ", ALL),
        ("A?1?B", None),  # no two side by side
        ("A*", None),
        ("*A*B*CD", None),
        ("???", None),
        ("АВ12*", None),  # another script
        ("ABCDEFGHJKLMN*", None),
    ],
)
def test_a_vrm_with_wildcards_is_a_pattern_of_keys(vrm: str, found: str | None) -> None:  # [proto-7.7]
    assert pattern(vrm) == found


def test_patterns_travel_like_any_entry_under_number_0() -> None:  # [proto-7.7]
    entry, other = rows("AB12*", "AB??CDE")
    assert isinstance(entry, Entry)
    assert isinstance(other, Entry)
    line = line_of(entry)
    assert (entry.packed, number_of("AB12*"), key_of(line)) == (0, 0, "AB12*")
    place = place_of(entry.key, line)
    assert place_taken_out(taken_out(entry.key, line)) == place
    both = sorted((place_of(one.key, line_of(one)), one.key, line_of(one)) for one in (entry, other))
    assert len(delta(both[:1], both)) == 2


def test_more_patterns_than_a_car_holds_are_bad_rows() -> None:  # [proto-7.7]
    found = rows(*(f"AB{n:04}*" for n in range(MOST_OF_A_LIST + 2)), "AB12CDE")
    bad = [row for row in found if isinstance(row, BadRow)]
    assert [row.line for row in bad] == [MOST_OF_A_LIST + 2, MOST_OF_A_LIST + 3]
    assert len(found) - len(bad) == MOST_OF_A_LIST + 1


def test_a_row_of_all_vehicles_is_the_limits_of_the_list() -> None:  # [proto-7.8]
    (row,) = rows("*", spare_2='"area=51.5007,-0.1246,2000 hours=22:00-06:00"')
    assert isinstance(row, Entry)
    assert parse_limits(row.spare_2 or "") == Limits((51_500_700, -124_600, 2000), (1320, 360))
    assert parse_limits("hours=08:30-17:00") == Limits(None, (510, 1020))


@pytest.mark.parametrize(
    "text",
    [
        *("", "area", "area=51.5,-0.1", "area=51.5,-0.1,0", "area=91,0,5", "area=0,181,5", "hours=24:00-06:00"),
        *("hours=06:00-06:00", "hours=6-7", "place=1", "area=51.5,-0.1,5 and more"),
    ],
)
def test_limits_that_cannot_be_understood_make_the_file_unreadable(text: str) -> None:  # [proto-7.8]
    with pytest.raises(ValueError, match=r"limits|area|hours"):
        parse_limits(text)
    with pytest.raises(HeaderError, match="line 3"):
        list(rows("AB12CDE", "*", spare_2=f'"{text}"'))


HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@pytest.mark.parametrize(
    ("hours", "at_ms", "holds"),
    [
        ("22:00-06:00", 22 * HOUR_MS - 1, False),
        ("22:00-06:00", 22 * HOUR_MS, True),
        ("22:00-06:00", DAY_MS, True),
        ("22:00-06:00", 6 * HOUR_MS - 1, True),
        ("22:00-06:00", 6 * HOUR_MS, False),
        ("08:00-09:00", 8 * HOUR_MS - 1, False),
        ("08:00-09:00", 8 * HOUR_MS, True),
        ("08:00-09:00", 9 * HOUR_MS, False),
    ],
)
def test_hours_begin_with_their_first_minute_and_end_before_their_last(  # [proto-7.8]
    hours: str, at_ms: int, holds: bool
) -> None:
    assert parse_limits(f"hours={hours}").holds_at(20_000 * DAY_MS + at_ms) is holds
