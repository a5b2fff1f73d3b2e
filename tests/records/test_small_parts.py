"""Postings, cells and folded names, each by itself."""

from math import cos, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records import grid, postings
from records.names import folded, parts_of, shortened, words
from records.words import MARKERS, ROLES, bits_of, markers_of


@given(st.sets(st.integers(1, 2**40)))
def test_postings_come_back(numbers: set[int]) -> None:
    assert postings.decoded(postings.encoded(sorted(numbers))) == sorted(numbers)


@given(st.integers(-90_000_000, 90_000_000), st.integers(-180_000_000, 180_000_000))
def test_a_point_is_its_cell_and_spot(lat_e6: int, lon_e6: int) -> None:
    assert grid.point_of(grid.cell_of(lat_e6, lon_e6), grid.spot_of(lat_e6, lon_e6)) == (lat_e6, lon_e6)


@given(
    st.integers(-80_000_000, 80_000_000),
    st.integers(-179_000_000, 179_000_000),
    st.integers(1, 2_000),
    st.floats(-1, 1),
    st.floats(-1, 1),
)
def test_what_is_within_a_circle_is_in_its_cells(lat: int, lon: int, metres: int, north: float, east: float) -> None:
    other_lat = lat + round(north * metres / 0.1112)
    other_lon = lon + round(east * metres / 0.1112 / cos(radians(lat / 1e6)))
    if grid.metres_between(lat, lon, other_lat, other_lon) <= metres:
        cell = grid.cell_of(other_lat, other_lon)
        assert any(first <= cell <= last for first, last in grid.cells_within(lat, lon, metres))


@given(st.integers(-70_000_000, 70_000_000), st.floats(0, 2_000), st.floats(0, 2_000))
def test_within_a_circle_the_earth_is_flat(lat_e6: int, north_m: float, east_m: float) -> None:
    other = lat_e6 + round(north_m / 0.1112), round(east_m / 0.1112 / cos(radians(lat_e6 / 1e6)))
    flat = grid.Plane(lat_e6, 0).metres(*other)
    assert flat == pytest.approx(grid.metres_between(lat_e6, 0, *other), rel=0.002, abs=0.3)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Müller", ["muller"]),
        ("O'Brien-Smith", ["obrien", "smith"]),
        ("Łukasz Żółć", ["lukasz", "zolc"]),
        ("Straße 5a", ["strasse", "5a"]),
        ("  ", []),
        ("Иван", ["иван"]),
    ],
)
def test_a_name_is_folded(name: str, found: list[str]) -> None:
    assert words(name) == found


def test_a_double_name_is_found_by_its_parts_and_as_one() -> None:
    assert parts_of("Anna", "Smith-Jones") == ["anna", "smith", "jones", "smithjones"]
    assert parts_of("Jörg", "van der Berg")[:6] == ["jorg", "van", "der", "berg", "vanderberg", "joerg"]


def test_one_letter_fewer() -> None:
    assert shortened("anna") == {"nna", "ana", "ann"}
    assert shortened("j") == set()
    assert folded("ÅSA") == "asa"


def test_markers_are_bits_and_back() -> None:
    assert markers_of(bits_of(["STOLEN", "firearms"])) == ("firearms", "stolen")
    assert markers_of(1 << 40) == ()
    assert len(MARKERS) == len({word.casefold() for word in MARKERS})
    assert len(ROLES) < 256
