"""A clean stop under load, whatever the broker does: within 3 s, and every read that was fetched from the port is kept."""

import os
import select
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from drivers.anpr.axxon import Axxon
from drivers.readings import PlateSeen
from simulator.numbered import number
from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig

QUIET_S = 0.2  # the kernel hands a terminal's bytes on in pieces, with pauses between
ENOUGH = 300  # reads before the stop: some commits, some batches


@contextmanager
def port_held_open(rig: Rig) -> Iterator[int]:
    """A second reader who reads nothing: what the daemon has not fetched at its end stays in the port."""
    slave = os.open(rig.car.ports["front"].path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        yield slave
    finally:
        os.close(slave)


def fetched(rig: Rig, slave: int) -> set[int]:
    """The reads whose every byte the daemon has fetched: all that were said, less what is left in the port."""
    left = b""
    while select.select([slave], [], [], QUIET_S)[0]:
        left += os.read(slave, 4096)
    seen = [item for item in Axxon().feed(left) if isinstance(item, PlateSeen)]
    numbers = {read for item in seen if (read := number(item.vrm)) is not None}
    cut = set() if left.startswith(b"\x02") or not left else {min(numbers, default=len(rig.feeder.said)) - 1}
    return set(rig.feeder.said) - numbers - cut


def until_up(rig: Rig) -> None:
    """The port is open and set up: nothing that is said from now on is thrown away."""
    until(lambda: rig.car.status()["devices"]["front"]["up"], "the port is open")


def reads_at_headquarters(rig: Rig) -> set[int | None]:
    return {number(event["vrm"]) for event in rig.headquarters.events("read")}


def test_a_stop_under_load_keeps_every_read_that_was_fetched(rig: Rig) -> None:
    rig.broker.start()
    rig.headquarters.start()
    rig.car.plug()
    rig.car.start()
    until_up(rig)
    with port_held_open(rig) as slave:
        rig.feeder.start()
        rig.until_stored(ENOUGH)
        assert rig.car.stop() == 0
        rig.feeder.stop()
        kept = fetched(rig, slave)
    assert len(kept) >= ENOUGH
    assert rig.settle().is_good
    assert reads_at_headquarters(rig) == kept


@pytest.mark.parametrize("backlog", [5, 0], ids=["takes connections and says nothing", "drops every packet"])
def test_a_stop_keeps_its_promise_when_the_broker_is_a_black_hole(rig: Rig, backlog: int) -> None:
    """With a full queue of connections the kernel drops what would open another one."""
    with socket.socket() as hole, socket.socket() as filler:
        hole.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        hole.bind(("127.0.0.1", rig.broker.port))
        hole.listen(backlog)
        if not backlog:
            filler.connect(hole.getsockname())
        rig.car.plug()
        rig.car.start()
        until_up(rig)
        with port_held_open(rig) as slave:
            rig.feeder.start()
            rig.until_stored(ENOUGH)
            assert rig.car.stop() == 0
            rig.feeder.stop()
            kept = fetched(rig, slave)
    assert rig.settle().is_good
    assert reads_at_headquarters(rig) == kept


def test_a_stop_keeps_its_promise_when_the_broker_freezes_under_load(rig: Rig) -> None:
    rig.start()
    rig.until_stored(ENOUGH)
    rig.broker.signal(signal.SIGSTOP)
    try:
        rig.until_stored(ENOUGH)
        assert rig.car.stop() == 0
    finally:
        rig.broker.signal(signal.SIGCONT)
    verdict = rig.settle()
    assert verdict.is_good, verdict
