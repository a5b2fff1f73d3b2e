"""Real pseudo-terminals -> bytes: none lost, none late, and an error, not a spin, when the device is gone."""

import asyncio
import errno
import os
import time
from pathlib import Path
from typing import Protocol

import pytest

from drivers.dialect import LineSettings
from drivers.streams import READ_MAX, open_port, open_serial
from tests.patience import PATIENCE_S

LINE = LineSettings()


class Pty(Protocol):
    """What the fixture `pty` of conftest.py gives."""

    master: int
    slave: int
    path: str

    def say(self, data: bytes) -> None: ...
    def hang_up(self) -> None: ...


async def test_bytes_are_read_as_they_were_said(pty: Pty) -> None:
    said = bytes(range(256))  # control characters too: a line that is not raw would swallow or change some
    async with asyncio.timeout(PATIENCE_S), open_serial(pty.path, LINE) as stream:
        pty.say(said)
        heard = b""
        while len(heard) < len(said):
            heard += await stream.read()
    assert heard == said


async def test_a_read_says_when_it_had_its_bytes(pty: Pty) -> None:
    async with asyncio.timeout(PATIENCE_S), open_serial(pty.path, LINE) as stream:
        assert stream.read_ns == 0
        before_ns = time.monotonic_ns()
        pty.say(b"A")
        await stream.read()
        assert before_ns <= stream.read_ns <= time.monotonic_ns()


async def test_a_read_waits_for_the_first_byte_and_not_for_more(pty: Pty) -> None:
    async with asyncio.timeout(PATIENCE_S), open_serial(pty.path, LINE) as stream:
        reading = asyncio.ensure_future(stream.read())
        await asyncio.sleep(0)
        assert not reading.done()
        pty.say(b"A")
        assert await reading == b"A"


async def test_a_burst_is_one_read(pty: Pty) -> None:
    async with asyncio.timeout(PATIENCE_S), open_serial(pty.path, LINE) as stream:
        pty.say(b"A" * 2000)
        assert len(await stream.read()) == 2000
    assert READ_MAX >= 2000


@pytest.mark.parametrize("turns", range(6))
async def test_a_cancelled_read_loses_no_byte(pty: Pty, turns: int) -> None:
    """Cancelled at each turn of the loop between asking and having: before the byte, with it, after it."""
    async with asyncio.timeout(PATIENCE_S), open_serial(pty.path, LINE) as stream:
        reading = asyncio.ensure_future(stream.read())
        await asyncio.sleep(0)
        pty.say(b"A")
        for _ in range(turns):
            await asyncio.sleep(0)
        reading.cancel()
        [heard] = await asyncio.gather(reading, return_exceptions=True)
        pty.say(b"B")
        got = heard if isinstance(heard, bytes) else b""
        while len(got) < 2:
            got += await stream.read()
    assert got == b"AB"


@pytest.mark.parametrize("turns", range(5))
async def test_a_byte_that_somebody_else_took_is_no_hang_up(pty: Pty, turns: int) -> None:
    """The loop runs what is ready in order: at one of these turns we come between the waking of a read and the read."""
    async with asyncio.timeout(PATIENCE_S), open_serial(pty.path, LINE) as stream:
        reading = asyncio.ensure_future(stream.read())
        await asyncio.sleep(0)
        pty.say(b"A")
        for _ in range(turns):
            await asyncio.sleep(0)
        if not reading.done():
            assert os.read(pty.slave, 1) == b"A"
        for _ in range(4):
            await asyncio.sleep(0)
        pty.say(b"B")
        assert await reading in {b"A", b"B"}


async def test_a_device_that_is_gone_is_an_error_each_time(pty: Pty) -> None:
    async with asyncio.timeout(PATIENCE_S), open_serial(pty.path, LINE) as stream:
        pty.hang_up()
        for _ in range(3):
            with pytest.raises(OSError, match=r"\w"):
                await stream.read()


async def test_a_device_that_goes_while_we_wait_is_an_error(pty: Pty) -> None:
    async with asyncio.timeout(PATIENCE_S), open_serial(pty.path, LINE) as stream:
        reading = asyncio.ensure_future(stream.read())
        await asyncio.sleep(0)
        pty.hang_up()
        with pytest.raises(OSError, match=r"\w"):
            await reading


