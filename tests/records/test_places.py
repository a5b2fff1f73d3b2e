"""An address or a point -> what happened there, and who and what belongs there."""

from datetime import date

import pytest

from records.answers import QueryError
from records.search import Search

KILN_LANE_12 = "12 Kiln Lane, Newbarrow, ZA1 2CD"


@pytest.mark.parametrize(
    "query", ["12 Kiln Lane", "kiln lane 12", "12 Kilm Lane", "12 Kiln Lane, Newbarow", "ZA1 2CD 12", "12, za12cd"]
)
def test_an_address_is_found_as_people_say_it(search: Search, query: str) -> None:
    place = search.place(query).results[0]
    assert place.address == KILN_LANE_12


def test_a_street_or_a_postcode_finds_its_houses_those_with_markers_first(search: Search) -> None:
    for query in ("Kiln Lane", "ZA1 2CD"):
        assert [place.address[:3] for place in search.place(query).results] == ["12 ", "14A"]
    assert [place.address[:3] for place in search.place("14a Kiln Lane").results] == ["14A"]


def test_what_happened_there_comes_with_a_place(search: Search) -> None:
    (place,) = search.place("12 Kiln Lane").results
    assert (place.match, place.total, place.markers) == ("exact", 2, ("dangerous dog",))
    assert [one.ref for one in place.incidents] == ["e1", "e3"]
    assert [(one.name, one.role) for one in place.persons] == [("Bertram Quillfeather", "resident")]


def test_near_holds_what_is_in_the_circle_and_in_the_days(search: Search, as_of: date) -> None:
    around = search.near(53.8, -5.0, metres=300, days=30, as_of=as_of)
    assert [(one.ref, one.metres) for one in around.incidents] == [("e2", 100), ("e1", 0)]
    assert around.categories == (("assault", 1), ("burglary", 1))
    assert (around.total, around.is_cut) == (2, False)
    assert [(one.address, one.metres) for one in around.marked] == [(KILN_LANE_12, 0)]
    assert {(one.name, one.role) for one in around.persons} == {
        ("Bertram Quillfeather", "suspect"),
        ("Siân O'Bracken", "witness"),
    }
    assert [one.vrm for one in around.vehicles] == ["AB12 CDE"]


@pytest.mark.parametrize(
    ("metres", "days", "refs"), [(50, 30, ["e1"]), (300, 10, ["e2"]), (300, 3000, ["e2", "e1", "e3"])]
)
def test_near_grows_with_its_metres_and_days(
    search: Search, as_of: date, metres: int, days: int, refs: list[str]
) -> None:
    around = search.near(53.8, -5.0, metres=metres, days=days, as_of=as_of)
    assert [one.ref for one in around.incidents] == refs


def test_what_is_yet_to_come_is_not_near(search: Search) -> None:
    assert search.near(53.8, -5.0, metres=300, days=30, as_of=date(2026, 11, 10)).total == 1


def test_nothing_is_near_the_middle_of_the_sea(search: Search, as_of: date) -> None:
    assert search.near(0.0, 179.9999, metres=2000, days=30, as_of=as_of).total == 0
    assert search.near(90.0, 0.0, metres=2000, days=30, as_of=as_of).total == 0


@pytest.mark.parametrize(
    ("lat", "lon", "metres", "days"), [(91, 0, 1, 1), (0, 181, 1, 1), (0, 0, 0, 1), (0, 0, 5001, 1), (0, 0, 1, 0)]
)
def test_a_circle_that_is_none_is_refused(
    search: Search, as_of: date, lat: float, lon: float, metres: int, days: int
) -> None:
    with pytest.raises(QueryError):
        search.near(lat, lon, metres=metres, days=days, as_of=as_of)


@pytest.mark.parametrize("query", ["", "12", "x" * 129])
def test_an_address_without_a_street_is_refused_with_a_sentence(search: Search, query: str) -> None:
    with pytest.raises(QueryError, match=r"^an address"):
        search.place(query)
