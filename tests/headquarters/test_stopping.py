"""The end of headquarters, and the thread its store lives on."""

import asyncio
import sqlite3
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headquarters import app
from headquarters.store.worker import open_store
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from tests.conftest import Mosquitto
    from tests.headquarters.conftest import Serving

DEEDS = 8
DEED_S = 0.01


async def test_a_stop_waits_for_nothing_when_nothing_is_left_to_store(
    mosquitto: "Mosquitto", serving: "Serving", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever leaves the inbox open waits out the drain: an hour of it is not to be missed."""
    monkeypatch.setattr(app, "DRAIN_S", 3600.0)
    async with asyncio.timeout(PATIENCE_S), serving(mosquitto.url):
        pass


async def test_two_deeds_are_never_at_work_at_once(store_path: Path) -> None:
    """Each is a transaction of its own on the one connection."""
    at_work, overlaps = threading.Lock(), []

    def deed(_: sqlite3.Connection) -> None:
        if not at_work.acquire(blocking=False):
            overlaps.append(threading.get_ident())
            return
        time.sleep(DEED_S)
        at_work.release()

    async with open_store(store_path) as store:
        await asyncio.gather(*(store.run(deed) for _ in range(DEEDS)))
    assert not overlaps


async def test_the_store_stays_on_one_thread(store_path: Path) -> None:
    async with open_store(store_path) as store:
        threads = await asyncio.gather(*(store.run(lambda _: threading.get_ident()) for _ in range(DEEDS)))
    assert len({*threads}) == 1
    assert threads[0] != threading.get_ident()
