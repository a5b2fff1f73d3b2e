"""A copied or restored card shows by what its `start` says of the parent epoch. [proto-3]"""

import sqlite3
from typing import TYPE_CHECKING

import pytest

from headquarters.arrivals import Sent
from headquarters.store.alarms import Raised
from headquarters.store.intake import take
from proto.batches import Batch
from proto.events import Clock, Moment, Start, encode
from proto.lanes import Lane

if TYPE_CHECKING:
    from tests.headquarters.conftest import MakeBatch

PARENT = b"epoch--1"


def start(
    epoch: bytes, parent: bytes | None, lasts: tuple[tuple[int, int], ...] | None, more: tuple[int, ...] = ()
) -> Batch:
    event = Start(Moment(1, None, Clock.UNSET), parent, lasts, "0.1.0", more=more)
    return Batch(epoch, b"boot---2", Lane.URGENT, 1, 1, [encode(event)])


def raised(connection: sqlite3.Connection, *said: Batch, vehicle: str = "car-1") -> list[Raised]:
    return [alarm for batch in said for alarm in take(connection, [Sent(vehicle, batch)], 0).alarms]


@pytest.mark.parametrize("held_first", [True, False])
def test_a_child_that_knows_less_than_we_hold_is_an_alarm_in_either_order(
    connection: sqlite3.Connection, make_batch: "MakeBatch", *, held_first: bool
) -> None:
    said = [make_batch(1, 10, epoch=PARENT), start(b"epoch--2", PARENT, ((Lane.READ, 7),))]
    found = raised(connection, *(said if held_first else reversed(said)))
    assert found == [Raised("knows less", "car-1", PARENT, Lane.READ, {"named": 7, "held": 10})]


def test_a_lane_the_child_leaves_out_had_no_number(connection: sqlite3.Connection, make_batch: "MakeBatch") -> None:
    found = raised(connection, make_batch(1, 1, epoch=PARENT), start(b"epoch--2", PARENT, ()))
    assert [(alarm.name, alarm.lane) for alarm in found] == [("knows less", Lane.READ)]


def test_a_child_that_knows_more_is_none(connection: sqlite3.Connection, make_batch: "MakeBatch") -> None:
    child = start(b"epoch--2", PARENT, ((Lane.READ, 12), (Lane.URGENT, 1), (99, 5)))
    assert raised(connection, make_batch(1, 10, epoch=PARENT), child, make_batch(11, 12, epoch=PARENT)) == []


def test_after_a_salvage_and_with_an_unknown_parent_there_is_none(
    connection: sqlite3.Connection, make_batch: "MakeBatch"
) -> None:
    said = [
        make_batch(1, 10, epoch=PARENT),
        start(b"epoch--2", PARENT, None),
        start(b"epoch--3", b"never-se", ((Lane.READ, 5),)),
        start(b"epoch--4", None, None),
        start(b"epoch--5", None, None),
    ]
    assert raised(connection, *said) == []


def test_two_children_of_one_parent_are_an_alarm_whoever_they_are(connection: sqlite3.Connection) -> None:
    first, second = start(b"epoch--2", PARENT, None), start(b"epoch--3", PARENT, None)
    assert raised(connection, first, first) == []
    found = raised(connection, second, vehicle="car-2")
    assert found == [Raised("two children", "car-2", PARENT, None, {"child": b"epoch--3".hex()})]


def test_a_start_said_again_is_no_second_child(connection: sqlite3.Connection) -> None:
    said = start(b"epoch--2", PARENT, ((Lane.READ, 5),))
    assert raised(connection, said, said, said) == []


def test_a_second_start_within_an_epoch_changes_nothing(connection: sqlite3.Connection) -> None:
    said = start(b"epoch--2", PARENT, None)
    second = Batch(said.epoch, said.boot, said.lane, 2, 2, start(b"epoch--2", b"epoch--0", None).bodies)
    assert raised(connection, said, second, start(b"epoch--3", b"epoch--0", None)) == []


def test_a_start_of_a_later_version_is_understood(connection: sqlite3.Connection, make_batch: "MakeBatch") -> None:
    later = start(b"epoch--2", PARENT, ((Lane.READ, 7),), more=tuple(range(12)))  # an array of more than 15
    assert len(raised(connection, make_batch(1, 10, epoch=PARENT), later)) == 1
