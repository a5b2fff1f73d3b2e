"""Real pseudo-terminals under names that stay."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.port import Port

Listen = Callable[[Path], Any]
FRAMES = [b"\x02frame %06d\x03" % number for number in range(20_000)]  # 300 kB: far more than a terminal holds


def test_a_port_is_opened_when_a_reader_opens_it_and_closed_with_it(port: Port, listen: Listen) -> None:
    assert not port.opened()
    listener = listen(port.path)
    assert port.opened()
    listener.stop()
    assert not port.opened()


def test_a_reader_is_given_time_to_set_the_line_up(port: Port, listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1_000_000_000]
    monkeypatch.setattr("simulator.port.time.monotonic_ns", lambda: clock[0])
    listen(port.path)
    assert not port.heard()
    clock[0] += 249_000_000
    assert not port.heard()
    clock[0] += 1_000_000
    assert port.heard()


def test_partial_writes_lose_nothing_when_there_is_patience(port: Port, listen: Listen) -> None:
    listener = listen(port.path).start()
    times = port.say(FRAMES, patience_s=60)
    assert listener.until(len(b"".join(FRAMES))) == b"".join(FRAMES)
    assert times == sorted(times)
    assert len(times) == len(FRAMES)


def test_a_frame_is_said_no_later_than_a_reader_can_have_it(
    port: Port, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen(port.path).start()
    writes_ns: list[int] = []
    write = os.write

    def noted(fd: int, data: bytes) -> int:
        writes_ns.append(time.monotonic_ns())
        return write(fd, data)

    monkeypatch.setattr("simulator.port.os.write", noted)
    (said_ns,) = port.say(FRAMES[:1])
    assert said_ns <= writes_ns[0]


def test_a_reader_that_does_not_read_cannot_block_the_world(port: Port, listen: Listen) -> None:
    listener = listen(port.path)
    times = port.say(FRAMES)
    assert 0 < len(times) < len(FRAMES)
    listener.start()
    heard = listener.until(len(FRAMES[0]) * len(times))
    assert heard == b"".join(FRAMES)[: len(heard)]
    assert heard.count(b"\x03") == len(times)


def test_patience_ends_when_the_reader_goes(port: Port, listen: Listen) -> None:
    listener = listen(port.path)
    port.say(FRAMES)
    listener.stop()
    assert len(port.say(FRAMES, patience_s=600)) < len(FRAMES)


def test_bytes_pass_as_they_are(port: Port, listen: Listen) -> None:
    listener = listen(port.path).start()
    every_byte = bytes(range(256))
    port.say([every_byte])
    assert listener.until(256) == every_byte


def test_an_unplugged_port_hangs_its_reader_up_and_comes_back_under_its_name(port: Port, listen: Listen) -> None:
    slave = os.open(port.path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
    port.unplug()
    assert _hung_up(slave)
    os.close(slave)
    assert not port.path.is_symlink()
    assert port.say([b"nobody is there"]) == []
    port.plug()
    listener = listen(port.path).start()
    port.say([b"back"])
    assert listener.until(4) == b"back"


def test_a_port_unplugged_twice_stays_gone(port: Port) -> None:
    port.unplug()
    port.unplug()
    assert not port.opened()
    assert port.unread() is None


def test_a_name_left_behind_by_a_dead_world_is_taken_over(tmp_path: Path) -> None:
    name = tmp_path / "front"
    name.symlink_to("/dev/null")
    port = Port(name)
    port.plug()
    assert port.path.readlink().is_relative_to("/dev/pts")
    port.unplug()


def _hung_up(slave: int) -> bool:
    """Linux gives the end of the input, or EIO, as the moment has it."""
    try:
        return os.read(slave, 10) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
