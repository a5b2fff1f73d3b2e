"""gpsd's reports -> `Fix`: field by field, and from the real gpsd, fed through a pseudo-terminal."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import threading
import tty
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from drivers.gps.gpsd import Gpsd
from drivers.gps.nmea import Nmea
from drivers.ports import TcpPort
from drivers.readings import Fix, Junk
from drivers.streams import ByteStream, open_port
from tests.patience import PATIENCE_S

GPSD = shutil.which("gpsd", path="/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin")
START = datetime(2026, 11, 23, 18, 31, 5, tzinfo=UTC)
TPV = b'{"class":"TPV","mode":3,"time":"2026-11-23T18:31:05.000Z","lat":52.5,"lon":-1.5%b}\n'

needs_gpsd = pytest.mark.skipif(GPSD is None, reason="gpsd is not installed: apt-get install gpsd")


def test_a_report_is_a_fix_in_the_units_that_gpsd_says() -> None:
    said = TPV % b',"altMSL":81.2,"alt":129.7,"track":360.0,"speed":12.5,"status":1'
    assert Gpsd().feed(said) == [Fix(52.5, -1.5, START, 12.5, 0.0, 81.2)]


def test_what_the_sky_adds_is_of_this_round_and_not_of_the_next() -> None:
    sky = b'{"class":"SKY","hdop":0.9,"uSat":9}\n'
    first, second = Gpsd().feed(sky + TPV % b"" + TPV % b"")
    assert first == Fix(52.5, -1.5, START, hdop=0.9, satellites=9)
    assert second == Fix(52.5, -1.5, START)


def test_an_older_gpsd_counts_satellites_one_by_one_and_calls_the_altitude_alt() -> None:
    sky = b'{"class":"SKY","satellites":[{"used":true},{"used":false},{"used":true},3]}\n'
    assert Gpsd().feed(sky + TPV % b',"alt":80') == [Fix(52.5, -1.5, START, altitude_m=80, satellites=2)]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (b',"mode":0', "no fix"),
        (b',"mode":1', "no fix"),
        (b',"status":8', "no fix"),
        (b',"lat":0,"lon":0', "no fix"),
        (b',"mode":4', "bad field"),
        (b',"mode":true', "no fix"),
        (b',"mode":[]', "bad field"),
        (b',"lat":"52"', "bad field"),
        (b',"lat":90.5', "bad field"),
        (b',"lon":NaN', "bad field"),
        (b',"lon":1e999', "bad field"),
    ],
)
def test_a_report_without_a_place_is_junk_with_its_reason(more: bytes, reason: str) -> None:
    said = TPV % more
    assert Gpsd().feed(said) == [Junk(said.rstrip(), reason)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "more", [b',"speed":-1', b',"track":361', b',"speed":"fast"', b',"track":null', b',"altMSL":NaN', b',"speed":true']
)
def test_a_number_that_cannot_be_is_unknown_and_the_place_is_not(more: bytes) -> None:
    assert Gpsd().feed(TPV % more) == [Fix(52.5, -1.5, START)]


@pytest.mark.parametrize(
    "time", [b"", b"soon", b"2026-11-23T18:31:05", b"2026-11-23T18:31:60Z", b"0001-01-01T00:00:00+14:00"]
)
def test_a_time_without_a_zone_or_in_no_calendar_is_unknown(time: bytes) -> None:
    assert Gpsd().feed(TPV % (b',"time":"%b"' % time)) == [Fix(52.5, -1.5)]


@pytest.mark.parametrize("status", [5, 6])
def test_dead_reckoning_is_estimated(status: int) -> None:
    assert Gpsd().feed(TPV % (b',"status":%d' % status)) == [Fix(52.5, -1.5, START, estimated=True)]


def drive(master: int, ended: threading.Event) -> None:
    """A receiver: a place a tenth of a second, each with its own second; first it has none."""
    with contextlib.suppress(OSError):
        os.write(master, b"$GPRMC,183104.000,V,,,,,,,231126,,,N*43\r\n")
        for second in range(600):
            at = START + timedelta(seconds=second)
            fix = Fix(52.5 + second * 1e-4, -1.5, at, 11.13, 0.0, 81.2, 0.9, 9)
            os.write(master, Nmea().encode(fix))
            if ended.wait(0.1):
                return


@pytest.fixture
def gpsd(free_port: int) -> Iterator[TcpPort]:
    """The real one, reading what `drive` says."""
    assert GPSD is not None
    master, slave = os.openpty()
    tty.setraw(slave)
    command = [GPSD, "-N", "-n", "-b", "-S", str(free_port), os.ttyname(slave)]
    ended = threading.Event()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    receiver = threading.Thread(target=drive, args=(master, ended))
    try:
        while True:
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", free_port)).close()
                break
            assert process.poll() is None, "gpsd ended at once"
        receiver.start()
        yield TcpPort("127.0.0.1", free_port)
    finally:
        ended.set()
        process.kill()
        process.wait()
        os.close(slave)
        os.close(master)
        if receiver.ident is not None:
            receiver.join()


@asynccontextmanager
async def opened(port: TcpPort, greeting: bytes) -> AsyncIterator[ByteStream]:
    async with asyncio.timeout(PATIENCE_S), open_port(port, Gpsd.line, greeting) as stream:
        yield stream


@needs_gpsd
async def test_the_real_gpsd_says_where_the_receiver_is(gpsd: TcpPort) -> None:
    dialect, fixes, junk = Gpsd(), list[Fix](), list[Junk]()
    async with opened(gpsd, Gpsd.greeting) as stream:
        while len(fixes) < 10:
            for item in dialect.feed(await stream.read()):
                (fixes if isinstance(item, Fix) else junk).append(item)  # type: ignore[arg-type]
    assert {item.reason for item in junk} <= {"no fix"}
    for fix in fixes:
        assert fix.at is not None
        assert fix.lat == pytest.approx(52.5 + (fix.at - START).total_seconds() * 1e-4, abs=2e-7)
        assert fix.lon == pytest.approx(-1.5, abs=2e-7)
        assert fix.speed_mps == pytest.approx(11.13, abs=0.01)
    assert fixes[-1].altitude_m == pytest.approx(81.2, abs=0.1)


@needs_gpsd
async def test_without_its_greeting_the_real_gpsd_says_no_place(gpsd: TcpPort) -> None:
    """Why a dialect has one: gpsd says its version, and then waits to be asked."""
    async with opened(gpsd, Gpsd.greeting) as asked, opened(gpsd, b"") as silent:
        while b"TPV" not in await asked.read():
            pass
        heard = await silent.read()
        assert b"VERSION" in heard
        assert b"TPV" not in heard
