"""A name, as heard or typed -> persons."""

from datetime import date

import pytest

from records.answers import QueryError
from records.search import Search


def names(search: Search, as_of: date, query: str, **known: object) -> list[str]:
    found = search.person(query, as_of=as_of, **known)  # type: ignore[arg-type]
    return [f"{person.forenames} {person.surname}".strip() for person in found.results]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Bertram Quillfeather", "Bertram Quillfeather"),
        ("QUILLFEATHER, Bertram", "Bertram Quillfeather"),
        ("Mr B Quillfeather", "Bertram Quillfeather"),
        ("Bertrm Quillfeather", "Bertram Quillfeather"),
        ("Betrram Quillfeather", "Bertram Quillfeather"),
        ("Bertrum Quilfeather", "Bertram Quillfeather"),
        ("Bertram Kwilfether", "Bertram Quillfeather"),
        ("Anna Jorvik", "Anna Maria Müller-Jorvik"),
        ("Maria Muller", "Anna Maria Müller-Jorvik"),
        ("Mueller Anna", "Anna Maria Müller-Jorvik"),
        ("Anna Müllerjorvik", "Anna Maria Müller-Jorvik"),
        ("Müller Jorvik", "Anna Maria Müller-Jorvik"),
        ("sian obracken", "Siân O'Bracken"),
        ("Sian O’Bracken", "Siân O'Bracken"),
        ("John Tarnbrook", "J Tarnbrook"),
        ("Prince", "Prince"),
        ("Quillfeather Siegfried", "Bertram Quillfeather"),
    ],
)
def test_a_name_is_found_as_people_say_it(search: Search, as_of: date, query: str, first: str) -> None:
    assert names(search, as_of, query)[0] == first


def test_only_a_name_as_it_is_written_is_called_exact(search: Search, as_of: date) -> None:
    for query, match in (("Bertram Quillfeather", "exact"), ("Bertram Quilfeather", "similar")):
        assert search.person(query, as_of=as_of).results[0].match == match


def test_what_a_crew_must_know_of_a_person_comes_with_them(search: Search, as_of: date) -> None:
    person = search.person("Bertram Quillfeather", as_of=as_of).results[0]
    assert (person.age, person.markers, person.wanted) == (46, ("violent",), "burglary")
    assert person.home == "12 Kiln Lane, Newbarrow, ZA1 2CD"
    assert [(one.ref, one.role) for one in person.incidents] == [("e2", "suspect"), ("e3", "suspect")]
    assert [(one.vrm, one.role) for one in person.vehicles] == [("AB12 CDE", "keeper")]
    assert search.person("Anna Jorvik", as_of=as_of).results[0].conditions == "curfew 21:00 to 06:00"


def test_a_date_of_birth_or_an_age_tells_two_of_one_name_apart(search: Search, as_of: date) -> None:
    for known in ({"born": date(1980, 5, 17)}, {"age": 46}, {"age": 45}, {"born": date(1980, 5, 18)}):
        assert names(search, as_of, "Quillfeather", **known) == ["Bertram Quillfeather", "Edmund Quillfeather"]
    assert names(search, as_of, "Quillfeather", age=20) == ["Edmund Quillfeather"]  # of him it is not known


def test_of_two_that_fit_alike_the_wanted_one_comes_first(search: Search, as_of: date) -> None:
    assert names(search, as_of, "Quillfeather")[0] == "Bertram Quillfeather"


def test_nobody_is_found_by_a_name_that_nobody_has(search: Search, as_of: date) -> None:
    assert names(search, as_of, "Xavier Zzyzx") == []


@pytest.mark.parametrize("query", ["", "x", "J P", "-", "ab " * 50])
def test_a_question_without_a_name_is_refused_with_a_sentence(search: Search, as_of: date, query: str) -> None:
    with pytest.raises(QueryError, match=r"^a name"):
        search.person(query, as_of=as_of)
