"""A manifest that may not come in, in the daemon's part: one alarm, however often it comes, and nothing of it is fetched."""

from typing import TYPE_CHECKING

import pytest

from headquarters.datasets.signing import Signer
from proto.errors import FrameError
from proto.manifest import decode_signed
from tests.edge.rig.sets import PLATES

if TYPE_CHECKING:
    from tests.edge.data.conftest import MakeList, OpenCar


async def test_a_refusal_is_one_alarm_however_often_it_comes(
    open_car: "OpenCar", make_list: "MakeList", stranger: Signer
) -> None:
    bad = make_list(PLATES, 3, by=stranger)
    async with open_car() as car:
        for _ in range(3):
            car.offer(bad)
        assert car.alarms == ["data set wanted: signed by a key that is not trusted: refused, what is held stays"]
        assert car.sets.refusals.count == 3
        assert len(car.sets.fetch) == 0


async def test_a_forged_signature_starts_no_fetch(open_car: "OpenCar", make_list: "MakeList") -> None:
    message, content = make_list(PLATES, 3)
    signature = decode_signed(message).signature
    forged = message.replace(signature, bytes([signature[0] ^ 1]) + signature[1:])
    async with open_car() as car:
        car.offer((forged, content))
        await car.eventually(lambda: car.alarms)
        assert car.alarms == ["data set wanted: signature wrong: refused, what is held stays"]
        assert len(car.sets.fetch) == 0
        asked = len(car.orders)
        car.offer((forged, content))
        good = make_list(PLATES, 4)
        car.offer(good)
        await car.fetch(good)
        assert [decode_signed(orders.message).manifest.version for orders in car.orders[asked:]] == [4, 4]


async def test_bytes_that_are_no_manifest_are_an_alarm(open_car: "OpenCar") -> None:
    async with open_car() as car:
        with pytest.raises(FrameError):
            car.offer((b"\xc1", b""))
        assert car.alarms == ["a data set: manifest damaged: not msgpack: refused, what is held stays"]


async def test_a_repeat_is_no_alarm_and_an_older_version_is_one(
    open_car: "OpenCar", make_list: "MakeList"
) -> None:  # [proto-8.10]
    made = make_list(PLATES, 3)
    async with open_car() as car:
        car.offer(made)
        await car.fetch(made)
        car.offer(made)
        assert car.alarms == []
        car.offer(make_list(PLATES, 2))
        assert car.alarms == ["data set wanted: older than what is held: refused, what is held stays"]
