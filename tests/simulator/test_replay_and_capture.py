"""What a port said, captured and said again: the same bytes, faster if you like."""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.anpr import DIALECTS
from drivers.readings import PlateSeen
from simulator.capture import CaptureError, CaptureFile, captures, pieces
from simulator.cli import main
from simulator.free_port import free_port
from simulator.port import Port
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
CAPTURES = ROOT / "tests" / "captures"
Listen = Callable[[Path], Any]


async def start(*words: str) -> tuple[asyncio.subprocess.Process, dict[str, Any]]:
    """`patrol-sim WORDS`, and the first line that it says."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator.cli", *words, stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert program.stdout is not None
    return program, json.loads(await program.stdout.readline())


async def until(is_so: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
    """As soon as it is so."""
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline
        await asyncio.to_thread(time.sleep, 0.02)


async def last_line(program: asyncio.subprocess.Process) -> dict[str, Any]:
    said, _ = await program.communicate()
    line: dict[str, Any] = json.loads(said.splitlines()[-1])
    return line


def file_of(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


@pytest.mark.parametrize("name", sorted(DIALECTS))
async def test_a_folder_of_captures_is_said_byte_for_byte(name: str, tmp_path: Path, listen: Listen) -> None:
    files = sorted((CAPTURES / name).glob("*.bin"))
    program, ready = await start("replay", str(CAPTURES / name), "--port", str(tmp_path / "front"), "--speed", "1000")
    listener = listen(Path(ready["port"])).start()
    told = await last_line(program)
    assert program.returncode == 0
    expected = b"".join(file.read_bytes() for file in files)
    assert (ready["captures"], told["bytes"], told["lost"]) == ([str(file) for file in files], len(expected), 0)
    assert listener.stop() == expected


async def test_a_minute_takes_half_a_second_at_120_times_the_speed(tmp_path: Path, listen: Listen) -> None:
    lines = (f'{{"at_s": {at_s}, "hex": "41"}}' for at_s in (0, 20, 60))
    file = file_of(tmp_path / "slow.jsonl", '{"capture": 1, "dialect": null}', *lines)
    program, ready = await start("replay", str(file), "--port", str(tmp_path / "front"), "--speed", "120")
    listener = listen(Path(ready["port"])).start()
    assert 0.5 <= (await last_line(program))["played_s"] < 30
    assert listener.stop() == b"AAA"


async def test_what_a_port_says_is_captured_and_said_again_over_tcp(tmp_path: Path, port: Port) -> None:
    data = (CAPTURES / "axxon" / "two-cameras.bin").read_bytes()
    out = tmp_path / "front.jsonl"
    capturing, _ = await start("capture", str(port.path), "--out", str(out), "--dialect", "axxon")
    await until(port.heard)
    half = len(data) // 2
    assert len(port.say([data[:half], data[half:]])) == 2
    await until(lambda: sum(len(piece.data) for piece in pieces(out, 9600)) == len(data))
    capturing.terminate()
    told = await last_line(capturing)
    assert capturing.returncode == 0
    expected = [each for each in DIALECTS["axxon"]().feed(data) if isinstance(each, PlateSeen)]
    assert (told["bytes"], told["readings"]) == (len(data), len(expected))

    address = f"tcp:{free_port()}"
    replaying, ready = await start("replay", str(out), "--port", address, "--speed", "10")
    again = tmp_path / "again.bin"
    recapturing, _ = await start(
        "capture", ready["port"], "--out", str(again), "--dialect", "axxon", "--lasting", "30s"
    )
    assert (await last_line(replaying))["bytes"] == len(data)
    assert await recapturing.wait() == 1  # the port is gone
    assert again.read_bytes() == data


def test_the_times_of_a_capture_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    with path.open("wb") as file:
        capture = CaptureFile(file, "axxon", "/dev/anpr")
        for at_ns, data in ((5_000_000_000, b"\x02A"), (5_250_000_000, b"B\x03")):
            capture.heard(data, at_ns)
    assert captures(path) == captures(tmp_path) == [path]
    assert [(piece.at_s, piece.data) for piece in pieces(path, 9600)] == [(0.0, b"\x02A"), (0.25, b"B\x03")]


def test_bare_bytes_are_said_at_the_speed_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / "c.bin"
    path.write_bytes(bytes(960))
    last = [*pieces(path, 9600)][-1]
    assert last.at_s + len(last.data) * 10 / 9600 == pytest.approx(1.0)


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    path = file_of(tmp_path / "c.jsonl", '{"capture": 1}', '{"at_s": 0, "hex": "zz"}')
    with pytest.raises(CaptureError, match="line 2: not a piece"):
        list(pieces(path, 9600))


def test_readings_beside_a_capture_are_none(tmp_path: Path) -> None:
    file_of(tmp_path / "c.jsonl", '{"kind": "plate"}')
    with pytest.raises(CaptureError, match="holds no capture"):
        captures(tmp_path)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["replay", "absent.bin", "--port", "p"], "No such file or directory"),
        (["replay", "README.md", "--port", "p"], "README.md is no capture"),
        (["replay", "tests/captures/axxon", "--port", "tcp:x"], '"tcp:x" is no port: write a path, or tcp:9100'),
        (["replay", "tests/captures/axxon", "--port", "p", "--speed", "0"], "a speed, and a baud, is more than 0"),
        (
            ["capture", "/dev/null", "--out", "OUT", "--dialect", "axon"],
            'unknown dialect "axon": did you mean "axxon"?',
        ),
        (["capture", "udp://x", "--out", "OUT"], "give the path of a serial device"),
        (["capture", "/dev/null", "--out", "README.md"], "File exists"),
    ],
)
def test_wrong_options_are_named(
    words: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(ROOT)
    assert main([str(tmp_path / "out") if word == "OUT" else word for word in words]) == 2
    assert complaint in capsys.readouterr().err


def test_a_port_that_is_none_leaves_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.jsonl"
    assert main(["capture", str(tmp_path / "absent"), "--out", str(out)]) == 1
    assert "absent: No such file or directory (kept: 0 bytes)" in capsys.readouterr().err
    assert not out.exists()
