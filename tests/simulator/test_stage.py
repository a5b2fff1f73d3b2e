"""A script played to real readers, and the truth about it."""

import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.port import SETTLE_NS, Port
from simulator.script import Plug, Read, Saying
from simulator.stage import drain, play, wait_for_readers
from simulator.truth import Truth

Listen = Callable[[Path], Any]
FRAME = b"\x022026030123595001AB12CDE\x03"


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[dict[str, Port]]:
    ports = {name: Port(tmp_path / name) for name in ("front", "gps")}
    for port in ports.values():
        port.plug()
    yield ports
    for port in ports.values():
        port.unplug()


def read(n: int, *, track: int = 0, said: str = "AB12CDE", entry: str | None = "AB12CDE") -> Read:
    return Read(n, "front", "AB12CDE", said, track, entry)


def perform(
    moments: list[Saying | Plug], ports: dict[str, Port], patience_s: float = 0.0, *, drained: bool = True
) -> list[dict[str, Any]]:
    """Plays once the readers that are there have settled, and gives the truth."""
    account = io.StringIO()
    for port in ports.values():
        port.opened()
    play(moments, ports, Truth(account), time.monotonic_ns() + SETTLE_NS, patience_s)
    if drained:
        drain(ports)
    return [json.loads(line) for line in account.getvalue().splitlines()]


def test_whole_reads_are_told_with_the_time_of_their_last_byte(ports: dict[str, Port], listen: Listen) -> None:
    listener = listen(ports["front"].path).start()
    before_ns = time.monotonic_ns()
    truth = perform([Saying(0.0, "front", FRAME, read(0)), Saying(0.02, "front", FRAME, read(1))], ports)
    assert listener.until(2 * len(FRAME)) == 2 * FRAME
    assert [line["fault"] for line in truth] == [None, None]
    times = [line["last_byte_mono_ns"] for line in truth]
    assert before_ns + SETTLE_NS <= times[0] < times[1] <= time.monotonic_ns()
    assert {(line["port"], line["camera"]) for line in truth} == {("ports/front", "front")}


def test_a_hit_is_expected_of_the_first_whole_read_of_a_track(ports: dict[str, Port], listen: Listen) -> None:
    listen(ports["front"].path).start()
    reads = [
        (read(0), "cut"),
        (read(1, said="AB12CD", entry=None), None),
        (read(2), None),
        (read(3), None),
        (read(4, track=1), None),
    ]
    truth = perform([Saying(r.n / 100, "front", FRAME, r, fault) for r, fault in reads], ports)
    assert [line["hit_expected"] for line in truth] == [False, False, True, False, True]


def test_nobody_listening_is_a_fault_of_its_own(ports: dict[str, Port], listen: Listen) -> None:
    listen(ports["gps"].path).start()
    (line,) = perform([Saying(0.0, "front", FRAME, read(0)), Saying(0.0, "gps", b"$GP")], ports)
    assert (line["fault"], line["last_byte_mono_ns"], line["hit_expected"]) == ("closed", None, False)


def test_a_reader_that_has_only_just_come_has_not_heard_it(ports: dict[str, Port], listen: Listen) -> None:
    account = io.StringIO()
    listen(ports["front"].path).start()
    play([Saying(0.0, "front", FRAME, read(0))], ports, Truth(account), time.monotonic_ns(), 0.0)
    assert json.loads(account.getvalue())["fault"] == "closed"


def test_what_finds_no_room_is_an_overflow(ports: dict[str, Port], listen: Listen) -> None:
    listener = listen(ports["front"].path)
    truth = perform([Saying(0.0, "front", FRAME, read(n)) for n in range(2000)], ports, drained=False)
    whole = [line for line in truth if line["fault"] is None]
    assert 0 < len(whole) < 2000
    assert {line["fault"] for line in truth[len(whole) :]} == {"overflow"}
    assert listener.start().until(len(FRAME) * len(whole)).count(FRAME) == len(whole)


def test_patience_says_every_read_to_a_slow_reader(ports: dict[str, Port], listen: Listen) -> None:
    listener = listen(ports["front"].path).start()
    truth = perform([Saying(0.0, "front", FRAME, read(n)) for n in range(5000)], ports, patience_s=60)
    assert {line["fault"] for line in truth} == {None}
    assert listener.until(5000 * len(FRAME)) == 5000 * FRAME


def test_what_is_not_said_has_no_time(ports: dict[str, Port], listen: Listen) -> None:
    listen(ports["front"].path).start()
    (line,) = perform([Saying(0.0, "front", b"", read(0), "silence")], ports)
    assert (line["fault"], line["last_byte_mono_ns"]) == ("silence", None)


def test_an_unplugged_port_is_closed_until_somebody_opens_it_anew(ports: dict[str, Port], listen: Listen) -> None:
    listen(ports["front"].path).start()
    device = ports["front"].path.readlink()
    moments: list[Saying | Plug] = [
        Saying(0.0, "front", FRAME, read(0)),
        Plug(0.01, "front", plugged=False),
        Saying(0.02, "front", b"", read(1), "unplug"),
        Plug(0.03, "front", plugged=True),
        Saying(0.04, "front", FRAME, read(2)),
    ]
    assert [line["fault"] for line in perform(moments, ports)] == [None, "unplug", "closed"]
    assert ports["front"].path.is_symlink()
    assert device.is_relative_to("/dev/pts")
    listen(ports["front"].path)
    assert ports["front"].opened()


def test_what_is_said_just_before_a_port_goes_is_said(ports: dict[str, Port], listen: Listen) -> None:
    listen(ports["front"].path).start()
    moments: list[Saying | Plug] = [Saying(0.0, "front", FRAME, read(0)), Plug(0.001, "front", plugged=False)]
    assert [line["fault"] for line in perform(moments, ports)] == [None]


def test_the_end_waits_until_a_slow_reader_has_fetched_it_all(
    ports: dict[str, Port], listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = listen(ports["front"].path)
    said = len(ports["front"].say([FRAME] * 1000))
    naps, sleep = [], time.sleep

    def nap(nap_s: float) -> None:
        naps.append(nap_s)
        if len(naps) == 10:
            listener.start()
        sleep(nap_s)

    monkeypatch.setattr("simulator.stage.time.sleep", nap)
    drain(ports)
    assert len(naps) >= 10
    assert listener.until(said * len(FRAME)).count(FRAME) == said


def test_the_truth_rises_over_all_cameras(ports: dict[str, Port], listen: Listen) -> None:
    for port in ports.values():
        listen(port.path).start()
    moments: list[Saying | Plug] = [Saying(0.0, ("front", "gps")[n % 2], FRAME, read(n)) for n in range(20)]
    assert [line["n"] for line in perform(moments, ports)] == list(range(20))


def test_ports_that_nobody_opens_are_named(ports: dict[str, Port], listen: Listen) -> None:
    listen(ports["gps"].path)
    assert wait_for_readers(ports, 0) == ["front"]
    listen(ports["front"].path)
    assert wait_for_readers(ports, 30) == []
