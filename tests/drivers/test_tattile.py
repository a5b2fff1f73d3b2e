"""Tattile's XML and its lines of cells -> `PlateSeen`; markup that could do harm is junk; pictures are bounded."""

import base64
import pickle
from datetime import datetime

import pytest

from drivers.anpr.tattile import Tattile
from drivers.anpr.tattile_csv import TattileCsv
from drivers.anpr.xml_messages import MAX_PICTURE, MAX_TEXT
from drivers.readings import Junk, PlateSeen

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4 + b"\xff\xd9"
AT = datetime.fromisoformat("2026-11-23T18:31:05.120")


def message(*elements: str, root: str = "ANPR") -> bytes:
    return f"<{root}><PLATE_STRING>AB12CDE</PLATE_STRING>{''.join(elements)}</{root}>".encode()


def picture(data: bytes, name: str = "IMAGE_OCR") -> str:
    return f"<{name}>{base64.encodebytes(data).decode()}</{name}>"


def one(data: bytes) -> PlateSeen | Junk:
    [item] = Tattile().feed(data)
    return item


@pytest.mark.parametrize("root", ["ANPR", "Msg", "ns:event", "_r-1.x"])
def test_a_message_ends_at_its_roots_closing_tag_whatever_it_is_called(root: str) -> None:
    dialect = Tattile()
    said = message(root=root)
    assert dialect.feed(said[:-1]) == []
    assert dialect.feed(said[-1:]) == [PlateSeen("AB12CDE")]


def test_many_messages_may_come_in_one_piece() -> None:
    assert Tattile().feed(message() * 3 + b"\r\n" + message(root="Msg")) == [PlateSeen("AB12CDE")] * 4


@pytest.mark.parametrize(
    ("score", "confidence"),
    [
        *(("093", 0.93), ("92.5", 0.925), ("100", 0.95), ("0", 0.0), ("500", 500 / 999), ("999", 0.95)),
        *(("1000", None), ("-1", None), ("nan", None), ("often", None), ("", None)),
    ],
)
def test_a_score_is_out_of_a_hundred_or_out_of_999(score: str, confidence: float | None) -> None:
    seen = one(message(f"<OCRSCORE>{score}</OCRSCORE>"))
    assert isinstance(seen, PlateSeen)
    assert seen.confidence == pytest.approx(confidence)


@pytest.mark.parametrize(
    ("day", "time", "at"),
    [
        ("2026-11-23", "18-31-05-120", AT),
        ("2026-11-23", "18:31:05.120", AT),
        ("2026-11-23", "18:31:05", AT.replace(microsecond=0)),
        ("2026-02-30", "18:31:05", None),
        ("2026-11-23", "25:31:05", None),
        ("23.11.2026", "18:31:05", None),
        ("", "", None),
    ],
)
def test_the_cameras_clock_is_read_in_each_of_its_forms(day: str, time: str, at: datetime | None) -> None:
    assert one(message(f"<DATE>{day}</DATE><TIME>{time}</TIME>")) == PlateSeen("AB12CDE", camera_at=at)


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE ANPR [<!ENTITY a "AB12CDE">]>',
        '<!DOCTYPE ANPR [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>',
        '<!DOCTYPE ANPR [<!ENTITY file SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE ANPR SYSTEM "http://192.0.2.1/a.dtd">',
        '<!DOCTYPE ANPR [<!ENTITY % more SYSTEM "http://192.0.2.1/a.dtd"> %more;]>',
    ],
)
@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0"?>'])
def test_a_document_type_is_refused_whatever_is_in_it(declaration: str, prolog: str) -> None:
    said = (declaration + prolog).encode() + message()
    assert one(said) == Junk(said, "unsafe markup")


@pytest.mark.parametrize("text", ["&a;", "&#0;", "<b>", "<![CDATA["])
def test_a_message_that_is_not_well_formed_is_junk(text: str) -> None:
    said = message(f"<NOTE>{text}</NOTE>")
    items = [*(dialect := Tattile()).feed(said), *dialect.close()]
    assert sum(len(item.data) for item in items if isinstance(item, Junk)) == len(said)


@pytest.mark.parametrize("encoding", ["UTF-16", "no-such-code", "idna", "utf-7", "shift_jis", "cp037"])
def test_an_encoding_that_is_none_is_junk_and_never_an_error(encoding: str) -> None:
    said = f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + message()
    assert all(isinstance(item, Junk) for item in Tattile().feed(said)) or encoding in {"utf-7", "shift_jis"}


def test_a_plate_in_latin_1_is_read_when_the_message_says_so() -> None:
    said = '<?xml version="1.0" encoding="ISO-8859-1"?><A><PLATE_STRING>WÜ AB 12</PLATE_STRING></A>'.encode("latin-1")
    assert one(said) == PlateSeen("WÜ AB 12")


def test_of_an_element_that_comes_twice_the_first_counts() -> None:
    assert one(message("<PLATE_STRING>J14GWN</PLATE_STRING>")) == PlateSeen("AB12CDE")


