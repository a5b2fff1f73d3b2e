"""`patrol-sim demo` as people type it: a whole drive of the shortest length, and every way not to have one."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from simulator.cli import main
from simulator.demo.account import Summary
from simulator.demo.timeline import SHORTEST_S

ROOT = Path(__file__).parents[3]
DEMO = (sys.executable, "-m", "simulator", "demo")
DEADLINE_S = 150.0


def test_a_drive_loses_nothing_and_misses_nobody(tmp_path: Path) -> None:
    words = (*DEMO, "--json", "--seconds", str(SHORTEST_S), "--seed", "3", "--keep", str(tmp_path / "kept"))
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    found = json.loads(line)
    assert list(found) == [field.name for field in fields(Summary)]
    assert found["reads_said"] == SHORTEST_S * 10
    assert 0 < found["reads_stored"] == found["reads_at_hq"]
    assert found["unstored"] == found["reads_said"] - found["reads_stored"] > 0
    assert found["lost"] == found["dropped"] == found["repeated_at_hq"] == found["invented"] == 0
    assert found["alerts"] == found["hits_expected"] > 0
    assert (found["kills"], found["replugs"]) == (1, 1)
    assert found["reconnects"] > 0
    assert found["alert_p99_ms"] > 0
    assert {"truth.jsonl", "voi.csv", "headquarters.db", "logs", "state"} <= {
        p.name for p in (tmp_path / "kept").iterdir()
    }
    plates = {json.loads(said)["vrm_said"] for said in (tmp_path / "kept" / "truth.jsonl").read_text().splitlines()}
    for log in (tmp_path / "kept" / "logs").iterdir():
        assert not [plate for plate in plates if len(plate) > 5 and plate in log.read_text()], log.name


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A socket's path has 107 bytes at most, and a test worker's own folder takes most of them."""
    with tempfile.TemporaryDirectory(prefix="pe-") as folder:
        yield Path(folder)


def test_ctrl_c_ends_everything_that_was_started(short_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(short_path)}
    with subprocess.Popen(
        DEMO, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stdout is not None
        assert "are started" in demo.stdout.readline()
        until = time.monotonic() + DEADLINE_S
        while (line := demo.stdout.readline()) and " front  " not in line:
            assert time.monotonic() < until
        assert _programs_of(short_path)
        demo.send_signal(signal.SIGINT)
        _, said = demo.communicate(timeout=DEADLINE_S)
    assert (demo.returncode, said) == (1, "patrol-sim: stopped before its end\n")
    assert not _programs_of(short_path)
    assert not list(short_path.iterdir())


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--seconds", "5"], "a drive lasts 12 to 3600 seconds, not 5"),
        (["--keep", "{full}"], "is not empty"),
        (["--picture", "{full}/absent/view.svg"], "there is no folder"),
    ],
)
def test_wrong_options_end_with_one_clear_sentence(
    options: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["demo", *(option.replace("{full}", str(tmp_path)) for option in options)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("patrol-sim demo: ")
    assert complaint in said
    assert said.count("\n") == 1


def test_a_program_that_will_not_play_ends_it_with_its_own_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / ("long" * 25)
    assert main(["demo", "--json", "--keep", str(folder)]) == 1
    said = capsys.readouterr()
    assert "import ended with code 2" in said.err
    assert "a socket's path has at most" in said.err
    assert f"logs: {folder / 'logs'}" in said.err
    assert said.out == ""


def test_without_its_libraries_it_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.commands.demo.find_spec", lambda name: None if name == "amqtt" else name)
    assert main(["demo"]) == 2
    assert capsys.readouterr().err == "patrol-sim demo: needs amqtt: pip install 'patrol-edge[simulator]'\n"


def _programs_of(folder: Path) -> list[int]:
    """Ids of processes that have this folder in their command line."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if any(word.startswith((str(folder), f"sqlite:///{folder}")) for word in words):
            found.append(int(entry.parent.name))
    return found
