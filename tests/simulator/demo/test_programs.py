"""Programs of our own as processes: what they say, how they end, and that none is left behind."""

import os
from pathlib import Path

import pytest

from simulator.demo.programs import ProgramError, programs

ECHO = "simulator.broker"  # the smallest program of ours


async def test_a_broker_says_where_it_is_and_is_ended_with_the_block(tmp_path: Path, free_port: int) -> None:
    async with programs(tmp_path) as started:
        broker = await started.start("broker", ECHO, free_port, stays=True)
        assert await broker.line() == {"ready": True, "url": f"mqtt://127.0.0.1:{free_port}"}
        started.check()
    assert await broker.end()
    assert (tmp_path / "broker.log").read_text() == ""


async def test_a_killed_broker_comes_back_on_its_port(tmp_path: Path, free_port: int) -> None:
    async with programs(tmp_path) as started:
        first = await started.start("broker", ECHO, free_port, stays=True)
        await first.line()
        assert await first.kill()
        started.check()  # it was told to go
        second = await started.start("broker", ECHO, free_port, stays=True)
        assert (await second.line())["ready"] is True


async def test_a_program_that_ends_by_itself_is_missed(tmp_path: Path) -> None:
    async with programs(tmp_path) as started:
        broker = await started.start("broker", ECHO, "nowhere", stays=True)
        with pytest.raises(ProgramError, match=r"broker ended with code 2: usage: python -m simulator\.broker PORT"):
            await broker.line()
        with pytest.raises(ProgramError, match="broker ended by itself with code 2"):
            started.check()


async def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path, free_port: int) -> None:
    async with programs(tmp_path) as started:
        await (await started.start("broker", ECHO, free_port)).line()
        with pytest.raises(ProgramError, match="ended with code 1"):
            await (await started.start("second", ECHO, free_port)).finished()
    assert (tmp_path / "second.log").read_text().count("\n") == 1


async def test_nobody_outlives_a_block_that_fails(tmp_path: Path, free_port: int) -> None:
    pids: list[int] = []

    async def fail() -> None:
        async with programs(tmp_path) as started:
            broker = await started.start("broker", ECHO, free_port)
            await broker.line()
            pids.append(broker.pid)
            os.kill(broker.pid, 0)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)