async def test_a_line_that_nobody_reads_is_not_watched(pty: Pty) -> None:
    """A hung-up line is readable for ever: watched, it would turn the loop at full speed."""
    async with asyncio.timeout(PATIENCE_S), open_serial(pty.path, LINE) as stream:
        pty.hang_up()
        with pytest.raises(OSError, match=r"\w"):
            await stream.read()
        reading = asyncio.ensure_future(stream.read())
        await asyncio.gather(reading, return_exceptions=True)
        loop = asyncio.get_running_loop()
        serial_lines = [int(fd.name) for fd in Path("/proc/self/fd").iterdir() if _leads_to(fd, pty.path)]
        assert serial_lines
        assert not any(loop.remove_reader(fd) for fd in serial_lines)


def _leads_to(fd: Path, path: str) -> bool:
    try:
        return str(fd.readlink()).removesuffix(" (deleted)") == path
    except FileNotFoundError:
        return False


async def test_a_babbling_device_leaves_room_for_the_other_tasks(pty: Pty) -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with asyncio.timeout(PATIENCE_S), open_serial(pty.path, LINE) as stream:
        counting = asyncio.ensure_future(count())
        for number in range(200):
            pty.say(b"A" * 1000)
            await stream.read()
            assert turns >= number
        counting.cancel()


async def test_two_streams_on_one_port_are_refused(pty: Pty) -> None:
    async with open_serial(pty.path, LINE):
        with pytest.raises(OSError, match="in use by another program") as error:
            async with open_serial(pty.path, LINE):
                pass
    assert error.value.errno == errno.EBUSY
    assert error.value.filename == pty.path
    async with open_serial(pty.path, LINE):
        pass


async def test_two_readers_of_one_stream_are_our_mistake(pty: Pty) -> None:
    async with open_serial(pty.path, LINE) as stream:
        first = asyncio.ensure_future(stream.read())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="one reader"):
            await stream.read()
        first.cancel()


async def test_an_absent_port_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as error:
        async with open_serial(tmp_path / "anpr-front", LINE):
            pass
    assert error.value.filename == str(tmp_path / "anpr-front")


async def test_a_file_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="not a serial port") as error:
        async with open_serial(tmp_path / "file", LINE):
            pass
    assert error.value.errno == errno.ENOTTY


async def test_a_port_whose_device_is_gone_before_it_is_opened_is_an_error(pty: Pty) -> None:
    pty.hang_up()
    with pytest.raises(OSError, match=r"\w") as error:
        async with open_serial(pty.path, LINE):
            pass
    assert error.value.errno in {errno.EIO, errno.ENOENT}


@pytest.mark.parametrize(
    "line",
    [
        LineSettings(baud=115_200),
        LineSettings(baud=250_000),  # no standard speed: set by another call, which a pseudo-terminal ignores
        LineSettings(bytesize=7, parity="E", stopbits=2),  # a pseudo-terminal keeps 8 bits whatever is asked
    ],
)
async def test_a_pseudo_terminal_takes_any_line_settings(pty: Pty, line: LineSettings) -> None:
    async with asyncio.timeout(PATIENCE_S), open_serial(pty.path, line) as stream:
        pty.say(b"\xff\x80A")
        assert await stream.read() == b"\xff\x80A"


async def test_a_stable_name_may_be_a_link(pty: Pty, tmp_path: Path) -> None:
    (tmp_path / "anpr-front").symlink_to(pty.path)
    async with asyncio.timeout(PATIENCE_S), open_serial(tmp_path / "anpr-front", LINE) as stream:
        pty.say(b"A")
        assert await stream.read() == b"A"


async def test_a_serial_device_is_greeted_when_it_is_opened(pty: Pty) -> None:
    async with asyncio.timeout(PATIENCE_S), open_port(Path(pty.path), LINE, b"?WATCH\n") as stream:
        assert os.read(pty.master, 100) == b"?WATCH\n"
        pty.say(b"A")
        assert await stream.read() == b"A"
