"""Fixes, forecasts and headquarters' word in; guidance on the socket and dwell events out."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from edge.data.content import ContentError
from edge.data.kinds import put_forecast
from edge.patrol.carried import Today
from forecast.guidance import NO_GROUND
from forecast.wire import Box
from proto.dosage import BoxDose, Dosage, encode_dosage
from proto.errors import FrameError
from proto.manifest import Manifest, hashes_of

if TYPE_CHECKING:
    from tests.edge.patrol.conftest import Car

DAY = 20_782
MIDDLE_2 = (53_801_122, -4_967_722)
"""Of box 2, millionths of a degree."""


async def test_a_car_without_a_forecast_says_so_and_no_more(car: "Car") -> None:
    await car.patrol.reload()
    car.stays(10, 10, 5)
    assert [line["state"] for line in car.said] == ["no forecast"]
    assert car.patrol.table()["boxes"] == []
    assert car.dwells == []


async def test_it_guides_to_the_best_box_counts_the_stay_and_then_to_the_next(car: "Car") -> None:
    await car.holds()
    assert car.line["state"] == "no fix"
    assert [box["box"] for box in car.line["boxes"]] == [0, 1, 2]
    car.at(100, -600)
    assert (car.line["state"], car.line["next"]["box"]) == ("outside", 0)
    assert car.line["next"]["odds"] == "1 in 11 shifts"
    assert car.line["notice"] == NO_GROUND == "A box gives no ground for a stop."
    car.stays(100, 100, 60)
    assert (car.line["state"], car.line["box"], car.line["minutes_useful"]) == ("dwell", 0, 14)
    assert car.line["next"]["box"] == 1  # the box it stands in is none to go to
    car.stays(100, 100, 15 * 60)
    assert (car.line["state"], car.line["minutes_useful"]) == ("done", 0)
    for metres in range(0, 400, 12):
        car.at(100, 100 + metres)
    assert (car.line["state"], car.line["box"]) == ("outside", None)
    arrived, *during, left = car.dwells
    assert (arrived.box, arrived.dwell_s, arrived.left_ms) == (0, 1, None)
    assert [dwell.dwell_s // 300 for dwell in during] == [1, 2, 3]
    assert left.left_ms is not None
    assert (left.credit_s, left.dwell_s >= 960, left.set, left.version) == (900, True, "central", 1)
    assert abs(left.left_ms - left.arrived_ms - left.dwell_s * 1000) <= 1000
    assert car.line["next"]["box"] in {1, 2}


async def test_bearing_and_distance_are_to_the_boxs_middle(car: "Car") -> None:
    await car.holds(boxes=(Box(102_000, 100_000, 0.1),))
    car.at(125, 125)
    assert (car.line["next"]["distance_m"], car.line["next"]["bearing_deg"]) == (2000, 90)


async def test_a_line_is_said_only_when_something_changed_and_at_most_once_a_look(car: "Car") -> None:
    await car.holds()
    car.stays(-500, -500, 60)
    count = len(car.said)
    car.stays(-500, -500, 120)
    assert len(car.said) == count
    looks = 0
    for metres in range(0, 600, 10):
        car.at(-500 + metres, -500)
        looks += 1
    assert count < len(car.said) <= count + looks
    assert all("boxes" not in line for line in car.said[count:])


async def test_a_teleporting_receiver_neither_raises_nor_visits(car: "Car") -> None:
    await car.holds()
    car.at(-500, -500)
    for n in range(60):
        car.at(100 if n % 2 else -5_000_000, 100 if n % 3 else 4_000_000)
    assert all(dwell.dwell_s < 60 for dwell in car.dwells)


async def test_a_vague_fix_says_nothing_about_a_box(car: "Car") -> None:
    await car.holds()
    for _ in range(30):
        car.at(100, 100, hdop=20.0)
    assert car.dwells == []


async def test_a_tunnel_is_bridged_and_a_garage_ends_the_visit_without_waiting_for_a_fix(car: "Car") -> None:
    await car.holds()
    car.stays(100, 100, 30)
    car.silence(50)
    car.stays(100, 100, 10)
    assert len([dwell for dwell in car.dwells if dwell.left_ms is not None]) == 0
    car.silence(75)
    (over,) = [dwell for dwell in car.dwells if dwell.left_ms is not None]
    assert 85 <= over.dwell_s <= 92
    assert car.line["state"] == "no fix"


async def test_parked_on_the_border_of_two_boxes_is_one_visit_to_one(car: "Car") -> None:
    await car.holds()
    for n in range(600):
        car.at(250 + (4 if n % 2 else -4), 100)
    assert len({dwell.box for dwell in car.dwells}) == 1
    assert not [dwell for dwell in car.dwells if dwell.left_ms is not None]


async def test_a_wall_clock_that_jumps_moves_no_second_of_dwell(car: "Car") -> None:
    await car.holds()
    car.stays(100, 100, 100)
    car.times.utc_ms -= 86_400_000
    car.clock.check()
    car.stays(100, 100, 100)
    car.times.utc_ms += 10 * 86_400_000
    car.clock.check()
    car.stays(100, 100, 100)
    car.patrol.close()
    assert car.dwells[-1].dwell_s == 299


async def test_the_end_of_the_daemon_ends_the_visit(car: "Car") -> None:
    await car.holds()
    car.stays(100, 100, 100)
    car.patrol.close()
    assert (car.dwells[-1].box, car.dwells[-1].dwell_s) == (0, 99)
    assert car.dwells[-1].left_ms is not None
    assert car.patrol.figures() == {"patrol_boxes": 3, "patrol_dwell_s": 99}


async def test_its_task_takes_up_what_is_held_and_ends_the_visit_when_it_is_ended(
    car: "Car", eventually: Callable[..., Any]
) -> None:
    await car.holds()
    car.stays(100, 100, 100)
    car.born()
    running = asyncio.get_running_loop().create_task(car.patrol.run())
    await eventually(lambda: car.patrol.figures()["patrol_boxes"])
    car.stays(100, 100, 10)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (car.dwells[-1].box, car.dwells[-1].left_ms is not None) == (0, True)


async def test_withdrawn_guides_nobody_and_a_newer_version_goes_on(car: "Car") -> None:  # [proto-12.7]
    await car.holds(version=1)
    car.stays(100, 100, 100)
    await car.holds(version=2, boxes=())
    assert (car.line["state"], car.line["next"], car.line["boxes"]) == ("withdrawn", None, [])
    assert car.dwells[-1].left_ms is not None
    car.stays(100, 100, 100)
    assert len([dwell for dwell in car.dwells if dwell.left_ms is None]) == 1
    await car.holds(version=3)
    car.at(-500, -500)
    assert car.line["next"] is not None


async def test_of_several_forecasts_the_one_made_for_now_counts(car: "Car") -> None:
    await car.holds("old", day=DAY - 3)
    assert car.line["forecast"]["stale"]
    await car.holds("day", shift="day")
    await car.holds("night", shift="night")
    await car.holds("gone", boxes=(), version=9)
    assert (car.line["forecast"]["set"], car.line["forecast"]["stale"]) == ("day", False)
    car.today = Today(DAY, 23 * 60 + 30, car.times.utc_ms)
    car.patrol.look()
    assert car.line["forecast"]["set"] == "night"
    car.today = Today(DAY + 1, 6 * 60, car.times.utc_ms)
    car.patrol.look()
    assert (car.line["forecast"]["set"], car.line["forecast"]["stale"]) == ("night", False)
    car.today = Today(DAY + 1, 8 * 60, car.times.utc_ms)
    car.patrol.look()
    assert car.line["forecast"]["stale"]


async def test_overdue_is_said_and_too_old_guides_nobody(car: "Car") -> None:
    await car.holds()
    car.today = Today(DAY + 2, 60, car.times.utc_ms + 2 * 86_400_000)
    car.at(-500, -500)
    assert (car.line["forecast"]["overdue"], car.line["forecast"]["stale"]) == (True, True)
    assert car.line["next"] is not None
    car.today = Today(DAY + 15, 60, car.times.utc_ms)
    car.at(-400, -500)
    assert (car.line["state"], car.line["next"]) == ("too old", None)
    car.today = None
    car.at(-300, -500)
    assert car.line["next"] is not None  # a car that does not know the day goes by what it has


async def test_a_forecast_that_cannot_be_read_is_an_alarm_and_no_more(car: "Car") -> None:
    await car.holds()
    (car.storage / "data" / "forecast" / "central.set").write_bytes(b"x" * 5000)
    car.held["central"] = car.held["central"].__class__("central", "forecast", 2, 0, 1, 3)
    await car.patrol.reload()
    car.patrol.look()
    assert [name for name, _ in car.alarms] == ["forecast-damaged"]
    assert car.line["state"] == "no forecast"


async def test_where_another_car_is_or_was_this_one_does_not_go(car: "Car") -> None:  # [proto-12.5]
    await car.holds(boxes=(Box(100_000, 100_000, 0.10), Box(102_000, 100_000, 0.5)))
    car.at(-500, -500)
    assert car.line["next"]["box"] == 1
    car.patrol.take("dosage", encode_dosage(Dosage("central", (BoxDose(*MIDDLE_2, 900, 0),))), 0.0)
    car.at(-500, -500)
    assert car.line["next"]["box"] == 0
    assert [box["dose_min"] for box in car.line["boxes"]] == [0, 15]
    car.patrol.take("dosage", encode_dosage(Dosage("elsewhere", (BoxDose(*MIDDLE_2, 0, 0),))), 0.0)
    car.patrol.take("dosage", encode_dosage(Dosage("central", (BoxDose(*MIDDLE_2, 60, 7_000),))), 0.0)
    car.at(-500, -500)
    assert car.line["next"]["box"] == 1  # what headquarters says replaces what it said
    with pytest.raises(FrameError):
        car.patrol.take("dosage", b"\x00", 0.0)


async def test_what_is_said_of_a_forecast_before_it_is_taken_up_is_not_lost(car: "Car") -> None:  # [proto-12.4]
    car.patrol.take("dosage", encode_dosage(Dosage("central", (BoxDose(*MIDDLE_2, 900, 60),))), 0.0)
    car.pass_s(60)
    await car.holds()
    assert [box["dose_min"] for box in car.line["boxes"]] == [0, 0, 15]


async def test_what_is_no_forecast_is_not_put_in_place(car: "Car") -> None:  # [proto-12.6]
    manifest = Manifest("central", "forecast", 1, 0, 1, 1, 3, 3, hashes_of(b"PF?", 3))
    for content in ([b"PF?"], [b""], [b"x" * 65_536, b"y"]):
        with pytest.raises(ContentError, match="not a forecast"):
            put_forecast(car.storage, "5a" * 32, manifest, content)
    assert not (car.storage / "data").exists()


async def test_what_the_car_did_itself_is_not_talked_down(car: "Car") -> None:  # [proto-12.5]
    await car.holds(boxes=(Box(100_000, 100_000, 0.5), Box(102_000, 100_000, 0.1)))
    car.stays(100, 100, 15 * 60 + 5)
    for metres in range(0, 400, 12):
        car.at(100, 100 + metres)
    assert car.line["next"]["box"] == 1
    car.patrol.take("dosage", encode_dosage(Dosage("central", (BoxDose(53_801_122, -4_998_104, 30, 600),))), 0.0)
    car.at(100, 520)
    assert car.line["next"]["box"] == 1


async def test_a_new_version_keeps_what_its_boxes_had_wherever_they_stand_in_it(car: "Car") -> None:
    await car.holds(version=1, boxes=(Box(100_000, 100_000, 0.5), Box(102_000, 100_000, 0.1)))
    car.stays(100, 100, 15 * 60 + 5)
    moved = (Box(99_000, 100_000, 0.05), Box(100_010, 100_020, 0.5), Box(102_000, 100_000, 0.1))
    await car.holds(version=2, boxes=moved)
    assert [box["dose_min"] for box in car.line["boxes"]] == [0, 15, 0]


async def test_doses_survive_a_restart_but_not_a_reboot(car: "Car") -> None:
    await car.holds()
    car.stays(100, 100, 15 * 60 + 5)
    car.patrol.close()
    await car.saved()
    for boot, minutes in ((b"boot---1", 15), (b"boot---2", 0)):
        patrol = car.born(boot)
        await patrol.reload()
        assert patrol.table()["boxes"][0]["dose_min"] == minutes
    (car.storage / "patrol.json").write_text('{"of": 1, "doses": ')
    patrol = car.born()
    await patrol.reload()
    assert patrol.table()["boxes"][0]["dose_min"] == 0


async def test_no_position_stands_in_the_file_that_is_not_encrypted(car: "Car") -> None:
    await car.holds()
    car.stays(100, 100, 15 * 60 + 5)
    car.patrol.close()
    await car.saved()
    text = (car.storage / "patrol.json").read_text()
    assert "53.8" not in text
    assert "5380" not in text


async def test_boxes_are_sets_of_their_own_version(car: "Car") -> None:
    await car.holds()
    car.stays(100, 100, 30)
    before = car.patrol.table()["box"]
    await car.holds("other", day=DAY - 1)
    assert car.patrol.table()["box"] == before == 0  # another set that counts less disturbs no visit
