"""The real daemon with devices that come by TCP: cameras that call and that are called, a receiver behind gpsd and one behind it."""

import base64
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from drivers.anpr.rekor import Rekor
from drivers.anpr.tattile import Tattile
from drivers.gps.gpsd import Gpsd
from drivers.readings import Fix, PlateSeen
from tests.patience import PATIENCE_S


@pytest.fixture
def server() -> Iterator[socket.socket]:
    """A device that listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE_S)
        yield listening


def url(server: socket.socket) -> str:
    return f"tcp://127.0.0.1:{server.getsockname()[1]}"


def devices(daemon: Any, is_so: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:  # noqa: ANN401 - the fixture's own class
    """The devices' rows of the first status that is so."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        reader = daemon.reader()
        rows: dict[str, Any] = reader.status["devices"]
        reader.close()
        if is_so(rows):
            return rows
        assert time.monotonic() < deadline, rows
        time.sleep(0.02)


def test_a_camera_that_calls_for_each_message_is_read_and_stays_up(
    make_daemon: Callable[..., Any], free_port: int
) -> None:
    camera = f'[[cameras]]\nname = "front"\ndialect = "tattile"\nport = "tcp-listen://127.0.0.1:{free_port}"\n'
    daemon = make_daemon(extra=camera)
    daemon.start()
    devices(daemon, lambda rows: rows["front"]["up"])
    at = datetime.now(UTC).replace(tzinfo=None) + timedelta(minutes=62)
    picture = f"<IMAGE_CTX>{base64.encodebytes(bytes(200_000)).decode()}</IMAGE_CTX></ANPR>".encode()
    for vrm in ("AB12CDE", "J14GWN", "KZ68XUV"):
        message = Tattile().encode(PlateSeen(vrm, 0.9, "1203", at)).replace(b"</ANPR>", picture)
        with socket.create_connection(("127.0.0.1", free_port), timeout=PATIENCE_S) as caller:
            caller.sendall(message)
    with socket.create_connection(("127.0.0.1", free_port), timeout=PATIENCE_S) as caller:
        caller.sendall(message[:40])
    front = devices(daemon, lambda rows: rows["front"]["readings"] == 3 and rows["front"]["junk"])["front"]
    assert (front["up"], front["junk"]) == (True, {"cut off": 1})
    assert front["clock"] == ("camera clock 62 min off" if front["clock_off_s"] is not None else None)
    assert daemon.stop() == 0
    assert daemon.output.count("front up") == 1
    assert "front down" not in daemon.output


def test_a_camera_that_is_called_is_called_again_when_it_hangs_up(
    make_daemon: Callable[..., Any], server: socket.socket
) -> None:
    daemon = make_daemon(extra=f'[[cameras]]\nname = "rear"\ndialect = "rekor"\nport = "{url(server)}"\n')
    daemon.start()
    for number in range(1, 4):
        connection, _ = server.accept()
        with connection:
            connection.sendall(Rekor().encode(PlateSeen("AB12CDE", 0.9, "7")))
            devices(daemon, partial(_has_read, number))
    assert daemon.stop() == 0


def _has_read(number: int, rows: dict[str, Any]) -> bool:
    return bool(rows["rear"]["readings"] == number)


def test_when_gpsd_falls_silent_the_other_receiver_says_where_the_car_is(
    make_daemon: Callable[..., Any], plug: Callable[[str], Any], server: socket.socket
) -> None:
    gps = plug("gps")
    ports = f'[gps]\ndialect = "gpsd"\nport = "{url(server)}"\n[gps.fallback]\nport = "{gps.path}"\n'
    daemon = make_daemon(extra=ports)
    daemon.start()
    connection, _ = server.accept()
    connection.settimeout(PATIENCE_S)
    with connection:
        assert connection.recv(200) == Gpsd.greeting
        connection.sendall(Gpsd().encode(Fix(51.55, -0.708333, datetime.now(UTC), 6.3, 90.0)))
        devices(daemon, lambda rows: rows["gps"]["in_use"])
    server.close()

    def fallen_back(rows: dict[str, Any]) -> bool:
        gps.has_place("5133.00000", "00042.50000", f"{datetime.now(UTC):%H%M%S}.000", f"{datetime.now(UTC):%d%m%y}")
        return bool(rows["gps-fallback"]["in_use"])

    rows = devices(daemon, fallen_back)
    assert (rows["gps"]["up"], rows["gps"]["in_use"]) == (False, False)
    assert rows["gps"]["place_age_s"] > 2.9
    assert daemon.stop() == 0
