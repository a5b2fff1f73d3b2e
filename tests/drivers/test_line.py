"""Lines that a camera's own template lays out -> `PlateSeen`; templates that could not be read back are refused."""

import pytest

from drivers import anpr
from drivers.anpr.line import MAX_LINE, Line
from drivers.anpr.nedap import Nedap
from drivers.readings import Junk, PlateSeen

LUMO = "%LP% %STATE_ALPHA_3% %CONF% %POS_X% %CR%%LF%"


def vrms(template: str, data: bytes) -> list[tuple[str, str | None] | str]:
    items = Line(template).feed(data)
    return [item.reason if isinstance(item, Junk) else (item.vrm, item.country) for item in items]


@pytest.mark.parametrize(
    "template",
    ["%PLATE%%CR%%LF%", "%PLATE%0x0D0x0A", "%PLATE%0x0D%0x0A", "%PLATE%%0x0D%%0x0A%", "%plate%\r\n"],
)
def test_a_line_end_may_be_written_in_many_ways(template: str) -> None:
    assert vrms(template, b"46HVR9-NLD\r\n") == [("46HVR9", "NLD")]


@pytest.mark.parametrize("end", [b"\r\n", b"\r", b"\n", b"\n\r", b"\r\n\r\n"])
def test_any_line_end_ends_a_line(end: bytes) -> None:
    assert vrms("%PLATE%%CR%%LF%", b"AB12CDE" + end + b"J14GWN" + end) == [("AB12CDE", None), ("J14GWN", None)]


@pytest.mark.parametrize(
    ("said", "vrm", "country"),
    [
        (b"46HVR9-NLD", "46HVR9", "NLD"),
        (b"123-ABC", "123-ABC", None),  # no country: part of a plate
        (b"W-PE 9042-DEU", "W-PE 9042", "DEU"),
        (b"AB12-nld", "AB12-nld", None),
        ("WÜ-AB 12-DEU".encode(), "WÜ-AB 12", "DEU"),
    ],
)
def test_the_country_behind_a_plate_is_a_field_of_its_own(said: bytes, vrm: str, country: str | None) -> None:
    assert vrms("%PLATE%%CR%%LF%", said + b"\r\n") == [(vrm, country)]


def test_a_template_with_a_country_of_its_own_splits_nothing_off() -> None:
    assert vrms("%PLATE%|%COUNTRY%%CR%", b"46HVR9-NLD|NLD\r") == [("46HVR9-NLD", "NLD")]


def test_values_between_separators_are_told_apart_even_when_the_plate_holds_one() -> None:
    lines = b"46 HVR 9 NLD 87 120 \r\n46HVR9  87 120 \r\n NLD 0 0 \r\n46HVR9 NLD\r\n"
    assert vrms(LUMO, lines) == [("46 HVR 9", "NLD"), ("46HVR9", None), "no plate", "bad field"]


@pytest.mark.parametrize("event", [b"NOREAD", b"LCR", b"WRONG DIR", b"", b"  ", b"---"])
def test_an_event_without_a_plate_is_no_reading(event: bytes) -> None:
    assert vrms(LUMO, event + b" NLD 0 0 \r\n") == ["no plate"]


def test_nothing_guards_a_line_and_so_its_confidence_is_not_believed() -> None:
    [seen] = Line(LUMO).feed(b"46HVR9 NLD 87 120 \r\n")
    assert isinstance(seen, PlateSeen)
    assert seen.confidence is None


def test_an_xor_lets_a_confidence_be_believed_so_far() -> None:
    dialect = Nedap(LUMO)
    said = [PlateSeen("46HVR9", share, country="NLD") for share in (0.5, 0.99)]
    got = [item for each in said for item in dialect.feed(dialect.encode(each))]
    assert [item.confidence for item in got if isinstance(item, PlateSeen)] == [0.5, 0.9]


def test_a_line_between_marks_is_found_in_noise() -> None:
    dialect = Line("%STX%%CAMERA%|%PLATE%%ETX%")
    items = dialect.feed(b"noise\x0207|AB12CDE\x03\x02half\x0208|J14GWN\x03noise\x03")
    assert items == [
        Junk(b"noise", "noise"),
        PlateSeen("AB12CDE", camera="07"),
        Junk(b"\x02half", "cut off"),
        PlateSeen("J14GWN", camera="08"),
        Junk(b"noise", "noise"),
    ]


def test_a_line_without_an_end_is_given_up_after_its_bound_and_the_next_one_is_read() -> None:
    dialect = Line()
    [junk] = dialect.feed(b"A" * (MAX_LINE + 1))
    assert isinstance(junk, Junk)
    assert junk.reason == "too long"
    assert dialect.feed(b"A\r\nJ14GWN\r\n") == [Junk(b"A", "too long"), PlateSeen("J14GWN")]


def test_a_line_of_separators_is_read_in_no_time() -> None:
    """A template of many values must not try every way to share out the spaces: that would take years."""
    template = " ".join(f"%X{n}%" for n in range(15)) + " %PLATE% " + " ".join(f"%Y{n}%" for n in range(15)) + "%CR%"
    assert vrms(template, b" " * 250 + b"\r") == ["no plate"]
    assert vrms(template, b" " * 20 + b"\r") == ["bad field"]


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("", "needs an end"),
        ("%PLATE%", "needs an end"),
        ("%PLATE%X", "needs an end"),
        ("PLATE%CR%", "says the plate once"),
        ("%PLATE% %LP%%CR%", "says the plate once"),
        ("%PLATE% %CONF% %CONFIDENCE%%CR%", "nothing else twice"),
        ("%PLATE%%COUNTRY%%CR%", "something between them"),
        ("%PLATE% 50% %CR%", "begins no name"),
        ("%PLATE%" + " %X%" * 50 + "%CR%", "at most"),
    ],
)
def test_a_template_that_could_not_be_read_back_is_refused(template: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        anpr.dialect("line", template)


def test_a_dialect_without_a_template_takes_none() -> None:
    with pytest.raises(ValueError, match="axxon has no template; line, nedap, tattile-csv have one"):
        anpr.dialect("axxon", "%PLATE%%CR%")


@pytest.mark.parametrize("vrm", ["123-NLD", "NOREAD", "AB\rCD", "-", "A" * 25])
def test_a_plate_that_would_be_read_as_another_is_not_said(vrm: str) -> None:
    with pytest.raises(ValueError, match="cannot say") as error:
        Line().encode(PlateSeen(vrm))
    assert vrm not in str(error.value)
