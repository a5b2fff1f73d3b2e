"""Look-ups against real records, a real vault, and an audit that stores or does not."""

import asyncio
from typing import TYPE_CHECKING

import pytest

from edge.config.lookups import Lookups
from edge.lookups.base import AGAIN_S, MOST, WITHIN_S, Base
from edge.lookups.desk import NOT_STORED
from edge.lookups.question import NO_OFFICER, NO_VEHICLE, NOWHERE
from proto.asks import FOUND, NONE, TOO_MANY, Answer, Ask, encode_answer
from proto.audited import Lookup

if TYPE_CHECKING:
    from tests.edge.conftest import TimeSources
    from tests.edge.lookups.conftest import Desk, OpenDesk

DAY_S = 86_400


def lookups(desk: "Desk") -> list[Lookup]:
    return [event for event in desk.aboard.recorded if isinstance(event, Lookup)]


@pytest.mark.usefixtures("pack")
async def test_a_person_is_found_in_what_is_carried_with_its_age_and_a_record_before_it(
    open_desk: "OpenDesk",
) -> None:  # [proto-10.6]
    async with open_desk() as desk:
        said = await desk.ask("person", "zzyzx quentn", case="C-17")
        (answer,) = said["answers"]
        assert (answer["source"], answer["found"]) == ("carried", 1)
        assert answer["result"]["results"][0]["surname"] == "Zzyzx"
        assert answer["age_s"] == DAY_S * 3 // 2  # the records are of the day before; it is noon
        assert said["headquarters"] == "no link"
        (record,) = lookups(desk)
        assert (record.officer, record.force, record.what, record.asked) == (
            "4711",
            "Northshire",
            "person",
            "zzyzx quentn",
        )
        assert (record.reason, record.case, record.source, record.found) == ("STOP", "C-17", "carried", 1)
        assert record.place is not None
        assert record.age_s == answer["age_s"]


@pytest.mark.usefixtures("pack")
async def test_a_vehicle_comes_with_its_lists_and_where_it_was_seen(open_desk: "OpenDesk") -> None:
    async with open_desk() as desk:
        said = await desk.ask("vehicle", "ZZ99ZZY")
        assert said["answers"][0]["result"]["results"][0]["make"] == "FORD"
        assert said["lists"] == [{"list": "wanted", "vrm": "ZZ99ZZY"}]
        assert said["seen"] == []


@pytest.mark.usefixtures("pack")
async def test_here_is_where_the_car_is(open_desk: "OpenDesk") -> None:
    async with open_desk() as desk:
        said = await desk.ask("place", "here")
        assert said["answers"][0]["result"]["incidents"][0]["category"] == "burglary"
        assert lookups(desk)[0].asked == "lat_e6=51500000 lon_e6=-120000 metres=250 days=90"
        assert (await desk.ask("place", "7 wobble lane"))["answers"][0]["found"] == 1
    async with open_desk(place=None) as desk:
        assert (await desk.ask("place", "here"))["refused"] == NOWHERE


async def test_nothing_carried_and_no_link_is_an_answer_with_a_record(open_desk: "OpenDesk") -> None:
    async with open_desk() as desk:
        said = await desk.ask()
        assert (said["answers"], said["headquarters"]) == ([], "no link")
        (record,) = lookups(desk)
        assert (record.source, record.found) == (None, None)


@pytest.mark.usefixtures("pack")
async def test_no_answer_without_the_record(open_desk: "OpenDesk") -> None:  # [proto-10.6]
    async with open_desk() as desk:
        desk.link = True
        desk.aboard.stores = False
        assert await desk.ask() == {"refused": NOT_STORED}
        assert desk.said(0.0) == []  # and headquarters is not asked any more


@pytest.mark.usefixtures("pack")
@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"officer": "0815"}, NO_OFFICER),
        ({"officer": None}, NO_OFFICER),
        ({"officer": "0815", "what": "vehicle"}, NO_VEHICLE),
        ({"reason": None}, "give a reason code, one of STOP, "),
        ({"reason": "CURIOSITY"}, "give a reason code, one of STOP, "),
        ({"what": "planet"}, "what to look up is one of"),
        ({"query": ""}, "say what to look up"),
        ({"query": "x" * 129}, "query is a text of at most 128"),
        ({"born": "1.1.1970"}, "a date of birth is YYYY-MM-DD"),
        ({"age": 131}, "age is a number from 0 to 130"),
        ({"age": True}, "age is a number"),
    ],
)
async def test_a_refusal_says_why_and_who_tried_is_on_record(
    open_desk: "OpenDesk", more: dict[str, object], reason: str
) -> None:  # [proto-10.5]
    async with open_desk() as desk:
        said = await desk.ask(**{"what": "person", "query": "zzyzx"} | more)  # type: ignore[arg-type]
        assert str(said["refused"]).startswith(reason)
        assert said.keys() == {"refused"}
        await asyncio.sleep(0)
        assert [record.source for record in lookups(desk)] == ["refused"]


