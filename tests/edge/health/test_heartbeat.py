"""systemd's watchdog: fed while the loop turns and the store gets on, by nothing else."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from edge.health import heartbeat
from edge.health.heartbeat import Heartbeat

Running = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The socket on which systemd listens; it waits 30 ms for a sign of life."""
    monkeypatch.setenv("WATCHDOG_USEC", "30000")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "n"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
        bound.bind(str(tmp_path / "n"))
        bound.setblocking(False)
        yield bound


async def test_it_beats_three_times_while_systemd_waits(manager: socket.socket, running: Running) -> None:
    heart = Heartbeat()
    assert heart.every_s == pytest.approx(0.01)
    async with running(heart.run()):
        for _ in range(3):
            assert await asyncio.get_running_loop().sock_recv(manager, 100) == b"WATCHDOG=1"


async def test_a_store_that_has_not_got_on_for_long_stops_it_and_one_that_does_starts_it(
    manager: socket.socket, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "STORE_S", 0.0)
    loop, heart = asyncio.get_running_loop(), Heartbeat()
    async with running(heart.run()):
        await asyncio.sleep(3 * heart.every_s)
        with pytest.raises(BlockingIOError):
            manager.recv(100)
        monkeypatch.setattr(heartbeat, "STORE_S", 60.0)
        heart.proven()
        assert await loop.sock_recv(manager, 100) == b"WATCHDOG=1"


async def test_a_card_that_stalls_for_five_seconds_does_not_stop_it() -> None:
    assert heartbeat.STORE_S - heartbeat.STORE_EVERY_S > 5.0


async def test_where_no_watchdog_waits_nothing_wakes_up(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    heart = Heartbeat()
    async with running(heart.run()):
        await asyncio.sleep(0)
    assert heart.every_s == 0
