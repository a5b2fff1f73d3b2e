"""Lists as people really make them -> entries, bad rows, one clear error."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto.plates import canonical, packed
from proto.rows import MAX_ROW_LINES
from proto.voi import COLUMNS, BadRow, Entry, HeaderError, decode_lines, parse

HEADER = ",".join(COLUMNS)
ROW = "AB12 CDE,FORD,FOCUS,BLUE,STOP,firearms,stolen,1B1,seize,01 MET,2026-12-31,P1,RESTRICTED,C7,80,x"


def _row(**changed: str) -> str:
    plain = dict(zip(COLUMNS, ROW.split(","), strict=True))
    return ",".join((plain | changed).values())


def _parse(*rows: str, header: str = HEADER) -> list[Entry | BadRow]:
    return list(parse([f"{header}\n", *(f"{row}\n" for row in rows)]))


def _one(row: str) -> Entry:
    (entry,) = _parse(row)
    assert isinstance(entry, Entry)
    return entry


def test_every_column_finds_its_place() -> None:  # [proto-7.1]
    assert _one(ROW) == Entry(
        key="AB12CDE",
        vrm="AB12 CDE",
        make="FORD",
        model="FOCUS",
        colour="BLUE",
        action="STOP",
        markers="firearms",
        reason="stolen",
        nim="1B1",
        information="seize",
        force_area="01 MET",
        weed_date=date(2026, 12, 31),
        pnc_id="P1",
        gpms="RESTRICTED",
        cad="C7",
        priority=80,
        spare_2="x",
    )


def test_empty_columns_are_none_and_empty_action_is_stop() -> None:  # [proto-7.6]
    entry = _one("ab12cde" + "," * 15)
    assert (entry.make, entry.reason, entry.weed_date, entry.priority, entry.spare_2) == (None,) * 5
    assert (entry.vrm, entry.key, entry.action) == ("ab12cde", "AB12CDE", "STOP")
    assert entry.packed == packed("AB12CDE")


@given(st.permutations(range(16)), st.booleans())
def test_the_header_may_be_in_any_order_and_case(order: Sequence[int], is_upper: bool) -> None:  # [proto-7.1]
    cells = ROW.split(",")
    header = ",".join(COLUMNS[at] for at in order)
    (entry,) = _parse(",".join(cells[at] for at in order), header=header.upper() if is_upper else f" {header} ")
    assert entry == _one(ROW)


def test_spreadsheets_write_words_and_quotes_in_the_header() -> None:  # [proto-7.1]
    header = ",".join(f'"{column.replace("_", " ").title()}"' for column in COLUMNS)
    assert _parse(ROW, header=header) == [_one(ROW)]
    assert list(parse([f"\ufeff{header}\r\n", f"{ROW}\r\n"])) == [_one(ROW)]


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_is_named(column: str) -> None:  # [proto-7.1]
    header = ",".join(name for name in COLUMNS if name != column)
    with pytest.raises(HeaderError, match=f"column missing: {column}$"):
        _parse(ROW, header=header)


def test_a_column_twice_is_named() -> None:  # [proto-7.1]
    with pytest.raises(HeaderError, match="column twice: make"):
        _parse(header=f"{HEADER},Make")


@pytest.mark.parametrize("lines", [[], ["\n", "\r\n"]])
def test_an_empty_file_has_no_header(lines: list[str]) -> None:  # [proto-7.1]
    with pytest.raises(HeaderError, match="no header"):
        list(parse(lines))


def test_a_file_without_header_says_so_and_shows_no_plate() -> None:  # [proto-7.4]
    with pytest.raises(HeaderError, match="column missing: vrm") as caught:
        _parse(header=ROW)
    assert "AB12" not in str(caught.value)
    with pytest.raises(HeaderError, match="header: quotes"):
        _parse(header=f'"{HEADER}')


def test_unknown_columns_are_remarked_upon_and_let_by() -> None:  # [proto-7.1]
    found = _parse(f"{ROW},1,2", header=f"{HEADER},Extra,strange name?")
    assert found == [
        BadRow(1, "unknown column: extra", skipped=False),
        BadRow(1, "unknown column: 18", skipped=False),
        _one(ROW),
    ]


def test_line_ends_and_byte_order_mark_of_windows() -> None:  # [proto-7.2]
    said = [f"{HEADER}\r\n".encode("utf-8-sig"), f"{ROW}\r\n".encode()]
    assert list(parse(decode_lines(said))) == [_one(ROW)]


def test_the_last_line_needs_no_end_and_empty_lines_no_reason() -> None:
    assert list(parse([f"{HEADER}\n", "\n", "\r\n", ROW])) == [_one(ROW)]


def test_quoted_fields_hold_commas_quotes_and_line_ends() -> None:  # [proto-7.3]
    row = _row(reason='"one, ""two""\r\nthree\r\nfour"')
    entries = list(parse(f"{HEADER}\r\n{row}\r\nbad\r\n".splitlines(keepends=True)))
    assert isinstance(entries[0], Entry)
    assert entries[0].reason == 'one, "two"\r\nthree\r\nfour'
    assert entries[1] == BadRow(5, "too few columns")


def test_a_quote_that_is_never_closed_costs_one_line() -> None:  # [proto-7.3]
    rows = [_row(vrm=f"AB{n:02} CDE") for n in range(99)]
    rows[50] = rows[50].replace("stolen", '"stolen')
    found = _parse(*rows)
    assert [item for item in found if isinstance(item, BadRow)] == [BadRow(52, "quotes")]
    assert [item.key for item in found if isinstance(item, Entry)] == [f"AB{n:02}CDE" for n in range(99) if n != 50]


def test_each_of_many_open_quotes_costs_one_line() -> None:  # [proto-7.3]
    found = _parse(*[_row(make='FO"RD', reason='"stolen')] * 3, ROW)
    assert all(isinstance(item, BadRow) for item in found[:-1])
    assert found[-1] == _one(ROW)


def test_text_after_a_closing_quote_is_a_bad_row() -> None:
    assert _parse(_row(make='"FO"RD'), ROW) == [BadRow(2, "quotes"), _one(ROW)]


def test_a_row_has_at_most_so_many_lines() -> None:  # [proto-7.3]
    head, tail = _row(reason='"').split('"')
    assert isinstance(next(parse([f"{HEADER}\n", f'{head}"\n', *["x\n"] * (MAX_ROW_LINES - 2), f'"{tail}\n'])), Entry)
    assert isinstance(next(parse([f"{HEADER}\n", f'{head}"\n', *["x\n"] * (MAX_ROW_LINES - 1), f'"{tail}\n'])), BadRow)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (_row(vrm=""), "no key"),
        (_row(vrm="  -  "), "no key"),
        (_row(vrm="АВ12"), "no key"),
        (_row(vrm="A*"), "wildcards not usable"),
        (_row(vrm="A" * 13), "key too long"),
        (_row(vrm="A" * 65), "vrm too long"),
        (_row(vrm="A" * 10_000), "field too long"),
        (_row(vrm="A" * 100_000), "row too long"),
        (_row(vrm='"' + "A" * 10_000 + '"'), "field too long"),
        (_row(vrm='"' + "A" * 200_000 + '"'), "row too long"),
        (_row(reason="x" * 1001), "field too long"),
        (_row(spare_1="101"), "priority not 0 to 100"),
        (_row(spare_1="-1"), "priority not 0 to 100"),
        (_row(spare_1="high"), "priority not 0 to 100"),
        (_row(spare_1="5.5"), "priority not 0 to 100"),
        (_row(spare_1="٥"), "priority not 0 to 100"),
        (_row(spare_1="9" * 900), "priority not 0 to 100"),
        (_row(action="ARREST"), "action not STOP or SILENT"),
        (_row(weed_date="31-12-2026"), "weed date not YYYY-MM-DD or DD/MM/YYYY"),
        (_row(weed_date="2026-02-30"), "weed date not YYYY-MM-DD or DD/MM/YYYY"),
        (_row(weed_date="12/31/2026"), "weed date not YYYY-MM-DD or DD/MM/YYYY"),
        (_row(weed_date="20261231"), "weed date not YYYY-MM-DD or DD/MM/YYYY"),
        (_row(weed_date="0000-01-01"), "weed date not YYYY-MM-DD or DD/MM/YYYY"),
        ("AB12 CDE,FORD", "too few columns"),
        ("AB12 CDE", "too few columns"),
        (f"{ROW},more", "too many columns"),
        (ROW.replace("FORD", "FO\rRD"), "line end inside"),
        (_row(make="\udc80"), "encoding"),
        (_row(make='"\udc80"'), "encoding"),
    ],
)
def test_bad_rows_have_a_line_and_a_reason_and_cost_no_other(
    row: str, reason: str
) -> None:  # [proto-7.4] [proto-7.5] [proto-7.6]
    assert _parse(ROW, row, ROW) == [_one(ROW), BadRow(3, reason), _one(ROW)]


def test_trailing_commas_are_no_columns() -> None:  # [proto-7.5]
    assert _parse(f"{ROW},,,") == [_one(ROW)]


@pytest.mark.parametrize(
    ("field", "day"),
    [
        ("2026-03-09", date(2026, 3, 9)),
        ("09/03/2026", date(2026, 3, 9)),
        ("9/3/2026", date(2026, 3, 9)),
        (" 2026-03-09 ", date(2026, 3, 9)),
        ("", None),
    ],
)
def test_weed_dates(field: str, day: date | None) -> None:  # [proto-7.6]
    assert _one(_row(weed_date=field)).weed_date == day


@pytest.mark.parametrize(("field", "action"), [("stop", "STOP"), (" Silent ", "SILENT"), ("", "STOP")])
def test_actions(field: str, action: str) -> None:  # [proto-7.6]
    assert _one(_row(action=field)).action == action


@pytest.mark.parametrize(("field", "priority"), [("0", 0), ("100", 100), ("007", 7), (" 5 ", 5), ("", None)])
def test_priorities(field: str, priority: int | None) -> None:  # [proto-7.6]
    assert _one(_row(spare_1=field)).priority == priority


def _decoded(*rows: bytes) -> tuple[list[str | None], str]:
    lines = decode_lines([f"{HEADER}\n".encode(), *(row + b"\n" for row in rows)])
    makes = [item.make if isinstance(item, Entry) else item.reason for item in parse(lines)]
    return makes, lines.encoding


UTF8 = _row(make="CITROËN").encode()
CP1252 = _row(make="CITROËN").encode("cp1252")


def test_windows_1252_is_read_and_told() -> None:  # [proto-7.2]
    assert _decoded(UTF8, ROW.encode(), UTF8) == (["CITROËN", "FORD", "CITROËN"], "utf-8")
    assert _decoded(ROW.encode(), CP1252, CP1252) == (["FORD", "CITROËN", "CITROËN"], "cp1252")
    assert _decoded(ROW.encode()) == (["FORD"], "utf-8")


def test_mixed_encodings_are_bad_rows() -> None:  # [proto-7.2]
    assert _decoded(UTF8, CP1252, UTF8) == (["CITROËN", "encoding", "CITROËN"], "utf-8")
    assert _decoded(CP1252, UTF8, CP1252) == (["CITROËN", "encoding", "CITROËN"], "cp1252")
    assert _decoded(CP1252, _row(make="?").encode().replace(b"?", b"\x81")) == (["CITROËN", "encoding"], "cp1252")


def test_utf_16_is_one_clear_error() -> None:  # [proto-7.2]
    with pytest.raises(HeaderError):
        list(parse(decode_lines(f"{HEADER}\n{ROW}\n".encode("utf-16").splitlines(keepends=True))))


@given(st.lists(st.binary(max_size=60)))
def test_any_bytes_after_the_header_are_entries_or_bad_rows(lines: list[bytes]) -> None:  # [proto-7.4]
    for item in parse(decode_lines([f"{HEADER}\n".encode(), *lines])):
        assert isinstance(item, Entry | BadRow)


CELL = st.text(max_size=8) | st.sampled_from(["STOP", "50", "2026-01-01", '"', '""', "AB12CDE", "\ufeff", "\x00"])


@given(st.lists(st.lists(CELL, min_size=14, max_size=17).map(",".join), max_size=6))
def test_any_text_after_the_header_is_entries_or_bad_rows(rows: list[str]) -> None:  # [proto-7.4]
    for item in _parse(*rows):
        if isinstance(item, Entry):
            assert item.key == canonical(item.vrm)
            assert 0 < item.packed < 2**63
        else:
            assert item.line >= 2


def test_no_repr_shows_a_plate() -> None:
    assert "AB12" not in repr(_one(ROW))
