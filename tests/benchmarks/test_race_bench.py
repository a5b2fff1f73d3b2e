"""The bench of the race: what is said when, what the link counts and cuts, what the sink makes of a broker's bytes."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.peers.programs import CONTESTANTS
from benchmarks.plots import curve
from benchmarks.race.counted_link import SEGMENT_BYTES, CountedLink
from benchmarks.race.feeder import Feeder, frame
from benchmarks.race.sink import Seen
from benchmarks.results import median, variation
from drivers.anpr import dialect
from drivers.readings import PlateSeen
from simulator.numbered import number
from simulator.port import Port


@pytest.fixture
def echo() -> Iterator[int]:
    """A port of this machine where everything comes back."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_echo, args=(listener,), daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


def _echo(listener: socket.socket) -> None:
    try:
        while True:
            channel, _ = listener.accept()
            with channel:
                while data := channel.recv(4096):
                    channel.sendall(data)
    except OSError:
        return


def test_a_frame_of_the_feeder_is_one_that_a_camera_says() -> None:
    (seen,) = dialect("axxon").feed(frame(4711))
    assert isinstance(seen, PlateSeen)
    assert number(seen.vrm) == 4711


def test_what_is_due_follows_the_steps(tmp_path: Path) -> None:
    feeder = Feeder(Port(tmp_path / "front"), [(10.0, 2.0), (100.0, 1.0)], first=5)
    assert [feeder.due(after_s) for after_s in (-1.0, 0.0, 1.0, 2.0, 2.5, 99.0)] == [0, 0, 10, 20, 70, 120]


def test_the_link_carries_counts_refuses_and_comes_back(echo: int) -> None:
    link = CountedLink(echo)
    try:
        with socket.create_connection(("127.0.0.1", link.port)) as channel:
            channel.sendall(b"x" * 1000)
            assert len(channel.recv(1000, socket.MSG_WAITALL)) == 1000
            carried = link.carried()
            assert 2000 <= carried.payload_bytes <= 2002  # SYN and FIN take a number each
            assert carried.ip_bytes == carried.payload_bytes + SEGMENT_BYTES * carried.segments
            link.cut()
            assert channel.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", link.port))
        link.mend()
        with socket.create_connection(("127.0.0.1", link.port)) as channel:
            channel.sendall(b"y")
            assert channel.recv(1) == b"y"
        assert link.carried().payload_bytes > carried.payload_bytes
    finally:
        link.close()


def test_a_link_that_is_cut_keeps_its_port(echo: int) -> None:
    link = CountedLink(echo)
    try:
        link.cut()
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", link.port))
    finally:
        link.close()


def test_a_read_that_arrives_twice_is_one(tmp_path: Path) -> None:
    seen = Seen(tmp_path / "seen")
    seen.add_all([0, 2, 2])
    seen.add_all([2])
    assert (seen.distinct, seen.total, seen.missing(4)) == (2, 4, [1, 3])
    assert Seen(tmp_path / "seen").has(2)  # the bench maps the same file


def test_no_contestant_takes_the_reads_of_another() -> None:
    topics = [contestant.topics for contestant in CONTESTANTS.values()]
    assert len(set(topics)) == len(topics)


def test_what_never_came_is_no_zero() -> None:
    assert median([None, 3.0, None, 1.0]) == 2.0
    assert median([None]) is None
    assert variation([2.0]) is None


def test_a_curve_begins_at_nought_and_keeps_its_points() -> None:
    picture = curve("Cost", "entries", [(0, 0.0), (10, 1.0), (1000, 2.0)])
    assert picture.count("<circle") == 3
    assert picture.startswith("<svg")
