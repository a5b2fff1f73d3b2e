"""The car's uplink through a real mosquitto to whoever answers: what is sent, what is taken, and what a lost link costs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiomqtt
import pytest

from edge.config.car import Broker
from edge.spool.group import Group
from edge.spool.opening import Opened
from edge.spool.spool import Spool
from edge.supervision import Outage, keep_running
from edge.uplink import permission
from edge.uplink.link import WORLD, Link
from edge.uplink.lull import Lulls
from edge.uplink.uplink import Uplink
from edge.uplink.window import Window
from proto import batches, control, topics
from proto.control import Held, Refused
from proto.lanes import Lane
from proto.ranges import Ranges

if TYPE_CHECKING:
    from tests.conftest import Mosquitto

CAR = "k-0417"
EPOCH = b"epoch--1"
Make = Callable[..., Group]
Open = Callable[..., AbstractAsyncContextManager[Opened]]
Running = Callable[..., AbstractAsyncContextManager[Any]]
Eventually = Callable[..., Any]


class Car:
    """An uplink over a spool, and what it has said."""

    def __init__(self, url: str, spool: Spool) -> None:
        self.spool = spool
        self.window = Window(spool.ledgers, spool.identity, Lulls(0.0))
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.alarms: list[str] = []
        self.link = Link(Broker(url), CAR)
        self.state = Outage("link", lambda _, up, reason: self.said.append(("link", {"up": up, "reason": reason})))
        self.uplink = Uplink(
            self.link, CAR, spool, self.window, lambda kind, **fields: self.said.append((kind, fields)),
            lambda name, _: self.alarms.append(name), is_down=self.state.began,
        )  # fmt: skip

    async def stores(self, group: Group) -> None:
        await self.spool.add(group, asyncio.get_running_loop().time())
        self.uplink.knock.set()

    def is_receipted(self, lane: Lane = Lane.READ) -> bool:
        ledger = self.spool.ledger_of(EPOCH, lane)
        return ledger is not None and ledger.last > 0 and ledger.first_unsent() is None


class Answerer:
    """A headquarters in a few lines: it keeps what it gets and answers as the test says."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client
        self.batches: list[batches.Batch] = []
        self.held: list[Held] = []
        self.answers = True

    async def run(self) -> None:
        async for message in self._client.messages:
            assert isinstance(message.payload, bytes)
            if message.topic.value.endswith("/held"):
                self.held += control.decode_held(message.payload)
                continue
            batch = batches.decode(message.payload)
            self.batches.append(batch)
            if self.answers:
                await self.receipts(batch)

    async def receipts(self, batch: batches.Batch) -> None:
        held = Held(batch.epoch, batch.lane, Ranges([(batch.first, batch.last)]))
        await self.says("receipt", control.encode_held([held]))

    async def says(self, word: str, payload: bytes) -> None:
        await self._client.publish(topics.down(CAR, word), payload, qos=1)

    async def says_hello(self, session: bytes) -> None:
        await self._client.publish(topics.HELLO, control.encode_hello(session), qos=1)


Meet = Callable[..., AbstractAsyncContextManager[tuple[Car, Answerer]]]


@pytest.fixture
def meet(mosquitto: "Mosquitto", opened: Open, running: Running) -> Meet:
    @asynccontextmanager
    async def meet_() -> AsyncIterator[tuple[Car, Answerer]]:
        async with opened() as open_, aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
            await client.subscribe(topics.ALL_UP, qos=1)
            car, headquarters = Car(mosquitto.url, open_.spool), Answerer(client)
            async with (
                running(headquarters.run()),
                running(keep_running(car.uplink.listen, car.state, WORLD)),
                running(car.uplink.forward()),
            ):
                yield car, headquarters

    return meet_


async def test_what_is_stored_arrives_and_is_receipted(meet: Meet, make_group: Make, eventually: Eventually) -> None:
    async with meet() as (car, headquarters):
        await car.stores(make_group(1, 500))
        await eventually(car.is_receipted)
    bodies = [pair for batch in headquarters.batches for pair in batch.numbered()]
    assert bodies == list(enumerate(make_group(1, 500).runs[0].bodies, 1))
    assert all(len(batches.encode(batch)) <= batches.MAX_BATCH_BYTES for batch in headquarters.batches)
    receipts = [fields for kind, fields in car.said if kind == "receipt"]
    assert Ranges(tuple(pair) for fields in receipts for pair in fields["ranges"]) == Ranges([(1, 500)])
    assert ("link", {"up": True, "reason": "ok"}) in car.said


async def test_a_puback_alone_forgets_nothing(meet: Meet, make_group: Make, eventually: Eventually) -> None:
    async with meet() as (car, headquarters):
        headquarters.answers = False
        await car.stores(make_group(1, 10))
        await eventually(lambda: headquarters.batches)
        assert not car.is_receipted()
        assert len(car.window) == 1
        await headquarters.receipts(headquarters.batches[0])
        await eventually(car.is_receipted)


async def test_headquarters_hello_makes_everything_due_once(
    meet: Meet, make_group: Make, eventually: Eventually
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
                    await eventually(car.is_receipted, 30.0)
    assert len([1 for kind, fields in car.said if kind == "link" and fields["up"]]) == 2


async def test_a_restored_headquarters_gets_again_what_the_car_still_holds(
    meet: Meet, make_group: Make, eventually: Eventually
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
    meet: Meet, make_group: Make, eventually: Eventually
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


async def test_dropped_numbers_are_told_as_absent(meet: Meet, make_group: Make, eventually: Eventually) -> None:
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
    meet: Meet, make_group: Make, eventually: Eventually, word: str, payload: bytes
) -> None:
    async with meet() as (car, headquarters):
        await car.stores(make_group(1, 5))
        await eventually(car.is_receipted)
        await headquarters.says(word, payload)
        await eventually(lambda: car.uplink.junk == 1)
        await car.stores(make_group(6, 5))
        await eventually(car.is_receipted)


async def test_a_receipt_for_an_epoch_that_is_not_here_is_counted(
    meet: Meet, make_group: Make, eventually: Eventually
) -> None:
    async with meet() as (car, headquarters):
        await car.stores(make_group(1, 5))
        await eventually(car.is_receipted)
        stranger = Held(b"stranger", Lane.READ, Ranges([(1, 5)]))
        await headquarters.says("receipt", control.encode_held([stranger]))
        await eventually(lambda: car.uplink.junk == 1)


async def test_a_connection_that_breaks_while_the_next_is_up_stops_nothing(
    meet: Meet, make_group: Make, eventually: Eventually
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
    meet: Meet, make_group: Make, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
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
