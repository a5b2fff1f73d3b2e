"""The real `patrol-hq serve`: its ready line, its ends, and what is left when it has none."""

import asyncio
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from proto.control import Held
from proto.lanes import Lane
from proto.ranges import Ranges
from tests.patience import PATIENCE_S, STOP_S

if TYPE_CHECKING:
    from tests.conftest import Mosquitto, OpenRelay, StartHeadquarters
    from tests.headquarters.conftest import MakeBatch, OpenCar

ROOT = Path(__file__).parents[2]
EPOCH = b"epoch--1"
POLL_S = 0.005


async def until_stored(path: Path, count: int) -> None:
    """Returns when a second connection sees so many events: they are committed."""
    async with asyncio.timeout(PATIENCE_S):
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as reader:
            while reader.execute("SELECT count(*) FROM event").fetchone() < (count,):  # noqa: ASYNC110
                await asyncio.sleep(POLL_S)


def numbers(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as reader:
        return [seq for (seq,) in reader.execute("SELECT seq FROM event ORDER BY seq")]


def test_it_says_that_it_is_ready_once_it_is_subscribed(
    mosquitto: "Mosquitto", start_headquarters: "StartHeadquarters", store_path: Path
) -> None:
    headquarters = start_headquarters(mosquitto.url, store_path, "--take", "pe/1/car-1/up/#")
    assert headquarters.ready == {
        "ready": True,
        "broker": mosquitto.url,
        "store": str(store_path),
        "take": "pe/1/car-1/up/#",
    }


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_under_load_ends_in_time_and_what_was_taken_in_is_stored_and_receipted(
    mosquitto: "Mosquitto",
    start_headquarters: "StartHeadquarters",
    open_car: "OpenCar",
    make_batch: "MakeBatch",
    store_path: Path,
    number: int,
) -> None:
    headquarters = start_headquarters(mosquitto.url, store_path)
    receipted = Ranges()
    async with open_car(mosquitto.port) as car:
        for first in range(1, 4001, 100):
            await car.send(make_batch(first, first + 99))
            if first == 2001:
                headquarters.process.send_signal(number)
        assert await asyncio.to_thread(headquarters.process.wait, 3) == 0
        kept = numbers(store_path)
        while receipted.count() < len(kept):  # nothing stored is left without its receipt
            for held in await car.receipt():
                for first, last in held.ranges:
                    receipted.add(first, last)
    assert kept
    assert [n for first, last in receipted for n in range(first, last + 1)] == kept


async def test_a_stop_with_a_black_holed_broker_ends_in_time(
    mosquitto: "Mosquitto",
    open_relay: "OpenRelay",
    start_headquarters: "StartHeadquarters",
    open_car: "OpenCar",
    make_batch: "MakeBatch",
    store_path: Path,
) -> None:
    async with open_relay(mosquitto.port) as relay, open_car(mosquitto.port) as car:
        headquarters = await asyncio.to_thread(start_headquarters, relay.url, store_path)
        relay.hold_answers()
        await car.send(make_batch(1, 10))
        await until_stored(store_path, 10)
        relay.hold()
        headquarters.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(headquarters.process.wait, 3)
    assert numbers(store_path) == list(range(1, 11))


def test_a_stop_while_no_broker_ever_answered_ends_in_time(tmp_path: Path, store_path: Path) -> None:
    with socket.socket() as deaf, (tmp_path / "log").open("w") as log:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):  # the queue is full: the next connection hangs
            command = [sys.executable, "-m", "headquarters", "serve", "--broker", f"mqtt://127.0.0.1:{port}"]
            process = subprocess.Popen([*command, "--store", f"sqlite:///{store_path}"], cwd=ROOT, stderr=log)
            try:
                while not store_path.exists():
                    assert process.poll() is None
                os.kill(process.pid, signal.SIGTERM)
                assert process.wait(timeout=STOP_S) == 0
            finally:
                process.kill()
                process.wait()


async def test_killed_between_commit_and_receipt_nothing_is_doubled_and_the_receipt_follows(
    mosquitto: "Mosquitto",
    open_relay: "OpenRelay",
    start_headquarters: "StartHeadquarters",
    open_car: "OpenCar",
    make_batch: "MakeBatch",
    store_path: Path,
) -> None:
    async with open_relay(mosquitto.port) as relay, open_car(mosquitto.port) as car:
        first = await asyncio.to_thread(start_headquarters, relay.url, store_path)
        relay.hold_answers()
        await car.send(make_batch(1, 10))
        await until_stored(store_path, 10)
        first.kill()
        relay.cut()
        relay.flow()
        await asyncio.to_thread(start_headquarters, relay.url, store_path)
        await car.hello()  # of the first
        await car.hello()  # of the second: a car now sends again what it has no receipt for
        assert car.left() == []
        await car.send(make_batch(1, 10))
        assert await car.receipt() == [Held(EPOCH, Lane.READ, Ranges([(1, 10)]))]
    assert numbers(store_path) == list(range(1, 11))


async def test_kills_under_load_lose_nothing_that_was_receipted(
    mosquitto: "Mosquitto",
    start_headquarters: "StartHeadquarters",
    open_car: "OpenCar",
    make_batch: "MakeBatch",
    store_path: Path,
) -> None:
    receipted = Ranges()
    async with open_car(mosquitto.port) as car:
        for cycle in range(4):
            headquarters = await asyncio.to_thread(start_headquarters, mosquitto.url, store_path)
            for first in range(1 + 1000 * cycle, 1001 + 1000 * cycle, 100):
                await car.send(make_batch(first, first + 99))
            for held in await car.receipt():
                for first, last in held.ranges:
                    receipted.add(first, last)
            headquarters.kill()
    kept = Ranges((n, n) for n in numbers(store_path))
    assert receipted.count() > 0
    assert all(kept.covers(first, last) for first, last in receipted)
    with closing(sqlite3.connect(store_path)) as reader:
        assert reader.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        accounted = Ranges(reader.execute("SELECT first, last FROM accounted"))
    assert accounted == kept


async def test_export_works_beside_a_running_serve(
    mosquitto: "Mosquitto",
    start_headquarters: "StartHeadquarters",
    open_car: "OpenCar",
    make_batch: "MakeBatch",
    store_path: Path,
) -> None:
    await asyncio.to_thread(start_headquarters, mosquitto.url, store_path)
    command = [sys.executable, "-m", "headquarters", "export", "--store", f"sqlite:///{store_path}"]
    async with open_car(mosquitto.port) as car:
        for count in (1, 2):
            await car.send(make_batch(count, count))
            await car.receipt()
            done = await asyncio.to_thread(
                subprocess.run, command, cwd=ROOT, capture_output=True, text=True, check=True
            )
            assert len(done.stdout.splitlines()) == count


def test_the_copy_of_a_store_that_is_being_written_is_no_surprise(
    mosquitto: "Mosquitto", start_headquarters: "StartHeadquarters", store_path: Path, tmp_path: Path
) -> None:
    start_headquarters(mosquitto.url, store_path)
    copy = tmp_path / "copy.db"
    for suffix in ("", "-wal"):
        shutil.copy(f"{store_path}{suffix}", f"{copy}{suffix}")
    start_headquarters(mosquitto.url, copy)
