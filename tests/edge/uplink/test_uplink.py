"""The car's uplink through a real mosquitto to whoever answers: what is sent, when it is forgotten, and what a lost link or silence costs."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

import aiomqtt
import pytest

from edge.spool.group import Group
from edge.spool.opening import Opened
from edge.supervision import keep_running
from edge.uplink import permission
from edge.uplink.link import WORLD
from proto import batches, topics
from proto.lanes import Lane
from proto.ranges import Ranges
from tests.edge.rig.answerer import EPOCH, Answerer, Car

if TYPE_CHECKING:
    from tests.conftest import Mosquitto
    from tests.edge.uplink.conftest import Meet

Make = Callable[..., Group]
Eventually = Callable[..., Any]
Open = Callable[..., AbstractAsyncContextManager[Opened]]
Running = Callable[..., AbstractAsyncContextManager[Any]]


async def test_what_is_stored_arrives_and_is_receipted(meet: "Meet", make_group: Make, eventually: Eventually) -> None:
    async with meet() as (car, headquarters):
        await car.stores(make_group(1, 500))
        await eventually(car.is_receipted)
    bodies = [pair for batch in headquarters.batches for pair in batch.numbered()]
    assert bodies == list(enumerate(make_group(1, 500).runs[0].bodies, 1))
    assert all(len(batches.encode(batch)) <= batches.MAX_BATCH_BYTES for batch in headquarters.batches)
    receipts = [fields for kind, fields in car.said if kind == "receipt"]
    assert Ranges(tuple(pair) for fields in receipts for pair in fields["ranges"]) == Ranges([(1, 500)])
    assert ("link", {"up": True, "reason": "ok"}) in car.said


async def test_a_puback_alone_forgets_nothing(meet: "Meet", make_group: Make, eventually: Eventually) -> None:
    async with meet() as (car, headquarters):
        headquarters.answers = False
        await car.stores(make_group(1, 10))
        await eventually(lambda: headquarters.batches)
        assert not car.is_receipted()
        assert len(car.window) == 1
        await headquarters.receipts(headquarters.batches[0])
        await eventually(car.is_receipted)


async def test_the_broker_may_go_and_come_back(
    mosquitto: "Mosquitto",
    make_group: Make,
    eventually: Eventually,
    opened: Open,
    running: Running,
) -> None:
    async with opened() as open_:
        car = Car(mosquitto.url, open_.spool)
        async with running(keep_running(car.uplink.listen, car.state, WORLD)), running(car.uplink.forward()):
            await eventually(lambda: car.state.is_up)
            mosquitto.kill()
            await car.stores(make_group(1, 100))
            await eventually(lambda: car.state.is_up is False)
            mosquitto.start()
            async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
                await client.subscribe(topics.ALL_UP, qos=1)
                headquarters = Answerer(client)
                async with running(headquarters.run()):
                    await eventually(car.is_receipted)
    assert len([1 for kind, fields in car.said if kind == "link" and fields["up"]]) == 2


async def test_dropped_numbers_are_told_as_absent(meet: "Meet", make_group: Make, eventually: Eventually) -> None:
    async with meet() as (car, headquarters):
        await eventually(lambda: car.state.is_up)
        headquarters.answers = False
        await car.stores(make_group(1, 1))
        await eventually(lambda: headquarters.batches)
        for n in range(2, 5):
            await car.spool.add(make_group(n, 1), 0)
        ledger = car.spool.ledger_of(EPOCH, Lane.READ)
        assert ledger is not None
        ledger.tail._runs.clear()
        await car.spool._database.transaction(lambda connection: connection.execute("DELETE FROM run WHERE first = 3"))
        headquarters.answers = True
        await headquarters.says_hello(b"session1")
        await eventually(car.is_receipted)
    *_, batch = headquarters.batches
    assert (batch.first, batch.last, batch.absent) == (2, 4, ((3, 3),))


async def test_a_connection_that_breaks_while_the_next_is_up_stops_nothing(
    meet: "Meet", make_group: Make, eventually: Eventually
) -> None:
    """The read for a batch ends after its connection has gone and another has come: the new one goes on."""
    async with meet() as (car, headquarters):
        await car.stores(make_group(1, 5))
        await eventually(car.is_receipted)
        gone = Gone()
        await car.uplink._sent_over(gone, asyncio.get_running_loop().time)  # type: ignore[arg-type]
        await car.spool.add(make_group(6, 5), 0)
        await car.uplink._sent_over(gone, asyncio.get_running_loop().time)  # type: ignore[arg-type]
        await eventually(car.is_receipted)
    assert {number for batch in headquarters.batches for number, _ in batch.numbered()} == set(range(1, 11))


class Gone:
    """A connection whose other end is no more."""

    async def publish(self, *_: object) -> None:
        raise aiomqtt.MqttError("gone")


async def test_silence_is_named_in_time_and_the_first_answer_ends_it(
    meet: "Meet", make_group: Make, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permission, "NO_ANSWER_S", 0.3)
    async with meet() as (car, headquarters):
        await eventually(lambda: car.state.is_up)
        await headquarters.says_hello(b"one")
        await eventually(lambda: car.uplink._session)
        headquarters.answers = False
        await car.stores(make_group(1, 10))
        await car.stores(make_group(11, 10))
        await eventually(lambda: car.state.is_up is False)
        assert car.state.reason.startswith("no receipts though headquarters is there")
        assert car.alarms == ["link"]
        sent = [batch.first for batch in headquarters.batches]
        assert len(sent) == len(set(sent)) == 2  # it was named at its time, not at the next batch that went again
        await headquarters.receipts(headquarters.batches[0])
        await eventually(
            lambda: [fields["up"] for kind, fields in car.said if kind == "link"][:3] == [True, False, True]
        )
        assert len(car.window) == 1
