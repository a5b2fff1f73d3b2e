"""Groups of messages -> the store; what the store cannot take now is waited out and promised to nobody."""

import asyncio
import json
import logging
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headquarters.arrivals import Message, message
from headquarters.backoff import Backoff
from headquarters.logs import JsonLine
from headquarters.receiver.answers import Answer
from headquarters.receiver.keeper import Keeper
from headquarters.store.worker import Store, open_store
from headquarters.waiting import Waiting
from proto import batches, control

if TYPE_CHECKING:
    from tests.headquarters.conftest import MakeBatch


def sent(make_batch: "MakeBatch", first: int, last: int, vehicle: str = "car-1") -> Message:
    return message(f"pe/1/{vehicle}/up/read", batches.encode(make_batch(first, last)))


async def kept(store: Store, *said: Message) -> list[Answer]:
    inbox: Waiting[Message] = Waiting(1000)
    outbox: Waiting[Answer] = Waiting(1000)
    for one in said:
        inbox.put(one)
    inbox.close()
    await Keeper(store, lambda: 0, Backoff(lambda _: 0.01)).run(inbox, outbox)
    outbox.close()
    return await outbox.take(1000)


async def test_a_group_of_many_batches_is_one_receipt_a_vehicle(store_path: Path, make_batch: "MakeBatch") -> None:
    said = [sent(make_batch, n, n, vehicle) for n in range(1, 31) for vehicle in ("car-1", "car-2")]
    async with open_store(store_path) as store:
        answers = await kept(store, *said)
    assert [answer.topic for answer in answers] == ["pe/1/car-1/down/receipt", "pe/1/car-2/down/receipt"]
    (held,) = control.decode_held(answers[0].payload)
    assert list(held.ranges) == [(1, 30)]


async def test_a_receipt_too_long_for_one_message_becomes_several(store_path: Path, make_batch: "MakeBatch") -> None:
    said = [
        message("pe/1/car-1/up/read", batches.encode(make_batch(1, 1, epoch=n.to_bytes(8, "big")))) for n in range(250)
    ]
    said += [message("pe/1/car-1/up/read", batches.encode(make_batch(2 * n, 2 * n))) for n in range(1, 6)]
    async with open_store(store_path) as store:
        answers = await kept(store, *said)
    receipted = {held.epoch for answer in answers for held in control.decode_held(answer.payload)}
    assert len(receipted) == 251
    assert max(len(answer.payload) for answer in answers) <= control.MAX_CONTROL_BYTES


async def test_a_full_disk_is_waited_out_and_nothing_is_promised_meanwhile(
    store_path: Path, make_batch: "MakeBatch", caplog: pytest.LogCaptureFixture
) -> None:
    def limit(connection: sqlite3.Connection, pages: int) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    said = [sent(make_batch, first, first + 99) for first in range(1, 5001, 100)]
    inbox: Waiting[Message] = Waiting(1000)
    outbox: Waiting[Answer] = Waiting(1000)
    async with open_store(store_path) as store:
        await store.run(limit, 40)
        for one in said:
            inbox.put(one)
        inbox.close()
        refusals = asyncio.Event()

        def jitter(_: float) -> float:
            refusals.set()
            return 0.01

        keeping = asyncio.ensure_future(Keeper(store, lambda: 0, Backoff(jitter)).run(inbox, outbox))
        await refusals.wait()
        assert len(outbox) == 0
        await store.run(limit, 100_000)
        await keeping
        outbox.close()
        (answer,) = await outbox.take(10)
    assert list(control.decode_held(answer.payload)[0].ranges) == [(1, 5000)]
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == [
        "store takes nothing: database or disk is full"
    ]


async def test_an_alarm_is_one_json_line_without_the_message(
    store_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_store(store_path) as store:
        await kept(store, *[message("pe/1/car-1/up/read", b"AB12CDE")] * 3)
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    line = json.loads(JsonLine().format(record))
    assert (line["message"], line["alarm"], line["vehicle"]) == ("alarm", "unreadable", "car-1")
    assert "AB12CDE" not in JsonLine().format(record)


async def test_a_cancelled_wait_leaves_no_half_transaction(store_path: Path, make_batch: "MakeBatch") -> None:
    inbox: Waiting[Message] = Waiting(1000)
    outbox: Waiting[Answer] = Waiting(1000)
    inbox.put(sent(make_batch, 1, 100))
    async with open_store(store_path) as store:
        keeping = asyncio.ensure_future(Keeper(store, lambda: 0, Backoff(lambda _: 0)).run(inbox, outbox))
        await asyncio.sleep(0)  # it takes the group and hands it to the store's thread
        assert len(inbox) == 0
        keeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await keeping
        answers = await kept(store, sent(make_batch, 1, 100))
    assert len(answers) == 1
