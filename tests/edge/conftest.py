"""A key, a folder in memory, readings and groups of them, an open spool, a pseudo-terminal, a whole daemon: for the tests of the car."""

import asyncio
import re
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
from tests.edge.rig.daemon import KEY, Daemon
from tests.edge.rig.device import Device
from tests.patience import PATIENCE_S

EPOCH: Final = b"epoch--1"
BOOT: Final = b"boot---1"
QUOTA_BYTES: Final = 64 << 20
NOON_MS: Final = 1_795_608_000_000  # 2026-11-25T12:00:00Z


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
