"""A key, a folder in memory, readings and groups of them, an open spool, a pseudo-terminal, a whole daemon: for the tests of the car."""

import asyncio
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
import tty
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final, Protocol

import pytest

from drivers.readings import PlateSeen
from edge.clock import CarClock, Sources
from edge.intake.sighting import Sighting
from edge.matcher.importer import import_csv
from edge.spool.database import Database, connect_spool, open_database
from edge.spool.group import Group, Run
from edge.spool.numbering import Numbering
from edge.spool.opening import Opened, open_spool
from proto.events import Clock, Moment, Place, Start
from proto.lanes import Lane
from proto.voi import COLUMNS

ROOT: Final = Path(__file__).parents[2]
KEY: Final = "5a" * 32
EPOCH: Final = b"epoch--1"
BOOT: Final = b"boot---1"
QUOTA_BYTES: Final = 64 << 20
NOON_MS: Final = 1_795_608_000_000  # 2026-11-25T12:00:00Z
PATIENCE_S: Final = 20.0


@pytest.fixture
def key() -> str:
    return KEY


class TimeSources:
    """Time as the test sets it."""

    def __init__(self) -> None:
        self.uptime_ms = 60_000
        self.utc_ms = NOON_MS
        self.synchronised = False

    def sources(self) -> Sources:
        return Sources(lambda: self.uptime_ms, lambda: self.utc_ms, lambda: self.synchronised)

    def pass_ms(self, ms: int) -> None:
        """Both clocks go on."""
        self.uptime_ms += ms
        self.utc_ms += ms


@pytest.fixture
def times() -> TimeSources:
    return TimeSources()


@pytest.fixture
def clock(times: TimeSources) -> CarClock:
    return CarClock(times.sources(), floor_ms=NOON_MS - 86_400_000)


def moment(uptime_ms: int = 60_000, clock: Clock = Clock.NTP) -> Moment:
    return Moment(uptime_ms, None if clock is Clock.UNSET else NOON_MS, clock)


@pytest.fixture
def make_sighting() -> Callable[..., Sighting]:
    def make(vrm: str = "AB12CDE", at: Moment | None = None, place: Place | None = None) -> Sighting:
        return Sighting("front", at or moment(), 1, PlateSeen(vrm), 1, place)

    return make


class MakeGroup(Protocol):
    def __call__(
        self, first: int, count: int, lane: Lane = ..., born_s: int | None = ..., size: int = ...
    ) -> Group: ...


def body(n: int, size: int = 20) -> bytes:
    """A msgpack value (bin 16) of `size` bytes in all that no other number has."""
    text = f"{n:08d}".encode().ljust(size - 3, b".")
    return b"\xc5" + len(text).to_bytes(2, "big") + text


@pytest.fixture
def make_body() -> Callable[..., bytes]:
    return body


@pytest.fixture
def make_group() -> MakeGroup:
    def make(
        first: int, count: int, lane: Lane = Lane.READ, born_s: int | None = NOON_MS // 1000, size: int = 20
    ) -> Group:
        return Group((Run(lane, first, [body(n, size) for n in range(first, first + count)]),), born_s)

    return make


@pytest.fixture
def make_numbering() -> Callable[[], Numbering]:
    return lambda: Numbering(Start(moment(), None, None, "test"))


OpenSpool = Callable[..., AbstractAsyncContextManager[Opened]]


@pytest.fixture
def opened(tmp_path: Path) -> OpenSpool:
    """`async with opened(epoch=..., key=..., quota_bytes=...) as spool_and_alarms`: the spool of the test's folder."""

    def open_(
        epoch: bytes = EPOCH, key: str = KEY, quota_bytes: int = QUOTA_BYTES
    ) -> AbstractAsyncContextManager[Opened]:
        return open_spool(tmp_path / "store", key, epoch, BOOT, quota_bytes)

    return open_


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(lambda: connect_spool(tmp_path / "some.db", KEY)) as database:
        yield database


@pytest.fixture
def write_voi(tmp_path: Path) -> Callable[..., Path]:
    """A VOI file of plates; each keyword is a column of all of them."""

    def write(plates: list[str], name: str = "wanted", **columns: str) -> Path:
        path = tmp_path / f"{name}.csv"
        lines = [",".join(COLUMNS)]
        lines += [
            ",".join(plate if column == "vrm" else columns.get(column, "") for column in COLUMNS) for plate in plates
        ]
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


@pytest.fixture
def carry(tmp_path: Path, write_voi: Callable[..., Path]) -> Callable[..., Path]:
    """Puts plates on a list in `lists/`; gives back that folder."""

    def put(plates: list[str], name: str = "wanted", **columns: str) -> Path:
        folder = tmp_path / "lists"
        import_csv(write_voi(plates, name, **columns), folder, KEY, report=lambda _: None, progress=lambda _: None)
        return folder

    return put


