"""A car asks over a real broker, and headquarters answers: from its tables, or from a class that somebody else wrote."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headquarters.arrivals import message
from headquarters.cli import main
from headquarters.lookups.desk import LookupDesk, open_lookups
from headquarters.lookups.pole import PoleRecords
from headquarters.lookups.source import named
from proto.asks import Ask, decode_answer, encode_ask
from proto.topics import up

if TYPE_CHECKING:
    from tests.conftest import Mosquitto, StartHeadquarters
    from tests.headquarters.conftest import OpenCar

ROOT = Path(__file__).parents[3]
ASK = Ask(b"look-up1", "vehicle", (("query", "ab12cde"),), "4711", "Kent", "stop", None)


@pytest.fixture
def imported(tmp_path: Path, store_path: Path) -> Path:
    """A store with the records of one vehicle."""
    path = tmp_path / "objects.csv"
    path.write_text("object_id,vrm,make\nv1,AB12 CDE,FORD\n", "ascii")
    assert main(["records", "import", "--store", f"sqlite:///{store_path}", str(path)]) == 0
    return store_path


async def test_a_car_is_answered_and_nothing_is_written_of_it(
    mosquitto: "Mosquitto", start_headquarters: "StartHeadquarters", open_car: "OpenCar", imported: Path
) -> None:
    start_headquarters(mosquitto.url, imported)
    async with open_car(mosquitto.port) as car:
        await car.say("ask", encode_ask(ASK))
        answer = decode_answer(await car.hear("answer"))
        assert (answer.id, answer.outcome, answer.found) == (ASK.id, "found", 1)
        assert answer.result is not None
        assert answer.result["results"][0]["make"] == "FORD"
        await car.say("ask", b"SECRETNAME")  # what cannot be read is not kept, for a name may stand in it
        await car.say("ask", encode_ask(ASK))
        assert decode_answer(await car.hear("answer")).outcome == "found"
    with closing(sqlite3.connect(imported)) as store:
        assert store.execute("SELECT count(*) FROM aside").fetchone() == (0,)
    for path in imported.parent.glob("hq.db*"):
        assert b"SECRETNAME" not in path.read_bytes()
        assert b"4711" not in path.read_bytes()


async def test_the_example_in_the_documents_answers(
    mosquitto: "Mosquitto",
    start_headquarters: "StartHeadquarters",
    open_car: "OpenCar",
    store_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "own-records.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "ourforce.py").write_text(code, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with closing(sqlite3.connect(tmp_path / "index.db")) as index:
        index.execute("CREATE TABLE car (vrm TEXT, make TEXT, colour TEXT)")
        index.execute("INSERT INTO car VALUES ('AB12CDE', 'KIA', 'GREEN')")
        index.commit()
    start_headquarters(mosquitto.url, store_path, "--source", "ourforce:Records")
    async with open_car(mosquitto.port) as car:
        await car.say("ask", encode_ask(ASK))
        answer = decode_answer(await car.hear("answer"))
        assert answer.result == {"results": [{"vrm": "AB12CDE", "match": "exact", "make": "KIA", "colour": "GREEN"}]}
        await car.say("ask", encode_ask(Ask(b"look-up2", "person", (("query", "Q B"),), "4711", None, "stop")))
        assert decode_answer(await car.hear("answer")).outcome == "refused"


@pytest.mark.parametrize("name", ["", "nowhere", "nowhere:Nobody", "headquarters.lookups.pole:Nobody"])
def test_a_source_that_is_not_there_is_wrong_usage(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["serve", "--broker", "mqtt://127.0.0.1:1", "--store", "sqlite:////tmp/none.db", "--source", name]
    assert main(words) == 2
    assert "--source is MODULE:NAME" in capsys.readouterr().err


def test_a_source_is_found_by_its_name() -> None:
    assert named("headquarters.lookups.pole:PoleRecords") is PoleRecords


async def test_only_asks_of_cars_are_for_this_desk(store_path: Path) -> None:
    async with open_lookups(PoleRecords, store_path, lambda: 0) as desk:
        assert isinstance(desk, LookupDesk)
        for topic in (up("car-1", "held"), "pe/1/car-1/down/ask", "elsewhere"):
            assert desk.takes(message(topic, encode_ask(ASK))) is None
        assert [desk.takes(message(up("car-1", "ask"), payload)) for payload in (encode_ask(ASK), b"")] == [True, True]
        assert (len(desk.asking), desk.unreadable) == (1, 1)


async def test_what_nobody_waits_for_any_more_is_not_asked(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headquarters.lookups.desk.PATIENCE_S", -1.0)
    async with open_lookups(PoleRecords, store_path, lambda: 0) as desk:
        desk.takes(message(up("car-1", "ask"), encode_ask(ASK)))
        desk.asking.close()
        await desk.answer()
        assert len(desk.said) == 0
