"""Headquarters over a real broker: receipts after the commit, `again`, `refused`, `hello`; nothing a car says stops it. [proto-4]"""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headquarters.store.file import open_reader
from proto import batches, control
from proto.batches import Batch
from proto.control import Held, Refused
from proto.lanes import Lane
from proto.ranges import Ranges

if TYPE_CHECKING:
    from tests.conftest import Mosquitto, OpenRelay
    from tests.headquarters.conftest import MakeBatch, OpenCar, Serving

EPOCH = b"epoch--1"


def read_held(*ranges: tuple[int, int]) -> list[Held]:
    return [Held(EPOCH, Lane.READ, Ranges(ranges))]


def stored(path: Path) -> list[int]:
    with closing(open_reader(path)) as reader:
        return [seq for (seq,) in reader.execute("SELECT seq FROM event ORDER BY seq")]


async def test_a_receipt_comes_when_the_store_has_it_and_again_for_a_repeat(
    mosquitto: "Mosquitto", serving: "Serving", open_car: "OpenCar", make_batch: "MakeBatch", store_path: Path
) -> None:
    async with serving(mosquitto.url), open_car(mosquitto.port) as car:
        for _ in range(2):
            await car.send(make_batch(1, 10, absent=((4, 5),)))
            assert await car.receipt() == read_held((1, 10))
            assert stored(store_path) == [1, 2, 3, 6, 7, 8, 9, 10]


async def test_only_the_car_that_sent_hears_the_receipt(
    mosquitto: "Mosquitto", serving: "Serving", open_car: "OpenCar", make_batch: "MakeBatch"
) -> None:
    async with (
        serving(mosquitto.url),
        open_car(mosquitto.port, "car-1") as one,
        open_car(mosquitto.port, "car-2") as two,
    ):
        await one.send(make_batch(1, 1))
        await one.receipt()
        await two.send(make_batch(7, 7))
        assert await two.receipt() == read_held((7, 7))
        assert two.left() == []


async def test_what_the_store_lacks_is_asked_for_again_and_nothing_else_is_said(
    mosquitto: "Mosquitto", serving: "Serving", open_car: "OpenCar", make_batch: "MakeBatch"
) -> None:
    async with serving(mosquitto.url), open_car(mosquitto.port) as car:
        await car.send(make_batch(1, 4))
        await car.receipt()
        await car.say("held", control.encode_held(read_held((1, 4))))  # nothing lacking: no answer
        await car.say("held", control.encode_held(read_held((2, 9))))
        assert await car.again() == read_held((5, 9))
        assert car.left() == []


async def test_a_store_put_back_to_yesterdays_copy_becomes_whole_again(
    mosquitto: "Mosquitto", serving: "Serving", open_car: "OpenCar", make_batch: "MakeBatch", store_path: Path
) -> None:
    async with open_car(mosquitto.port) as car:
        async with serving(mosquitto.url):
            await car.send(make_batch(1, 10))
            await car.receipt()
        yesterday = store_path.read_bytes()
        async with serving(mosquitto.url):
            await car.send(make_batch(11, 20))
            await car.receipt()
        store_path.write_bytes(yesterday)
        async with serving(mosquitto.url):
            await car.say("held", control.encode_held(read_held((1, 20))))
            (lacking,) = await car.again()
            assert list(lacking.ranges) == [(11, 20)]
            await car.send(make_batch(11, 20))
            assert await car.receipt() == read_held((11, 20))
    assert stored(store_path) == list(range(1, 21))


async def test_a_batch_that_cannot_be_read_is_refused_kept_whole_and_sent_singly(
    mosquitto: "Mosquitto", serving: "Serving", open_car: "OpenCar", make_batch: "MakeBatch", store_path: Path
) -> None:
    good = make_batch(1, 2).bodies
    poisoned = Batch(EPOCH, b"boot---1", Lane.READ, 1, 3, [*good, b"\xc1"])
    async with serving(mosquitto.url), open_car(mosquitto.port) as car:
        await car.send(poisoned)
        refused = await car.refused()
        assert (refused.epoch, refused.lane, refused.first, refused.last) == (EPOCH, Lane.READ, 1, 3)
        for seq, body in poisoned.numbered():
            await car.send(Batch(EPOCH, b"boot---1", Lane.READ, seq, seq, [body]))
        assert await car.refused() == Refused(EPOCH, Lane.READ, 3, 3, refused.reason)
        while stored(store_path) != [1, 2]:
            await car.receipt()
    with closing(open_reader(store_path)) as reader:
        whole = batches.encode(poisoned)
        assert reader.execute("SELECT count(*) FROM aside WHERE message = ?", (whole,)).fetchone() == (1,)


async def test_garbage_on_any_topic_stops_nothing(
    mosquitto: "Mosquitto", serving: "Serving", open_car: "OpenCar", make_batch: "MakeBatch", store_path: Path
) -> None:
    garbage = [b"", b"\xc1", b"\x91" * 5000, b"\xdf\xff\xff\xff\xff", bytes(200_000), b"\x92\x01\xc0"]
    topics = ["pe/1/car-1/up/read", "pe/1/car-1/up/held", "pe/1/car-1/up/want", "pe/1/car-1/up/é", "pe/1/UP!/up/a/b"]
    async with serving(mosquitto.url), open_car(mosquitto.port) as car:
        for topic in topics:
            for payload in garbage:
                await car.publish(topic, payload)
        await car.say("want", control.encode_want(["nothing we know"]))
        await car.send(make_batch(1, 1))
        assert await car.receipt() == read_held((1, 1))
    with closing(open_reader(store_path)) as reader:
        assert reader.execute("SELECT times FROM tally WHERE name = 'unreadable'").fetchone() == (30,)


