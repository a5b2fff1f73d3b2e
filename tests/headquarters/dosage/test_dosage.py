"""Dwell events in; one row a visit, sums by box, a word to each car that holds the forecast, and a report of boxes."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headquarters.arrivals import Sent
from headquarters.cli import main
from headquarters.dosage.desk import is_news
from headquarters.dosage.report import figures, table
from headquarters.dosage.visits import HERE_MS, Sum, sums
from headquarters.store.intake import take
from proto.batches import Batch
from proto.chunks import Having, encode_have
from proto.dosage import BoxDose, decode_dosage
from proto.events import Clock, Dwell, Moment, encode
from proto.lanes import Lane

if TYPE_CHECKING:
    from tests.conftest import Mosquitto
    from tests.headquarters.conftest import MakeBatch, OpenCar, Serving

BOOT_MS = 1_790_000_000_000
MIN_MS = 60_000
BOX = (51_500_000, -120_000)
OTHER = (51_600_000, -120_000)


def dwell(
    at_ms: int, dwell_s: int, *, arrived_ms: int = 0, over: bool = False, at: tuple[int, int] = BOX, box: int = 3, name: str = "central",
    dated: bool = True,
) -> Dwell:  # fmt: skip
    moment = Moment(at_ms, BOOT_MS if dated else None, Clock.NTP if dated else Clock.UNSET)
    left_ms = at_ms if over else None
    return Dwell(moment, name, 7, box, arrived_ms, dwell_s, min(dwell_s, 900), *at, b"\x04" * 8, left_ms)


def sent(
    connection: sqlite3.Connection, *dwells: Dwell, first: int = 1, epoch: bytes = b"epoch--1", vehicle: str = "car-1", now_ms: int = 0
) -> None:  # fmt: skip
    bodies = [encode(one) for one in dwells]
    batch = Batch(epoch, b"boot---1", Lane.URGENT, first, first + len(bodies) - 1, bodies)
    take(connection, [Sent(vehicle, batch)], now_ms or BOOT_MS + 30 * MIN_MS)


def test_of_one_visit_only_the_latest_word_counts_in_whatever_order_it_comes(
    connection: sqlite3.Connection,
) -> None:  # [proto-12.1]
    said = [dwell(1_000, 1), dwell(301_000, 300), dwell(400_000, 400, over=True)]
    for n, one in enumerate((said[2], said[0], said[1]), start=1):
        sent(connection, one, first=n)
    sent(connection, said[0], first=2)  # once more
    (had,) = sums(connection, BOOT_MS + 30 * MIN_MS)["central"].items()
    assert had == (BOX, Sum(400, BOOT_MS + 400_000, is_visited=False))


def test_visits_of_all_cars_add_up_to_a_quarter_of_an_hour_and_fade_after_two_hours(
    connection: sqlite3.Connection,
) -> None:
    sent(connection, dwell(600_000, 600, over=True))
    sent(connection, dwell(900_000, 500, arrived_ms=400_000, over=True), epoch=b"epoch--2", vehicle="car-2")
    sent(connection, dwell(900_000, 60, over=True, at=OTHER, name="east"), epoch=b"epoch--2", vehicle="car-2", first=2)
    had = sums(connection, BOOT_MS + 20 * MIN_MS)
    assert had["central"] == {BOX: Sum(900, BOOT_MS + 900_000, is_visited=False)}
    assert had["east"] == {OTHER: Sum(60, BOOT_MS + 900_000, is_visited=False)}
    assert sums(connection, BOOT_MS + 900_000 + 121 * MIN_MS) == {}


def test_a_car_that_has_not_left_is_there_until_it_is_unheard_of(connection: sqlite3.Connection) -> None:
    sent(connection, dwell(600_000, 300))
    assert sums(connection, BOOT_MS + 600_000 + HERE_MS - 1)["central"][BOX].is_visited
    assert not sums(connection, BOOT_MS + 600_000 + HERE_MS + 1)["central"][BOX].is_visited


def test_a_car_without_a_clock_was_there_when_it_was_heard_and_none_is_ahead_of_time(
    connection: sqlite3.Connection,
) -> None:
    now_ms = BOOT_MS + 30 * MIN_MS
    sent(connection, dwell(600_000, 300, over=True, dated=False))
    sent(connection, dwell(86_400_000, 300, arrived_ms=5, over=True, at=OTHER), first=2)
    assert {one.ended_ms for one in sums(connection, now_ms)["central"].values()} == {now_ms}


def test_bodies_that_only_look_like_a_dwell_disturb_nothing(
    connection: sqlite3.Connection, make_batch: "MakeBatch"
) -> None:
    odd = Batch(b"epoch--1", b"boot---1", Lane.URGENT, 1, 2, [b"\x91\x0e", make_batch(2, 2).bodies[0]])
    take(connection, [Sent("car-1", odd)], 0)
    assert sums(connection, BOOT_MS) == {}


@pytest.mark.parametrize(
    ("now", "news"),
    [
        (Sum(100, 0, is_visited=False), False),
        (Sum(159, 299_999, is_visited=False), False),
        (Sum(160, 0, is_visited=False), True),
        (Sum(100, 300_000, is_visited=False), True),
        (Sum(100, 0, is_visited=True), True),
    ],
)
def test_only_what_would_send_a_car_elsewhere_is_news(now: Sum, news: bool) -> None:
    assert is_news(Sum(100, 0, is_visited=False), now) is news
    assert is_news(None, now)


async def test_a_car_that_says_what_it_holds_is_told_what_its_boxes_had(
    mosquitto: "Mosquitto", open_car: "OpenCar", serving: "Serving", make_batch: "MakeBatch"
) -> None:  # [proto-12.3] [proto-12.4]
    async with serving(mosquitto.url), open_car(mosquitto.port) as first, open_car(mosquitto.port, "car-2") as second:
        await first.send(
            make_batch(
                1,
                2,
                Lane.URGENT,
                said=[dwell(1, 240, over=True, dated=False), dwell(1, 30, at=OTHER, box=4, dated=False)],
            )
        )
        await first.receipt()
        await second.say("have", encode_have([Having("wanted", 5), Having("central", 7)]))
        dosage = decode_dosage(await second.hear("dosage"))
        assert dosage.set == "central"
        assert sorted((dose.lat_e6, dose.lon_e6, dose.credit_s) for dose in dosage.doses) == [
            (*BOX, 240),
            (*OTHER, 900),
        ]
        assert all(dose.ago_s <= 10 for dose in dosage.doses)
        assert BoxDose(*OTHER, 900, 0) in dosage.doses  # somebody is there now
        assert "dosage" not in first.left()  # it never said that it holds the set


def test_the_report_is_of_boxes_and_names_no_car(
    connection: sqlite3.Connection, store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # [proto-12.2]
    sent(
        connection,
        dwell(600_000, 600, over=True),
        dwell(2_000_000, 1_200, arrived_ms=700_000, over=True, at=OTHER, box=4),
    )
    sent(connection, dwell(900_000, 300, over=True), epoch=b"epoch--2", vehicle="car-2")
    assert main(["dosage", "--store", f"sqlite:///{store_path}", "--json"]) == 0
    printed = capsys.readouterr().out
    (one,) = json.loads(printed)
    assert (one["set"], one["version"], one["visits"], one["minutes"], one["credit_minutes"]) == (
        "central",
        7,
        3,
        35.0,
        30.0,
    )
    assert [(box["box"], box["visits"], box["minutes"], box["credit_minutes"]) for box in one["boxes"]] == [
        (3, 2, 15.0, 15.0), (4, 1, 20.0, 15.0),
    ]  # fmt: skip
    assert "car-" not in printed
    assert main(["dosage", "--store", f"sqlite:///{store_path}", "--since", "2026-09-21", "--name", "central"]) == 0
    assert "central version 7: 3 visits to 2 boxes, 35.0 min, 30.0 count" in capsys.readouterr().out
    assert main(["dosage", "--store", f"sqlite:///{store_path}", "--since", "2030-01-01"]) == 0
    assert capsys.readouterr().out == "no dwell in any box\n"


def test_a_store_that_an_earlier_patrol_hq_wrote_has_no_dwell(connection: sqlite3.Connection, tmp_path: Path) -> None:
    connection.execute("DROP TABLE dwell")
    assert figures(connection) == []
    assert table([]) == "no dwell in any box"
    assert main(["dosage", "--store", f"sqlite:///{tmp_path}/none.db"]) == 1
    assert main(["dosage", "--store", "nowhere"]) == 2
    with closing(sqlite3.connect(":memory:")) as other:
        assert figures(other) == []
