"""What comes down, in the daemon's part: fetched, put in place by a child, resumed; what is said up. [proto-8.6]"""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from edge.data.admission import Judge, Now
from edge.data.child import verdict
from edge.data.children import ask_child
from edge.data.coming import Shelf
from edge.data.holdings import FOLDER
from edge.data.orders import Orders, Place
from edge.data.report import Report
from proto.chunks import Chunk, Having, encode_chunk
from proto.manifest import decode_signed, pieces
from tests.edge.rig.sets import HOUR_MS, NOON_MS, PLATES, now

if TYPE_CHECKING:
    from tests.edge.data.conftest import MakeList, OpenCar


async def test_a_set_comes_piece_by_piece_and_is_in_place(
    open_car: "OpenCar", make_list: "MakeList", place: Place
) -> None:
    made = make_list(PLATES, 3)
    async with open_car() as car:
        assert car.having() == []
        car.offer(made)
        await car.fetch(made)
        assert car.alarms == []
        assert car.swaps == 1
        assert car.having() == [Having("wanted", 3)]
    left = sorted(path.name for path in (place.storage / FOLDER).iterdir())
    assert left == ["wanted.held"]


async def test_the_link_is_asked_for_each_set_and_told_whether_the_car_is_without_a_good_one(
    open_car: "OpenCar", make_list: "MakeList"
) -> None:
    first, second = make_list(PLATES, 3), make_list(PLATES, 4)
    async with open_car() as car:
        car.offer(first)
        await car.fetch(first)
        assert set(car.weighed) == {True}
        car.weighed.clear()
        car.offer(second)
        await car.wants()
        assert set(car.weighed) == {False}
        car.weighed.clear()
        car.utc_ms = decode_signed(first[0]).manifest.expires_ms + 1
        car.sets.connected()
        await car.wants()
        assert set(car.weighed) == {True}


async def test_after_a_restart_it_goes_on_at_the_chunk_where_it_stopped(
    open_car: "OpenCar", make_list: "MakeList", place: Place
) -> None:
    made = make_list(PLATES, 3, chunk_bytes=16)
    async with open_car() as car:
        car.offer(made)
        await car.fetch(made, most=4)
        await car.wants()
        assert car.having() == [Having("wanted", 0, 3)]
        shelf = Shelf(place.storage, place.key)
        await car.eventually(lambda: len(shelf.numbers("wanted")) == car.sets.fetch.chunks)
    stored = shelf.numbers("wanted")
    assert len(stored) >= 4
    async with open_car() as car:
        assert (await car.wants()).chunks[0][1][0] == len(stored)
        car.sets.connected()
        await car.fetch(made)
        assert car.having() == [Having("wanted", 3)]


async def test_a_delta_whose_base_is_not_held_makes_the_car_say_what_it_holds(
    open_car: "OpenCar", make_list: "MakeList"
) -> None:  # [proto-8.10]
    async with open_car() as car:
        car.having()
        assert car.sets.sayings(now()) == []
        car.offer(make_list(PLATES, 3, before=PLATES[1:], base=2))
        assert [word for word, _ in car.sets.sayings(now())] == ["have"]
        assert car.alarms == []


async def test_a_delta_that_does_not_fit_is_followed_by_a_wish_for_the_whole(
    open_car: "OpenCar", make_list: "MakeList"
) -> None:
    whole = make_list(PLATES, 1)
    wrong = make_list(PLATES, 2, before=["ZZ99B01", *PLATES[1:]], base=1)
    async with open_car() as car:
        car.offer(whole)
        await car.fetch(whole)
        car.offer(wrong)
        signed = decode_signed(wrong[0])
        cut = list(pieces(wrong[1], 64))
        while (want := await car.wants()).chunks:
            for n in want.chunks[0][1]:
                car.sets.take("chunk", encode_chunk(Chunk(signed.digest, n, cut[n])), now())
        assert want.names == ("wanted",)
        assert car.having() == [Having("wanted", 1)]


async def test_a_child_that_fails_is_asked_again_and_nothing_is_fetched_twice(
    open_car: "OpenCar", make_list: "MakeList", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.data.sets.AGAIN_S", 0.01)
    fails = 2

    async def ask(orders: Orders) -> dict[str, object]:
        nonlocal fails
        if orders.name is not None and fails:
            fails -= 1
            return {"failed": "disk full"}
        return verdict(orders)

    made = make_list(PLATES, 3)
    async with open_car(ask=ask) as car:
        car.offer(made)
        await car.fetch(made)
        assert (fails, car.alarms, car.having()) == (0, [], [Having("wanted", 3)])
        assert car.sets.fetch.chunks == decode_signed(made[0]).manifest.chunks


async def test_a_card_that_takes_nothing_costs_the_set_for_now_and_not_the_service(
    open_car: "OpenCar", make_list: "MakeList", place: Place
) -> None:
    made = make_list(PLATES, 3)
    in_the_way = place.storage / FOLDER / "wanted.coming.new"
    in_the_way.mkdir(parents=True)
    async with open_car() as car:
        await car.eventually(car.knocks.is_set)
        car.knocks.clear()
        car.offer(made)
        await car.eventually(car.knocks.is_set)
        assert len(car.orders) == 1
        assert len(car.sets.fetch) == 0
        in_the_way.rmdir()
        car.offer(made)
        await car.fetch(made)
        assert car.having() == [Having("wanted", 3)]


async def test_a_real_child_says_the_same(place: Place, judge: Judge, make_list: "MakeList") -> None:
    good = make_list(PLATES, 3)[0]
    orders = Orders(good, judge, Now(NOON_MS, NOON_MS), place)
    assert await ask_child(orders) == {"good": True}
    assert await ask_child(replace(orders, message=good[:-1])) == {"refused": "manifest damaged: not msgpack"}


async def test_an_overdue_set_is_kept_and_said_once(open_car: "OpenCar", make_list: "MakeList") -> None:
    made = make_list(PLATES, 3)
    async with open_car() as car:
        car.offer(made)
        await car.fetch(made)
        stale: list[str] = []
        report = Report(car.sets, car.time, lambda name, _: stale.append(name))
        report.look(0.0)
        assert (stale, report.table()["wanted"]["overdue"], report.figures()["data_overdue"]) == ([], False, 0)
        car.utc_ms = NOON_MS + 2 * HOUR_MS
        report.look(0.0)
        report.look(1.0)
        assert (stale, report.table()["wanted"]["overdue"], report.figures()["data_overdue"]) == (
            ["list-stale"],
            True,
            1,
        )
        assert (report.is_name_overdue("wanted"), report.is_name_overdue("another")) == (True, False)
        assert car.having() == [Having("wanted", 3)]
