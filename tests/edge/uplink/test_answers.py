"""What headquarters says to the car's uplink through a real mosquitto: hello, again, refused, and what is none of these."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from edge.spool.group import Group
from proto import control
from proto.control import Held, Refused
from proto.lanes import Lane
from proto.ranges import Ranges
from tests.edge.rig.answerer import EPOCH

if TYPE_CHECKING:
    from tests.edge.uplink.conftest import Meet

Make = Callable[..., Group]
Eventually = Callable[..., Any]


async def test_headquarters_hello_makes_everything_due_once(
    meet: "Meet", make_group: Make, eventually: Eventually
) -> None:
    async with meet() as (car, headquarters):
        headquarters.answers = False
        await car.stores(make_group(1, 10))
        await eventually(lambda: len(headquarters.batches) == 1)
        await headquarters.says_hello(b"session1")
        await eventually(lambda: len(headquarters.batches) == 2)
        await headquarters.says_hello(b"session1")
        headquarters.answers = True
        await headquarters.says_hello(b"session2")
        await eventually(car.is_receipted)
    assert len(headquarters.batches) == 3
    assert headquarters.batches[0] == headquarters.batches[2]


async def test_a_restored_headquarters_gets_again_what_the_car_still_holds(
    meet: "Meet", make_group: Make, eventually: Eventually
) -> None:
    async with meet() as (car, headquarters):
        await car.stores(make_group(1, 100))
        await eventually(car.is_receipted)
        headquarters.batches.clear()
        await headquarters.says_hello(b"restored")
        await eventually(lambda: headquarters.held)
        assert headquarters.held == [Held(EPOCH, Lane.READ, Ranges([(1, 100)]))]
        lacking = [Held(EPOCH, Lane.READ, Ranges([(20, 30), (90, 400)]))]
        await headquarters.says("again", control.encode_held(lacking))
        await eventually(lambda: len(headquarters.batches) == 2)
        await eventually(car.is_receipted)
    assert [(batch.first, batch.last) for batch in headquarters.batches] == [(20, 30), (90, 100)]


async def test_a_refused_row_is_set_aside_with_an_alarm_and_the_rest_flows(
    meet: "Meet", make_group: Make, eventually: Eventually
) -> None:
    async with meet() as (car, headquarters):
        headquarters.answers = False
        await car.stores(make_group(1, 5))
        await eventually(lambda: headquarters.batches)
        await headquarters.says("refused", control.encode_refused(Refused(EPOCH, Lane.READ, 1, 5, "damaged")))
        await eventually(lambda: len(headquarters.batches) >= 5)
        headquarters.answers = True
        await headquarters.says("refused", control.encode_refused(Refused(EPOCH, Lane.READ, 3, 3, "damaged")))
        for batch in headquarters.batches[1:]:
            if batch.first != 3:
                await headquarters.receipts(batch)
        await eventually(car.is_receipted)
        await eventually(lambda: car.alarms == ["poison"])
        ledger = car.spool.ledger_of(EPOCH, Lane.READ)
        assert ledger is not None
        assert list(ledger.aside) == [(3, 3)]


@pytest.mark.parametrize(
    ("word", "payload"),
    [
        ("receipt", b"junk"),
        ("again", b"\x92\x01\x01"),
        ("refused", b""),
        ("news", b"\x91\x01"),
        ("receipt", bytes(9000)),
    ],
)
async def test_junk_from_above_is_counted_and_harms_nothing(
    meet: "Meet", make_group: Make, eventually: Eventually, word: str, payload: bytes
) -> None:
    async with meet() as (car, headquarters):
        await car.stores(make_group(1, 5))
        await eventually(car.is_receipted)
        await headquarters.says(word, payload)
        await eventually(lambda: car.uplink.junk == 1)
        await car.stores(make_group(6, 5))
        await eventually(car.is_receipted)


async def test_a_receipt_for_an_epoch_that_is_not_here_is_counted(
    meet: "Meet", make_group: Make, eventually: Eventually
) -> None:
    async with meet() as (car, headquarters):
        await car.stores(make_group(1, 5))
        await eventually(car.is_receipted)
        stranger = Held(b"stranger", Lane.READ, Ranges([(1, 5)]))
        await headquarters.says("receipt", control.encode_held([stranger]))
        await eventually(lambda: car.uplink.junk == 1)