async def test_every_connection_begins_with_a_hello_of_its_own(
    mosquitto: "Mosquitto", serving: "Serving", open_car: "OpenCar"
) -> None:
    async with open_car(mosquitto.port) as car:
        async with serving(mosquitto.url):
            first = await car.hello()
        async with serving(mosquitto.url):
            assert await car.hello() != first


async def test_a_hello_is_not_retained(
    mosquitto: "Mosquitto", serving: "Serving", open_car: "OpenCar", make_batch: "MakeBatch"
) -> None:
    async with open_car(mosquitto.port, "car-1") as early, serving(mosquitto.url):
        await early.hello()
        async with open_car(mosquitto.port, "car-2") as late:
            await late.send(make_batch(1, 1))
            await late.receipt()
            assert late.left() == []


async def test_a_killed_broker_is_found_again(
    mosquitto: "Mosquitto", serving: "Serving", open_car: "OpenCar", make_batch: "MakeBatch", store_path: Path
) -> None:
    async with serving(mosquitto.url):
        async with open_car(mosquitto.port) as car:
            await car.send(make_batch(1, 1))
            await car.receipt()
            mosquitto.kill()
        mosquitto.start()
        async with open_car(mosquitto.port) as car:
            await car.hello()
            await car.send(make_batch(2, 2))
            assert await car.receipt() == read_held((2, 2))
    assert stored(store_path) == [1, 2]


async def test_two_instances_share_the_work_by_filter(
    mosquitto: "Mosquitto", serving: "Serving", open_car: "OpenCar", make_batch: "MakeBatch", store_path: Path
) -> None:
    urgent, rest = "pe/1/+/up/urgent", "pe/1/+/up/read"
    async with serving(mosquitto.url, urgent), serving(mosquitto.url, rest), open_car(mosquitto.port) as car:
        await car.send(make_batch(1, 3, lane=Lane.URGENT))
        await car.send(make_batch(1, 5))
        heard = [*(await car.receipt()), *(await car.receipt())]
        assert {held.lane: list(held.ranges) for held in heard} == {Lane.URGENT: [(1, 3)], Lane.READ: [(1, 5)]}
    with closing(open_reader(store_path)) as reader:
        assert reader.execute("SELECT count(*) FROM epoch").fetchone() == (1,)


async def test_another_body_under_an_identity_is_receipted_and_kept(
    mosquitto: "Mosquitto", serving: "Serving", open_car: "OpenCar", make_batch: "MakeBatch", store_path: Path
) -> None:
    async with serving(mosquitto.url), open_car(mosquitto.port) as car:
        await car.send(make_batch(1, 1))
        await car.receipt()
        await car.send(Batch(EPOCH, b"boot---1", Lane.READ, 1, 1, make_batch(2, 2).bodies))
        assert await car.receipt() == read_held((1, 1))
    with closing(open_reader(store_path)) as reader:
        assert reader.execute("SELECT name FROM alarm").fetchall() == [("conflict",)]


async def test_a_stop_hands_over_every_receipt_of_what_is_stored(
    mosquitto: "Mosquitto",
    open_relay: "OpenRelay",
    serving: "Serving",
    open_car: "OpenCar",
    make_batch: "MakeBatch",
    store_path: Path,
) -> None:
    async with open_relay(mosquitto.port) as relay, open_car(mosquitto.port, "+") as fleet:
        async with serving(relay.url):
            relay.hold_questions()
            for number in range(200):
                await fleet.publish(f"pe/1/car-{number}/up/read", batches.encode(make_batch(1, 1)))
            relay.flow()  # all at once: as many receipts wait when the stop comes
            while not stored(store_path):  # noqa: ASYNC110
                await asyncio.sleep(0)
        kept = len(stored(store_path))
        for _ in range(kept):
            await fleet.receipt()
    assert kept > 0


@contextmanager
def amqtt(folder: Path, port: int) -> Iterator[None]:
    """A broker that speaks 3.1.1 only and answers version 5 with code 132."""
    program = shutil.which("amqtt", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("amqtt is not installed")
    settings = folder / "amqtt.yaml"
    settings.write_text(
        f"listeners:\n  default:\n    type: tcp\n    bind: 127.0.0.1:{port}\n"
        "plugins:\n  amqtt.plugins.authentication.AnonymousAuthPlugin:\n    allow_anonymous: true\n"
    )
    with (
        (folder / "amqtt.log").open("w") as log,
        subprocess.Popen([program, "-c", str(settings)], stderr=log) as broker,
    ):
        try:
            yield
        finally:
            broker.kill()


async def test_a_broker_that_refuses_version_5_is_spoken_to_in_3_1_1(
    tmp_path: Path,
    free_port: int,
    serving: "Serving",
    open_car: "OpenCar",
    make_batch: "MakeBatch",
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    with amqtt(tmp_path, free_port):
        async with serving(f"mqtt://127.0.0.1:{free_port}"), open_car(free_port, old=True) as car:
            await car.send(make_batch(1, 3))
            assert await car.receipt() == read_held((1, 3))
    assert "link up, MQTT 3.1.1" in [record.getMessage() for record in caplog.records]
