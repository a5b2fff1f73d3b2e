"""The store -> counts that close."""

import sqlite3
from typing import TYPE_CHECKING

from headquarters.arrivals import Message, Sent, Unreadable
from headquarters.store.figures import figures
from headquarters.store.intake import take
from proto.batches import Batch
from proto.events import Clock, Moment, Start, encode
from proto.lanes import Lane

if TYPE_CHECKING:
    from tests.headquarters.conftest import MakeBatch


def test_what_is_here_dropped_missing_and_repeated_is_counted_per_lane(
    connection: sqlite3.Connection, make_batch: "MakeBatch"
) -> None:
    said = [
        make_batch(1, 10, absent=((4, 5),)),
        make_batch(13, 14),
        make_batch(1, 3),
        make_batch(1, 1, epoch=b"epoch--2"),
    ]
    take(connection, [Sent("car-1", batch) for batch in said], 0)
    found = figures(connection)
    assert found["vehicles"] == [
        {
            "vehicle": "car-1",
            "epochs": 2,
            "lanes": {"read": {"events": 11, "dropped": 2, "missing": 2, "repeated": 3}},
        }
    ]
    assert found["alarms"] == []


def test_what_a_child_epoch_names_and_never_came_is_missing(
    connection: sqlite3.Connection, make_batch: "MakeBatch"
) -> None:
    start = Start(Moment(1, None, Clock.UNSET), b"epoch--1", ((Lane.READ, 25),), "0.1.0")
    child = Batch(b"epoch--2", b"boot---1", Lane.URGENT, 1, 1, [encode(start)])
    take(connection, [Sent("car-1", make_batch(1, 10)), Sent("car-1", child)], 0)
    assert figures(connection)["vehicles"][0]["lanes"]["read"]["missing"] == 15


def test_conflicts_aside_and_alarms_are_shown(connection: sqlite3.Connection, make_batch: "MakeBatch") -> None:
    garbage = Unreadable("car-1", Message("pe/1/car-1/up/read", b"x", 1), "not msgpack")
    other = make_batch(1, 1, said=[Start(Moment(1, None, Clock.UNSET), None, None, "0.1.0")])
    take(connection, [Sent("car-1", make_batch(1, 1)), Sent("car-1", other), garbage, garbage], 1_790_000_000_000)
    found = figures(connection)
    assert (found["conflicts"], found["unreadable"], found["aside"], found["thrown_away"]) == (1, 2, 1, 0)
    assert found["alarms"] == [
        {"alarm": "conflict", "vehicle": "car-1", "epoch": b"epoch--1".hex(), "lane": "read", "seq": 1}
        | {"times": 1, "last": "2026-09-21T14:13:20.000Z"},
        {"alarm": "unreadable", "vehicle": "car-1", "epoch": None, "lane": None, "reason": "not msgpack"}
        | {"times": 2, "last": "2026-09-21T14:13:20.000Z"},
    ]


def test_an_empty_store_has_nothing_to_show(connection: sqlite3.Connection) -> None:
    assert figures(connection)["vehicles"] == []
