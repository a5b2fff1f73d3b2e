"""A VRM, whole or in part -> vehicles."""

import pytest

from records.answers import QueryError
from records.search import Search


def vrms(search: Search, query: str, **looks: str) -> list[str]:
    return [vehicle.vrm for vehicle in search.vehicle(query, **looks).results]


def test_a_vrm_is_found_however_it_is_written(search: Search) -> None:
    for query in ("AB12CDE", "ab12 cde", " AB-12-CDE "):
        assert vrms(search, query) == ["AB12 CDE"]
    assert vrms(search, "Q01O0O0") == ["QO10 OOO"]  # the UK font draws O and 0 alike


def test_what_is_known_of_a_vehicle_comes_with_it(search: Search) -> None:
    (vehicle,) = search.vehicle("AB12CDE").results
    assert (vehicle.match, vehicle.make, vehicle.model, vehicle.colour) == ("exact", "FORD", "FIESTA", "RED")
    assert vehicle.keeper_area == "Kiln Ward"
    assert vehicle.markers == ("firearms", "stolen")
    ((keeper,), (incident,)) = vehicle.persons, vehicle.incidents
    assert (keeper.name, keeper.role, keeper.markers, keeper.is_wanted) == (
        "Bertram Quillfeather",
        "keeper",
        ("violent",),
        True,
    )
    assert (incident.ref, incident.role, incident.address) == ("e1", "used", "12 Kiln Lane, Newbarrow, ZA1 2CD")


@pytest.mark.parametrize("query", ["AB*", "*12CD*", "B12C", "AB12CD?", "AB*CD?", "A*2CD?"])
def test_a_part_finds_all_that_hold_it_those_with_markers_first(search: Search, query: str) -> None:
    found = search.vehicle(query)
    assert [vehicle.vrm for vehicle in found.results] == ["AB12 CDE", "AB12 CDF"]
    assert {vehicle.match for vehicle in found.results} == {"part"}


@pytest.mark.parametrize("query", ["*CDE", "AB??CDE", "?B12CDE", "*2CDE"])
def test_an_end_or_a_missing_character_is_enough(search: Search, query: str) -> None:
    assert vrms(search, query) == ["AB12 CDE"]


def test_a_wildcard_stands_for_what_it_says(search: Search) -> None:
    assert vrms(search, "AB12CDE?") == []
    assert vrms(search, "AB12CDE*") == ["AB12 CDE"]
    assert vrms(search, "B12CDE*") == []


def test_a_look_alike_is_said_to_be_one(search: Search) -> None:
    (vehicle,) = search.vehicle("A812CDE").results
    assert (vehicle.vrm, vehicle.match) == ("AB12 CDE", "look-alike")


def test_what_somebody_saw_of_it_narrows_the_search(search: Search) -> None:
    assert vrms(search, "AB*", colour="blue") == ["AB12 CDF"]
    assert vrms(search, "*12CD*", make="ford", model="Fiesta") == ["AB12 CDE"]
    assert vrms(search, "AB*", colour="puce") == []


def test_a_short_vrm_is_found_whole(search: Search) -> None:
    assert vrms(search, "F1") == ["F1"]


@pytest.mark.parametrize("query", ["", "  ", "*", "??", "F*", "*1*", "12", "Жф12", "A" * 33])
def test_a_question_without_enough_in_it_is_refused_with_a_sentence(search: Search, query: str) -> None:
    with pytest.raises(QueryError, match=r"^a (VRM|part)"):
        search.vehicle(query)
