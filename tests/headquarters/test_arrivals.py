"""Any topic, any bytes -> a value."""

from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headquarters.arrivals import MAX_PAYLOAD_BYTES, Holding, Sent, Unreadable, Wanting, arrival, message
from proto import batches, control, topics
from proto.control import Held
from proto.lanes import Lane
from proto.ranges import Ranges

if TYPE_CHECKING:
    from tests.headquarters.conftest import MakeBatch

WORDS = st.sampled_from(["read", "urgent", "audit", "held", "want", "nonsense"])


@given(WORDS.map(lambda word: topics.up("car-1", word)) | st.text(), st.binary())
def test_any_bytes_on_any_topic_are_a_value(topic: str, payload: bytes) -> None:
    assert isinstance(arrival(message(topic, payload)), Sent | Holding | Wanting | Unreadable)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the fixture is a pure function
@given(at=st.integers(0, 400), byte=st.integers(0, 255))
def test_any_changed_byte_of_a_batch_is_a_value(make_batch: "MakeBatch", at: int, byte: int) -> None:
    payload = bytearray(batches.encode(make_batch(1, 20)))
    payload[at % len(payload)] = byte
    assert isinstance(arrival(message("pe/1/car-1/up/read", bytes(payload))), Sent | Unreadable)


def test_a_batch_is_sent_by_the_vehicle_of_its_topic(make_batch: "MakeBatch") -> None:
    batch = make_batch(1, 3)
    sent = arrival(message("pe/1/car-1/up/read", batches.encode(batch)))
    assert isinstance(sent, Sent)
    assert sent.vehicle == "car-1"
    assert list(sent.batch.numbered()) == list(batch.numbered())


def test_a_batch_on_another_lanes_topic_is_unreadable_and_can_be_refused(make_batch: "MakeBatch") -> None:
    batch = make_batch(4, 6, lane=Lane.URGENT)
    found = arrival(message("pe/1/car-1/up/read", batches.encode(batch)))
    assert isinstance(found, Unreadable)
    assert found.reason == "another lane"
    assert found.coverage == (batch.epoch, Lane.URGENT, 4, 6)


def test_damaged_bodies_leave_the_coverage_readable() -> None:
    batch = batches.Batch(b"e" * 8, b"b" * 8, Lane.READ, 1, 2, [b"\xc1", b"\xc1"])
    found = arrival(message("pe/1/car-1/up/read", batches.encode(batch)))
    assert isinstance(found, Unreadable)
    assert found.coverage == (b"e" * 8, Lane.READ, 1, 2)


def test_a_payload_of_a_megabyte_is_cut_at_the_door_and_its_size_kept() -> None:
    said = message("pe/1/car-1/up/read", Random(1).randbytes(1_000_000))
    assert len(said.payload) == MAX_PAYLOAD_BYTES
    assert said.size == 1_000_000
    assert isinstance(arrival(said), Unreadable)


def test_what_a_car_holds_and_wants_is_understood() -> None:
    held = Held(b"e" * 8, Lane.READ, Ranges([(1, 5)]))
    assert arrival(message("pe/1/car-1/up/held", control.encode_held([held]))) == Holding("car-1", (held,))
    assert arrival(message("pe/1/car-1/up/want", control.encode_want(["list"]))) == Wanting("car-1", ("list",))


@pytest.mark.parametrize(
    "topic", ["pe/1/car-1/down/receipt", "pe/1/all/hello", "pe/1/CAR/up/read", "pe/1/car-1/up/read/more", "x"]
)
def test_what_is_on_no_cars_topic_belongs_to_no_car(topic: str) -> None:
    found = arrival(message(topic, b""))
    assert isinstance(found, Unreadable)
    assert found.vehicle is None
    assert found.coverage is None