def test_pictures_come_with_the_reading() -> None:
    seen = one(message(picture(JPEG), picture(JPEG[:99], "IMAGE_CTX")))
    assert isinstance(seen, PlateSeen)
    assert seen.pictures == (JPEG, JPEG[:99])
    assert "pictures" not in repr(seen)


def test_a_picture_that_is_too_large_is_let_go_of_and_the_reading_is_not() -> None:
    dialect = Tattile()
    said = message(picture(JPEG), picture(bytes(2_000_000), "IMAGE_CTX"))
    for start in range(0, len(said) - 1, 4096):
        assert dialect.feed(said[start : start + 4096][: len(said) - 1 - start]) == []
        assert len(pickle.dumps(dialect)) < 2 * MAX_PICTURE + MAX_TEXT
    assert dialect.feed(said[-1:]) == [PlateSeen("AB12CDE", pictures=(JPEG,))]


def test_a_message_that_never_ends_is_given_up_after_its_bound_and_the_next_one_is_read() -> None:
    items = Tattile().feed(b"<ANPR>" + b"<A>x</A>" * (MAX_TEXT // 8) + b"</A>" + message())
    assert isinstance(items[0], Junk)
    assert items[0].reason == "too long"
    assert items[-1] == PlateSeen("AB12CDE")


@pytest.mark.parametrize(
    "piece", [b"<", b"<!--<?xml", b"<!---->", b"<!DOCTYPE[<?xml", b"<![CDATA[]]>", b"<a>", b"<a></a>", b"]"]
)
@pytest.mark.parametrize("before", [b"", b"<ANPR>", b"<!DOCTYPE a ["])
def test_a_flood_of_tags_is_read_in_a_time_that_grows_with_its_length(before: bytes, piece: bytes) -> None:
    """Looking for each one's end to the end of the flood would take minutes."""
    flood = before + piece * (400_000 // len(piece))
    dialect = Tattile()
    items = [*dialect.feed(flood), *dialect.close()]
    assert sum(len(item.data) for item in items if isinstance(item, Junk)) == len(flood)


def test_a_plate_is_an_element_of_a_message_and_no_message() -> None:
    """Else a damaged root would leave a plate without its camera, time and score."""
    said = b"<PLATE_STRING>AB12CDE</PLATE_STRING>"
    assert one(said) == Junk(said, "bad field")


@pytest.mark.parametrize("half", [b"<!-- a", b"<!DOCTYPE a", b"<!DOCTYPE a [<!ENTITY", b"<ANPR><![CDATA[", b"<ANPR><A"])
def test_a_long_tag_that_never_ended_does_not_swallow_the_next_message(half: bytes) -> None:
    *junk, seen = Tattile().feed(half + b'<?xml version="1.0"?>' + message())
    assert seen == PlateSeen("AB12CDE")
    assert b"".join(item.data for item in junk if isinstance(item, Junk)) == half


def test_a_message_cut_off_by_the_next_declaration_costs_nothing_else() -> None:
    half = b"<ANPR><PLATE_STRING>J14"
    assert Tattile().feed(half + b'<?xml version="1.0"?>' + message()) == [Junk(half, "cut off"), PlateSeen("AB12CDE")]


def test_columns_are_named_by_a_line_or_by_a_template() -> None:
    row = b"7;AB12CDE;93\r\n"
    named, told = TattileCsv(), TattileCsv("DEVICE_SN;PLATE_STRING;OCRSCORE")
    assert named.feed(row) == [Junk(row.rstrip(), "bad field")]
    assert named.feed(b"DEVICE_SN;PLATE_STRING;OCRSCORE\r\n" + row) == [PlateSeen("AB12CDE", 0.93, "7")]
    assert told.feed(row) == [PlateSeen("AB12CDE", 0.93, "7")]
    assert told.encode(PlateSeen("AB12CDE", 0.93, "7")) == b"7;AB12CDE;93\r\n"


def test_a_line_of_names_is_forgotten_with_its_connection_and_a_template_is_not() -> None:
    named, told = TattileCsv(), TattileCsv("PLATE_STRING")
    for dialect in (named, told):
        dialect.feed(b"X;PLATE_STRING\r\n")
        dialect.close()
    assert [type(item) for item in named.feed(b"AB12CDE\r\n")] == [Junk]
    assert told.feed(b"AB12CDE\r\n") == [PlateSeen("AB12CDE")]


def test_columns_without_the_plate_are_refused() -> None:
    with pytest.raises(ValueError, match="PLATE_STRING"):
        TattileCsv("DEVICE_SN;PLATE")


def test_a_vehicle_s_brand_and_colour_are_kept_beside_its_picture() -> None:
    seen = one(
        message("<PLATE_STRING>AB12CDE</PLATE_STRING>", "<BRAND>FORD</BRAND>", "<COLOR>BLUE</COLOR>", picture(b"x"))
    )
    assert isinstance(seen, PlateSeen)
    assert (seen.make, seen.colour, len(seen.pictures)) == ("FORD", "BLUE", 1)
