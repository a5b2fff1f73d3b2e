"""Batches -> the store: once, in any order, whatever was said before."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headquarters.arrivals import Arrival, Holding, Message, Sent, Unreadable, Wanting
from headquarters.store import aside
from headquarters.store.file import open_reader
from headquarters.store.intake import Taken, take
from proto.batches import Batch
from proto.control import Held
from proto.events import Clock, Moment, Read
from proto.lanes import Lane
from proto.ranges import Ranges

if TYPE_CHECKING:
    from tests.headquarters.conftest import MakeBatch


def took(connection: sqlite3.Connection, *said: Batch, vehicle: str = "car-1") -> Taken:
    return take(connection, [Sent(vehicle, batch) for batch in said], 0)


def numbers(connection: sqlite3.Connection) -> list[int]:
    return [seq for (seq,) in connection.execute("SELECT seq FROM event ORDER BY stream, seq")]


def counted(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def receipted(taken: Taken, batch: Batch, vehicle: str = "car-1") -> list[tuple[int, int]]:
    return list(taken.accounted[vehicle][batch.epoch, batch.lane])


def test_bodies_are_kept_as_received_and_their_coverage_receipted(
    connection: sqlite3.Connection, make_batch: "MakeBatch"
) -> None:
    batch = make_batch(1, 700)  # more rows than the largest statement takes
    taken = took(connection, batch)
    assert [body for (body,) in connection.execute("SELECT body FROM event ORDER BY seq")] == list(batch.bodies)
    assert receipted(taken, batch) == [(1, 700)]
    assert (taken.stored, taken.repeated) == (700, 0)


def test_a_repeat_is_stored_once_and_receipted_again(connection: sqlite3.Connection, make_batch: "MakeBatch") -> None:
    took(connection, make_batch(1, 10))
    overlap = make_batch(6, 15)
    taken = took(connection, overlap, overlap)
    assert numbers(connection) == list(range(1, 16))
    assert receipted(taken, overlap) == [(6, 15)]
    assert (taken.stored, taken.repeated) == (5, 15)
    assert counted(connection, "conflict") == counted(connection, "alarm") == 0


@pytest.mark.parametrize("absence_first", [True, False])
def test_an_event_beats_an_absence_in_either_order(
    connection: sqlite3.Connection, make_batch: "MakeBatch", *, absence_first: bool
) -> None:
    said = [make_batch(1, 4, absent=((2, 3),)), make_batch(2, 2)]
    for batch in said if absence_first else reversed(said):
        took(connection, batch)
    assert numbers(connection) == [1, 2, 4]
    assert list(connection.execute("SELECT first, last FROM accounted")) == [(1, 4)]


def test_a_coverage_of_which_all_was_dropped_is_receipted(
    connection: sqlite3.Connection, make_batch: "MakeBatch"
) -> None:
    batch = make_batch(5, 4_000_000_000, absent=((5, 4_000_000_000),), said=[])
    assert receipted(took(connection, batch), batch) == [(5, 4_000_000_000)]
    assert numbers(connection) == []


def test_another_body_under_the_same_identity_is_kept_receipted_and_alarmed_once(
    connection: sqlite3.Connection, make_batch: "MakeBatch"
) -> None:
    first = make_batch(1, 2)
    other = make_batch(
        1,
        2,
        said=[Read(Moment(1, None, Clock.UNSET), "rear", "X1", 1), Read(Moment(2, None, Clock.UNSET), "rear", "X2", 1)],
    )
    taken = took(connection, first, other)
    assert receipted(taken, first) == [(1, 2)]
    assert [body for (body,) in connection.execute("SELECT body FROM event ORDER BY seq")] == list(first.bodies)
    assert [body for (body,) in connection.execute("SELECT body FROM conflict ORDER BY seq")] == list(other.bodies)
    assert [(alarm.name, alarm.detail) for alarm in taken.alarms] == [("conflict", {"seq": 1})]
    again = took(connection, other)
    assert again.alarms == []
    assert counted(connection, "conflict") == 2
    assert again.repeated == 0


def test_vehicles_epochs_and_lanes_have_numbers_of_their_own(
    connection: sqlite3.Connection, make_batch: "MakeBatch"
) -> None:
    took(connection, make_batch(1, 1), make_batch(1, 1, lane=Lane.POSITION), make_batch(1, 1, epoch=b"epoch--2"))
    took(connection, make_batch(1, 1), vehicle="car-2")
    assert numbers(connection) == [1, 1, 1, 1]
    assert counted(connection, "vehicle") == 2
    assert counted(connection, "epoch") == 3


def test_an_epoch_keeps_the_boot_it_came_with(connection: sqlite3.Connection, make_batch: "MakeBatch") -> None:
    took(connection, make_batch(1, 1), make_batch(2, 2, boot=b"boot---2"))
    assert list(connection.execute("SELECT boot FROM epoch")) == [(b"boot---1",)]


def test_a_group_that_fails_leaves_nothing(
    connection: sqlite3.Connection, store_path: Path, make_batch: "MakeBatch"
) -> None:
    def breaking() -> Iterator[Arrival]:
        yield Sent("car-1", make_batch(1, 3))
        raise sqlite3.OperationalError("as if the disk were full")

    with pytest.raises(sqlite3.OperationalError):
        take(connection, breaking(), 0)
    reader = open_reader(store_path)
    assert counted(reader, "event") == counted(reader, "vehicle") == counted(reader, "accounted") == 0
    reader.close()
    took(connection, make_batch(1, 3))
    assert numbers(connection) == [1, 2, 3]


def test_what_a_car_holds_and_we_lack_is_found(connection: sqlite3.Connection, make_batch: "MakeBatch") -> None:
    took(connection, make_batch(1, 4), make_batch(7, 8))
    known = Held(b"epoch--1", Lane.READ, Ranges([(2, 9)]))
    whole = Held(b"epoch--1", Lane.READ, Ranges([(1, 4)]))
    unknown = Held(b"epoch--9", Lane.URGENT, Ranges([(1, 3)]))
    taken = take(connection, [Holding("car-1", (known, whole, unknown)), Holding("car-1", (whole,))], 0)
    assert taken.lacking == [
        (
            "car-1",
            [Held(b"epoch--1", Lane.READ, Ranges([(5, 6), (9, 9)])), Held(b"epoch--9", Lane.URGENT, Ranges([(1, 3)]))],
        )
    ]


def test_a_store_that_lacks_what_it_gave_receipts_for_says_so_once(
    connection: sqlite3.Connection, make_batch: "MakeBatch"
) -> None:
    """[proto-4.5]"""
    took(connection, make_batch(1, 4))
    holding = Holding("car-1", (Held(b"epoch--1", Lane.READ, Ranges([(1, 9)])),))
    taken, again = take(connection, [holding], 0), take(connection, [holding], 1)
    assert [(alarm.name, alarm.detail) for alarm in taken.alarms] == [("receipted and lost", {"numbers": 5})]
    assert again.alarms == []


def test_a_want_is_let_by(connection: sqlite3.Connection) -> None:
    assert take(connection, [Wanting("car-1", ("list", "nonsense"))], 0) == Taken()


def unreadable(payload: bytes, vehicle: str | None = "car-1") -> Unreadable:
    return Unreadable(vehicle, Message("pe/1/car-1/up/read", payload, len(payload)), "not msgpack")


def test_an_unreadable_message_is_kept_whole_once_and_alarmed_once(connection: sqlite3.Connection) -> None:
    taken = take(connection, [unreadable(b"x"), unreadable(b"x"), unreadable(b"y")], 0)
    assert [message for (message,) in connection.execute("SELECT message FROM aside ORDER BY id")] == [b"x", b"y"]
    assert dict(connection.execute("SELECT name, times FROM tally")) == {"unreadable": 3}
    assert [alarm.name for alarm in taken.alarms] == ["unreadable"]
    assert list(connection.execute("SELECT times FROM alarm")) == [(3,)]


def test_one_sick_car_leaves_room_aside_for_the_next(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aside, "MAX_OF_VEHICLE", 3)
    monkeypatch.setattr(aside, "MAX_MESSAGES", 5)
    for vehicle in ("car-1", "car-2", None):
        take(connection, [unreadable(f"{vehicle}{n}".encode(), vehicle) for n in range(10)], 0)
    kept = connection.execute("SELECT vehicle, count(*) FROM aside GROUP BY vehicle ORDER BY vehicle")
    assert list(kept) == [("car-1", 3), ("car-2", 2)]
    assert dict(connection.execute("SELECT name, times FROM tally")) == {"unreadable": 30, "thrown_away": 25}


def test_a_topic_that_is_no_text_can_be_kept(connection: sqlite3.Connection) -> None:
    take(connection, [Unreadable(None, Message("pe/\ud800", b"", 0), "unknown topic")], 0)
    assert counted(connection, "aside") == 1


def test_a_body_that_is_no_event_is_stored_as_received(connection: sqlite3.Connection) -> None:
    body = b"\x93\x00\x01\x02"  # looks like a start and is none
    batch = Batch(b"epoch--1", b"boot---1", Lane.URGENT, 1, 1, [body])
    assert receipted(took(connection, batch), batch) == [(1, 1)]
    assert list(connection.execute("SELECT body FROM event")) == [(body,)]