class Device:
    """A pseudo-terminal under a name that stays. The test holds the device's end; `path` is what the car opens."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._master = self._slave = -1
        self.plug()

    def plug(self) -> None:
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.path.symlink_to(os.ttyname(self._slave))

    def unplug(self) -> None:
        if self._master >= 0:
            self.path.unlink()
            os.close(self._slave)
            os.close(self._master)
            self._master = -1

    def say(self, data: bytes) -> None:
        """All of it: waits while the terminal is full."""
        while data:
            data = data[os.write(self._master, data) :]

    def read_plate(self, vrm: str) -> None:
        """What an axxon camera says of a plate."""
        self.say(b"\x022026112512000001" + vrm.encode() + b"\x03")

    def has_place(self, lat: str, lon: str, at: str = "120000.000", on: str = "251126") -> None:
        """What a receiver says: ddmm.mmmmm north and dddmm.mmmmm west."""
        self.say(nmea(f"GPRMC,{at},A,{lat},N,{lon},W,12.300,271.40,{on},,,A"))


def nmea(sentence: str) -> bytes:
    """The sentence with its checksum."""
    checksum = 0
    for byte in sentence.encode():
        checksum ^= byte
    return f"${sentence}*{checksum:02X}\r\n".encode()


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Callable[[str], Device]]:
    """`plug("front")`: a device under that name."""
    devices: list[Device] = []

    def plugged(name: str) -> Device:
        devices.append(Device(tmp_path / name))
        return devices[-1]

    yield plugged
    for device in devices:
        device.unplug()


async def eventually(is_so: Callable[[], Any], within_s: float = PATIENCE_S) -> None:
    """Returns as soon as it is so; the deadline is for a test that has failed."""
    async with asyncio.timeout(within_s):
        while not is_so():  # noqa: ASYNC110 - of what is looked at, nothing can set an event
            await asyncio.sleep(0.005)


@pytest.fixture(name="eventually")
def eventually_fixture() -> Callable[..., Any]:
    return eventually


class Reader:
    """A reader of the daemon's socket."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(PATIENCE_S)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rb")
        self.status = self.next()

    def next(self) -> dict[str, Any]:
        line: dict[str, Any] = json.loads(self._lines.readline())
        return line

    def until(self, kind: str, **fields: object) -> dict[str, Any]:
        """The first line of this kind that has these fields."""
        while True:
            line = self.next()
            if line["kind"] == kind and all(line.get(name) == value for name, value in fields.items()):
                return line

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


class Daemon:
    """A real `patrol-edge run` with a folder of its own. `output` is everything it has written."""

    def __init__(self, folder: Path, broker: str, extra: str = "") -> None:
        self.folder = folder
        self.config = folder / "patrol-edge.toml"
        self.socket = folder / "s"
        self._log = folder / "output"
        (folder / "key").write_text(KEY)
        self.config.write_text(
            f'vehicle = "k-0417"\n[broker]\nurl = "{broker}"\n[storage]\nfolder = "store"\nkey_file = "key"\n'
            f'[local]\nsocket = "s"\n[lists]\nallow_unsigned = true\n[uplink]\nlinger_s = 0.2\n{extra}'
        )
        self.process: subprocess.Popen[bytes] | None = None
        self._readers: list[Reader] = []

    @property
    def output(self) -> str:
        return self._log.read_text()

    def command(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """One `patrol-edge` command with this configuration: `command("data", "import", "wanted.csv")`."""
        split = 2 if words[0] == "data" else 1
        line = [sys.executable, "-m", "edge", *words[:split], "--config", str(self.config), *words[split:]]
        return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=check, timeout=60)

    def start(self) -> Reader:
        """Its first reader; the socket is there within the deadline."""
        line = [sys.executable, "-m", "edge", "run", "--config", str(self.config), "--log-level", "debug"]
        with self._log.open("ab") as output:
            self.process = subprocess.Popen(line, cwd=ROOT, stdout=output, stderr=output)
        deadline = time.monotonic() + PATIENCE_S
        while not self.socket.exists():
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.01)
        return self.reader()

    def reader(self) -> Reader:
        self._readers.append(Reader(self.socket))
        return self._readers[-1]

    def stop(self, within_s: float = 5.0) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within_s)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.socket.unlink(missing_ok=True)

    def close(self) -> None:
        for reader in self._readers:
            reader.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()


MakeDaemon = Callable[..., Daemon]


@pytest.fixture
def make_daemon(tmp_path: Path) -> Iterator[MakeDaemon]:
    """`make_daemon(broker_url, extra_toml)`; nothing of it is left after the test."""
    made: list[Daemon] = []

    def make(broker: str = "mqtt://127.0.0.1:1", extra: str = "") -> Daemon:
        folder = tmp_path / f"car{len(made)}"
        folder.mkdir()
        made.append(Daemon(folder, broker, extra))
        return made[-1]

    yield make
    for daemon in made:
        daemon.close()


@pytest.fixture
def personal() -> Callable[[str], list[str]]:
    """What in a text looks like the plates and positions that the tests use."""
    shapes = re.compile(r"(?i)zz\s?99|51\.5[56]|5133\.|-?0\.708|00042\.5")
    return shapes.findall


@asynccontextmanager
async def running(deed: Coroutine[Any, Any, Any]) -> AsyncIterator["asyncio.Task[Any]"]:
    """A task for the length of a block; whatever it raised is raised."""
    task = asyncio.ensure_future(deed)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()


@pytest.fixture(name="running")
def running_fixture() -> Callable[..., AbstractAsyncContextManager["asyncio.Task[Any]"]]:
    return running