async def test_a_force_may_ask_for_a_case_and_may_open_vehicles(open_desk: "OpenDesk") -> None:  # [proto-10.5]
    async with open_desk(Lookups(require_case=True, open_vehicles=True)) as desk:
        assert "case number" in (await desk.ask())["refused"]
        assert "answers" in await desk.ask(case="C-17")
        assert "answers" in await desk.ask("vehicle", "ZZ99ZZY", officer=None, reason=None)


@pytest.mark.usefixtures("pack")
async def test_headquarters_answer_joins_with_a_record_of_its_own_and_is_kept_for_the_shift(
    open_desk: "OpenDesk", times: "TimeSources"
) -> None:  # [proto-10.4] [proto-10.6]
    async with open_desk() as desk:
        desk.link = True
        said = await desk.ask()
        assert said["headquarters"] == "asked"
        (ask,) = desk.said(asyncio.get_running_loop().time())
        assert (ask.what, ask.asked, ask.officer, ask.reason) == ("person", (("query", "zzyzx"),), "4711", "STOP")
        result = {"results": [{"surname": "Zzyzx"}, {"surname": "Zzyzy"}]}
        desk.answer(encode_answer(Answer(ask.id, FOUND, times.utc_ms - 5_000, 2, result)))
        more = await desk.desk.more({"number": said["number"]})
        assert more["answers"] == [{"source": "headquarters", "age_s": 5, "found": 2, "result": result}]
        assert [(one.number, one.source) for one in lookups(desk)] == [(1, "carried"), (1, "headquarters")]
        assert (await desk.desk.more({"number": said["number"]}))["answers"] == []
        desk.link = False
        times.pass_ms(60_000)
        again = await desk.ask()
        assert [(one["source"], one["age_s"]) for one in again["answers"]][1] == ("cached", 65)
        assert await desk.aboard.crew.log_off("4711") is None
        assert await desk.aboard.crew.log_on("4711", "271828", None) is None
        assert [one["source"] for one in (await desk.ask())["answers"]] == ["carried"]


async def test_headquarters_answer_is_not_given_without_its_record(open_desk: "OpenDesk") -> None:  # [proto-10.6]
    async with open_desk() as desk:
        desk.link = True
        said = await desk.ask()
        (ask,) = desk.said(asyncio.get_running_loop().time())
        desk.answer(encode_answer(Answer(ask.id, NONE)))
        desk.aboard.stores = False
        assert await desk.desk.more({"number": said["number"]}) == {"refused": NOT_STORED}


async def test_too_many_is_said_and_not_kept(open_desk: "OpenDesk") -> None:
    async with open_desk() as desk:
        desk.link = True
        said = await desk.ask()
        (ask,) = desk.said(asyncio.get_running_loop().time())
        desk.answer(encode_answer(Answer(ask.id, TOO_MANY, None, 900)))
        (answer,) = (await desk.desk.more({"number": said["number"]}))["answers"]
        assert (answer["outcome"], answer["result"]) == ("too many", None)
        desk.link = False
        assert (await desk.ask())["answers"] == []


ASK = Ask(b"look-up1", "person", (("query", "x"),), "4711", None, "STOP")


async def test_an_ask_is_said_again_once_in_a_while_and_given_up_in_time() -> None:  # [proto-10.4]
    base = Base()
    knocks: list[int] = []
    base.knock = lambda: knocks.append(1)
    answer = base.ask(ASK, 0.0)
    assert knocks == [1]
    assert [len(base.sayings(now_s)) for now_s in (0.0, 0.1, AGAIN_S, AGAIN_S + 0.1)] == [1, 0, 1, 0]
    base.connected()
    assert len(base.sayings(2.5)) == 1
    assert base.next_due_s() == 2.5 + AGAIN_S
    assert base.sayings(WITHIN_S) == []
    await asyncio.sleep(0)
    assert answer.cancelled()
    assert base.next_due_s() is None
    base.take("answer", encode_answer(Answer(ASK.id, NONE)), 6.0)  # late: let by


async def test_only_so_many_are_asked_at_a_time() -> None:
    base = Base()
    first = base.ask(ASK, 0.0)
    for n in range(MOST):
        base.ask(Ask(n.to_bytes(8, "big"), "person", (), "4711", None, "STOP"), 0.0)
    assert first.cancelled()
