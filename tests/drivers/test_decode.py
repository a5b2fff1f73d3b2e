"""`patrol-edge decode` on files and pipes -> JSON lines and exit codes that scripts may rely on."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edge.commands import decode

ROOT = Path(__file__).parents[2]
NMEA = ROOT / "tests/captures/nmea/waking-up.bin"
AXXON = ROOT / "tests/captures/axxon/two-cameras.bin"
PROGRAM = """
import argparse, sys
from edge.commands import decode
parser = argparse.ArgumentParser("patrol-edge")
decode.add(parser.add_subparsers(required=True))
args = parser.parse_args()
sys.exit(args.run(args))
"""
COMMAND = [sys.executable, "-c", PROGRAM, "decode"]
BUFFERED = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


def run(*words: str | Path) -> int:
    parser = argparse.ArgumentParser("patrol-edge")
    decode.add(parser.add_subparsers(required=True))
    args = parser.parse_args(["decode", *map(str, words)])
    return decode.run(args)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(each) for each in capsys.readouterr().out.splitlines()]


def test_a_fix_has_exactly_its_five_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("nmea", NMEA) == 0
    fixes = [each for each in lines(capsys) if each["kind"] == "fix"]
    assert fixes[1] == {
        "kind": "fix",
        "lat": 52.6686368,
        "lon": -1.507353,
        "at": "2026-11-23T18:31:07Z",
        "speed_mps": 2.217,
        "heading": 84.2,
    }
    assert all(list(each) == list(fixes[1]) for each in fixes)


def test_a_plate_and_junk_are_said_as_promised(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("axxon", AXXON) == 0
    said = lines(capsys)
    assert said[0] == {"kind": "junk", "bytes": 6, "reason": "noise"}
    assert said[1]["kind"] == "plate"
    assert said[1]["vrm"] == "AB12CDE"
    assert said[1]["confidence"] is None
    assert said[1]["camera_at"] == "2026-11-23T18:31:05"
    assert said[-1] == {"kind": "junk", "bytes": 15, "reason": "cut off"}


@pytest.mark.parametrize(
    ("now", "believed"),
    [
        ("2026-11-23T18:31:00Z", True),
        ("2026-11-23T18:31:00", True),
        ("2026-11-24T19:31:00+01:00", True),
        ("2026-11-25T00:00:00Z", False),
        ("2016-01-01", False),
        ("2046-07-09", False),
    ],
)
def test_a_date_that_cannot_be_now_is_not_shown(
    capsys: pytest.CaptureFixture[str], now: str, *, believed: bool
) -> None:
    assert run("nmea", NMEA, "--now", now) == 0
    fixes = [each for each in lines(capsys) if each["kind"] == "fix"]
    assert len(fixes) == 8
    assert (fixes[0]["at"] is not None) is believed


def test_list_names_every_dialect_in_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--list") == 0
    assert [each.split()[0] for each in capsys.readouterr().out.splitlines()] == [
        *("axxon", "line", "nedap", "platerecognizer", "rekor", "tattile", "tattile-csv"),
        *("gpsd", "nmea"),
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nmae"], "did you mean 'nmea'"),
        (["AXON"], "did you mean 'axxon'"),
        (["quite-other"], "--list"),
        ([], "axxon, line, nedap"),
        (["tattile", "--template", "x"], "has no template"),
        (["nmea", "--template", "x"], "has no template"),
        (["line", "--template", "%PLATE%"], "--template: a template needs an end"),
        (["nmea", NMEA.with_name("waking_up.bin")], "did you mean 'waking-up.bin'"),
        (["nmea", NMEA.parent], "Is a directory"),
        (["nmea", "/nowhere/at/all"], "No such file"),
    ],
)
def test_what_cannot_be_decoded_is_refused_in_a_sentence(
    capsys: pytest.CaptureFixture[str], words: list[str | Path], sentence: str
) -> None:
    assert run(*words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert len(said.err.splitlines()) == 1


def test_a_camera_is_decoded_by_its_own_template(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "lumo.bin").write_bytes(b"46 HVR9 NLD 87 120 \r\n")
    template = "%LP% %STATE_ALPHA_3% %CONF% %POS_X% %CR%%LF%"
    assert run("line", tmp_path / "lumo.bin", "--template", template) == 0
    [said] = lines(capsys)
    assert (said["vrm"], said["country"], said["confidence"]) == ("46 HVR9", "NLD", None)


def test_a_time_that_is_none_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        run("nmea", NMEA, "--now", "yesterday")
    assert end.value.code == 2
    assert "2026-11-23T18:31:05Z" in capsys.readouterr().err


def test_a_pipe_is_decoded_as_it_speaks() -> None:
    with subprocess.Popen(
        [*COMMAND, "axxon"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=BUFFERED, bufsize=0
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        for vrm in ("AB12CDE", "J14GWN"):
            program.stdin.write(b"\x022026112318310501" + vrm.encode() + b"\x03")
            assert json.loads(_line(program.stdout.fileno()))["vrm"] == vrm
        program.stdin.write(b"\x0220")
        program.stdin.close()
        assert json.loads(program.stdout.read()) == {"kind": "junk", "bytes": 3, "reason": "cut off"}
        assert program.wait() == 0


def test_a_reader_that_has_seen_enough_ends_it_quietly(tmp_path: Path) -> None:
    (tmp_path / "long.bin").write_bytes(AXXON.read_bytes() * 5000)
    with subprocess.Popen(
        [*COMMAND, "axxon", str(tmp_path / "long.bin")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=BUFFERED,
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        assert program.stdout.readline()
        program.stdout.close()
        assert program.stderr.read() == b""
        assert program.wait() == 0


def test_a_reader_that_left_before_the_first_word_ends_it_quietly() -> None:
    with subprocess.Popen(
        [*COMMAND, "axxon"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=BUFFERED,
    ) as program:
        assert program.stdout is not None
        program.stdout.close()
        _, complaint = program.communicate(AXXON.read_bytes())
        assert (complaint, program.returncode) == (b"", 0)


def _line(fd: int) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(fd, 1)
        assert piece, "the program ended without saying its line"
        line += piece
    return line
