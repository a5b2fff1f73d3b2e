"""Real things for every test: mosquitto on a free port, a relay that can hold a link up, the real `patrol-hq serve`.

How a test kills headquarters between its commit and its receipt, without a hook in the program: headquarters speaks to
the broker through a `Relay`; the test holds up what headquarters says (`relay.hold_answers()`), waits until a second
connection to the store file sees the event (so it is committed), and sends SIGKILL. The receipt never left.

Property tests take the same examples each time, so that the same tree is judged alike twice; new ones are looked for by
`scripts/test --hypothesis-profile search`.
"""

import asyncio
import contextlib
import json
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import HealthCheck, settings

from simulator.free_port import free_port
from tests.patience import PATIENCE_S, STOP_S

settings.register_profile("same", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("search", settings.get_profile("same"), derandomize=False, max_examples=5_000)
settings.load_profile("same")

ROOT = Path(__file__).parents[1]


@pytest.fixture(name="free_port")
def _free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody has at this moment."""
    return free_port()


class Mosquitto:
    """A broker of the test's own. The port stays the same over `kill` and `start`."""

    def __init__(self, folder: Path, program: str) -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._program = program
        self._settings = folder / "mosquitto.conf"
        self._settings.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\nuser root\nlog_dest none\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it takes connections."""
        self._process = subprocess.Popen([self._program, "-c", str(self._settings)])
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except ConnectionRefusedError:
                assert self._process.poll() is None, "mosquitto ended at once"
                assert time.monotonic() < deadline, "mosquitto does not listen"
                time.sleep(0.01)
            else:
                return

    def kill(self) -> None:
        """SIGKILL; nothing it held survives."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A running mosquitto."""
    program = shutil.which("mosquitto", path="/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin:/bin")
    if program is None:
        pytest.skip("mosquitto is not installed")
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    broker = Mosquitto(folder, program)
    broker.start()
    yield broker
    broker.kill()


class Relay:
    """A TCP relay between a program and a broker; what it holds is never handed on once the link is cut."""

    def __init__(self, to_port: int) -> None:
        self.port = 0
        self._to_port = to_port
        self._questions = asyncio.Event()  # set: what the broker says goes through
        self._answers = asyncio.Event()  # set: what the program says goes through
        self._links: set[asyncio.StreamWriter] = set()
        self._pouring: set[asyncio.Task[None]] = set()
        self.flow()

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def flow(self) -> None:
        """Everything goes through, also what was held."""
        self._questions.set()
        self._answers.set()

    def hold_answers(self) -> None:
        """What the program says is taken from it and goes no further."""
        self._answers.clear()

    def hold_questions(self) -> None:
        """What the broker says is taken from it and goes no further."""
        self._questions.clear()

    def hold(self) -> None:
        """A black hole in both directions; connections are accepted and nothing comes."""
        self._questions.clear()
        self._answers.clear()

    def cut(self) -> None:
        """Every connection is reset; new ones may come."""
        for writer in self._links:
            writer.transport.abort()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Relay"]:
        server = await asyncio.start_server(self._joined, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.cut()
            self.flow()
            await asyncio.gather(*self._pouring)

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._pouring.add(task)
        with contextlib.suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to_port)
            both = {writer, far_writer}
            self._links |= both
            await asyncio.gather(_pour(reader, far_writer, self._answers), _pour(far_reader, writer, self._questions))
            self._links -= both


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, open_: asyncio.Event) -> None:
    try:
        while some := await reader.read(65536):
            await open_.wait()
            writer.write(some)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


OpenRelay = Callable[[int], AbstractAsyncContextManager[Relay]]


@pytest.fixture
def open_relay() -> OpenRelay:
    """`async with open_relay(broker_port) as relay`."""
    return lambda to_port: Relay(to_port).opened()


class Headquarters:
    """A real `patrol-hq serve`, subscribed."""

    def __init__(self, process: subprocess.Popen[str], ready: dict[str, Any], errors: Path) -> None:
        self.process = process
        self.ready = ready
        self._errors = errors

    @property
    def log(self) -> str:
        """What it has written to stderr so far."""
        return self._errors.read_text()

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()

    def stop(self, number: int = signal.SIGTERM, within_s: float = STOP_S) -> int:
        """A clean end; the exit code. subprocess.TimeoutExpired when it takes longer."""
        self.process.send_signal(number)
        return self.process.wait(timeout=within_s)


StartHeadquarters = Callable[..., Headquarters]


@pytest.fixture
def start_headquarters(tmp_path: Path) -> Iterator[StartHeadquarters]:
    """`start_headquarters(broker_url, store_path, *more_words)`; returns once it has said that it is ready."""
    started: list[subprocess.Popen[str]] = []

    def start(broker: str, store: Path, *words: str) -> Headquarters:
        errors = tmp_path / f"headquarters-{len(started)}.log"
        command = [sys.executable, "-m", "headquarters", "serve", "--broker", broker, "--store", f"sqlite:///{store}"]
        with errors.open("w") as stderr:
            process = subprocess.Popen([*command, *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=stderr, text=True)
        started.append(process)
        assert process.stdout is not None
        return Headquarters(process, _ready(process.stdout, errors), errors)

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _ready(stdout: IO[str], errors: Path) -> dict[str, Any]:
    readable, _, _ = select.select([stdout], [], [], PATIENCE_S)
    assert readable, f"headquarters is not ready: {errors.read_text()}"
    line = stdout.readline()
    assert line, f"headquarters ended: {errors.read_text()}"
    ready: dict[str, Any] = json.loads(line)
    return ready
