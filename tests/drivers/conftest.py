"""The tables of drivers/ and the captures -> what the contract test runs over; a pseudo-terminal -> a port."""

import os
import select
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from drivers import anpr, gps
from drivers.dialect import Dialect
from drivers.readings import Junk

ENDS_ONLY = {"gpsd", "line", "platerecognizer", "rekor", "tattile-csv"}
"""Dialects whose frames have an end and no beginning: what comes before one's first byte sticks to it. The line's end
that the device sends after each of them is then the test's, too."""

CAPTURES = Path(__file__).parents[1] / "captures"
DIALECTS: dict[str, type[Dialect[Any]]] = {**anpr.DIALECTS, **gps.DIALECTS}


@dataclass(frozen=True)
class Spoken:
    """A dialect, what a device once said in it, and the readings of that which the dialect can say itself."""

    dialect: type[Dialect[Any]]
    capture: bytes
    samples: list[Any] = field(default_factory=list)
    gap: bytes = b""
    """What must stand between noise and a frame, for the frame to be one."""


@dataclass
class Pty:
    """A pseudo-terminal: the test holds the device's end, the stream opens `path`."""

    master: int
    path: str
    slave: int

    def say(self, data: bytes) -> None:
        """All of it, or an error, for a terminal holds 4 kB; then wait until the kernel has carried it across."""
        assert os.write(self.master, data) == len(data)
        assert select.select([self.slave], [], [], 20)[0]

    def hang_up(self) -> None:
        os.close(self.master)
        self.master = -1


@pytest.fixture(params=sorted(DIALECTS))
def spoken(request: pytest.FixtureRequest) -> Spoken:
    dialect = DIALECTS[request.param]
    capture = b"".join(path.read_bytes() for path in sorted((CAPTURES / request.param).glob("*.bin")))
    samples = [
        reading for reading in dialect().feed(capture) if not isinstance(reading, Junk) and _says(dialect, reading)
    ]
    assert len(samples) >= 3, f"tests/captures/{request.param}/ needs a capture with three readings or more"
    return Spoken(dialect, capture, samples, b"\r\n" if request.param in ENDS_ONLY else b"")


@pytest.fixture
def pty() -> Iterator[Pty]:
    master, slave = os.openpty()
    terminal = Pty(master, os.ttyname(slave), slave)
    yield terminal
    if terminal.master >= 0:
        terminal.hang_up()
    os.close(slave)


def _says(dialect: type[Dialect[Any]], reading: object) -> bool:
    try:
        dialect().encode(reading)
    except ValueError:
        return False
    return True
