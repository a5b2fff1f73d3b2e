"""An ask -> the message that answers it: what is found, what is refused, what does not fit."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from headquarters.lookups.answering import answered
from headquarters.lookups.pole import PoleRecords
from headquarters.lookups.source import Source, UnavailableError
from headquarters.records.file import open_writer, path_of
from headquarters.store.file import transaction
from proto.asks import MAX_ANSWER_BYTES, Answer, Ask, decode_answer
from records import building, rows
from records.answers import Around, Found, Person, Place, QueryError, Vehicle
from records.words import ROLE_CODES

TODAY = date(2026, 11, 25)
AS_OF_MS = 1_795_564_800_000
ASK = Ask(b"look-up1", "vehicle", (("query", "AB12CDE"),), "4711", None, "stop", None)


def ask(source: Source, what: str, **parts: str | int) -> Answer:
    return decode_answer(answered(source, replace(ASK, what=what, asked=tuple(parts.items())), TODAY))


class Force:
    """A force's system of one vehicle."""

    def __init__(self, vehicles: int = 1, detail: int = 0) -> None:
        self.vehicles = [Vehicle(f"AB{n}", "part", "F" * detail, None, None, None, (), (), ()) for n in range(vehicles)]
        self.asked: list[object] = []

    def as_of_ms(self) -> int | None:
        return None

    def vehicle(
        self, query: str, *, make: str | None = None, model: str | None = None, colour: str | None = None
    ) -> Found[Vehicle]:
        self.asked.append((query, make, model, colour))
        return Found(tuple(self.vehicles))

    def person(self, name: str, *, born: date | None = None, age: int | None = None, as_of: date) -> Found[Person]:
        self.asked.append((name, born, age, as_of))
        raise QueryError("not here")

    def place(self, address: str) -> Found[Place]:
        raise UnavailableError(f"away, {len(address)} characters")

    def near(self, lat: float, lon: float, *, metres: int, days: int, as_of: date) -> Around:
        self.asked.append((lat, lon, metres, days, as_of))
        return Around(0, (), (), (), (), (), is_cut=False)

    def close(self) -> None:
        pass


@pytest.fixture
def pole(store_path: Path) -> PoleRecords:
    """The records beside a store, of one vehicle and its keeper."""
    with closing(open_writer(path_of(store_path))) as connection, transaction(connection):
        rows.make_tables(connection)
        rows.put(connection, [rows.Vehicle("v1", "AB12CDE", "AB12 CDE", "FORD")])
        rows.put(connection, [rows.Person("p1", "Bertram", "Quillfeather", date(1980, 5, 17).toordinal())])
        rows.put(connection, [rows.Relationship(ROLE_CODES["keeper"], "p1", "v1")])
        building.build(connection, TODAY.toordinal())
    return PoleRecords(store_path)


def test_the_records_beside_the_store_answer(pole: PoleRecords) -> None:  # [proto-10.7]
    answer = ask(pole, "vehicle", query="ab12cde")
    assert (answer.id, answer.outcome, answer.as_of_ms, answer.found) == (ASK.id, "found", AS_OF_MS, 1)
    assert answer.result is not None
    (vehicle,) = answer.result["results"]
    assert (vehicle["vrm"], vehicle["persons"][0]["name"]) == ("AB12 CDE", "Bertram Quillfeather")
    answer = ask(pole, "person", query="Quilfeather Bertram", born="1980-05-17")
    assert answer.result is not None
    assert answer.result["results"][0]["age"] == 46


def test_nothing_known_is_an_answer_with_an_age(pole: PoleRecords) -> None:
    for what, query in (("vehicle", "ZZ99ZZZ"), ("person", "Xaver Zzyzx"), ("place", "Nowhere Road")):
        answer = ask(pole, what, query=query)
        assert (answer.outcome, answer.as_of_ms, answer.found, answer.result) == ("none", AS_OF_MS, 0, None)


def test_what_is_imported_meanwhile_the_next_question_sees(pole: PoleRecords, store_path: Path) -> None:
    assert ask(pole, "vehicle", query="AB12CDE").outcome == "found"
    with closing(open_writer(path_of(store_path))) as connection, transaction(connection):
        rows.clear(connection)
        rows.put(connection, [rows.Vehicle("v2", "AB12CDE", "AB12CDE", "BMW")])
        building.build(connection, TODAY.toordinal())
    answer = ask(pole, "vehicle", query="AB12CDE")
    assert answer.result is not None
    assert answer.result["results"][0]["make"] == "BMW"


def test_without_records_it_is_not_now(store_path: Path) -> None:
    assert ask(PoleRecords(store_path), "vehicle", query="AB12CDE").outcome == "failed"
    with closing(sqlite3.connect(path_of(store_path))) as other:
        other.execute("CREATE TABLE something (else_ INTEGER)")
    assert ask(PoleRecords(store_path), "vehicle", query="AB12CDE").outcome == "failed"


@pytest.mark.parametrize(
    ("what", "parts"),
    [
        ("vehicle", {}),
        ("vehicle", {"query": 7}),
        ("vehicle", {"query": "AB12CDE", "make": 7}),
        ("person", {"query": "Bertram", "born": "17/05/1980"}),
        ("person", {"query": "Bertram", "age": "46"}),
        ("place", {"lat_e6": 1, "lon_e6": 1, "metres": 1}),
        ("place", {"lat_e6": 1, "lon_e6": 1, "metres": 99_999, "days": 1}),
        ("vehicle", {"query": "*"}),
    ],
)
def test_what_cannot_be_asked_is_refused(pole: PoleRecords, what: str, parts: dict[str, str | int]) -> None:
    assert ask(pole, what, **parts).outcome == "refused"


def test_nobody_is_told_of_a_person_or_place_who_does_not_say_who_and_why(pole: PoleRecords) -> None:  # [proto-10.9]
    person = replace(ASK, what="person", asked=(("query", "Bertram Quillfeather"),))
    assert decode_answer(answered(pole, person, TODAY)).outcome == "found"
    for changed in (replace(person, officer=" "), replace(person, reason=""), replace(person, what="place", reason="")):
        assert decode_answer(answered(pole, changed, TODAY)).outcome == "refused"
    assert decode_answer(answered(pole, replace(ASK, officer="", reason=""), TODAY)).outcome == "found"


def test_a_forces_own_system_is_asked_what_was_asked() -> None:
    source = Force()
    assert ask(source, "vehicle", query="AB1", make="FORD", colour="RED").found == 1
    assert ask(source, "person", query="B Q", born="1980-05-17", age=46).outcome == "refused"
    assert ask(source, "place", query="12 Kiln Lane").outcome == "failed"
    assert ask(source, "place", lat_e6=53_800_000, lon_e6=-5_000_000, metres=300, days=30).outcome == "none"
    assert source.asked == [
        ("AB1", "FORD", None, "RED"),
        ("B Q", date(1980, 5, 17), 46, TODAY),
        (53.8, -5.0, 300, 30, TODAY),
    ]


def test_what_does_not_fit_loses_its_last_results_and_says_that_there_are_more() -> None:
    message = answered(Force(30, detail=1000), ASK, TODAY)
    answer = decode_answer(message)
    assert MAX_ANSWER_BYTES // 2 < len(message) <= MAX_ANSWER_BYTES
    assert answer.result is not None
    assert answer.result["more"] is True
    assert 0 < answer.found == len(answer.result["results"]) < 30
    assert decode_answer(answered(Force(1, detail=20_000), ASK, TODAY)).outcome == "too many"
