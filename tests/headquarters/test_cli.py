"""The words of `patrol-hq` and its exit codes: 0 good, 1 a fault found, 2 wrong usage."""

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headquarters.arrivals import Message, Sent, Unreadable
from headquarters.cli import main
from headquarters.store.file import open_writer
from headquarters.store.intake import take
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from tests.headquarters.conftest import MakeBatch

ROOT = Path(__file__).parents[2]


@pytest.fixture
def filled(store_path: Path, make_batch: "MakeBatch") -> str:
    """The URL of a store with 5,000 reads of one car."""
    with closing(open_writer(store_path)) as connection:
        take(connection, [Sent("car-1", make_batch(first, first + 499)) for first in range(1, 5000, 500)], 0)
    return f"sqlite:///{store_path}"


def test_export_prints_a_line_an_event(filled: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--store", filled, "--lane", "read", "--vehicle", "car-1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, 5001))


def test_export_of_a_lane_without_events_is_empty_and_good(filled: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--store", filled, "--lane", "urgent"]) == 0
    assert capsys.readouterr().out == ""


def test_a_reader_that_has_enough_is_no_fault(filled: str) -> None:
    command = [sys.executable, "-m", "headquarters", "export", "--store", filled]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=PATIENCE_S) == 0


def test_status_says_so_in_words_and_in_json(filled: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--store", filled]) == 0
    assert "car-1" in capsys.readouterr().out
    assert main(["status", "--store", filled, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["vehicles"][0]["lanes"]["read"]["events"] == 5000


def test_status_finds_a_fault_when_there_are_alarms(
    filled: str, store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(open_writer(store_path)) as connection:
        take(connection, [Unreadable("car-1", Message("t", b"x", 1), "not msgpack")], 0)
    assert main(["status", "--store", filled]) == 1
    assert "ALARM" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["export", "--store", "hq.db"], 2, "sqlite:///PATH"),
        (["status", "--store", "hq.db"], 2, "sqlite:///PATH"),
        (["serve", "--broker", "localhost", "--store", "sqlite:///x"], 2, "mqtt://HOST:PORT"),
        (["serve", "--broker", "mqtt://localhost", "--store", "x"], 2, "sqlite:///PATH"),
        (["export", "--store", "sqlite:////nowhere/hq.db"], 1, "does not exist"),
        (["status", "--store", "sqlite:////nowhere/hq.db"], 1, "does not exist"),
        (["serve", "--broker", "mqtt://localhost", "--store", "sqlite:////nowhere/hq.db"], 1, "folder"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    words: Sequence[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == code
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert sentence in errors[0]


@pytest.mark.parametrize("words", [[], ["nonsense"], ["export"], ["export", "--store", "x", "--lane", "fast"]])
def test_wrong_words_leave_with_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2


def test_without_numpy_only_the_forecast_is_missed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "headquarters.forecast.cli", None)
    assert main(["forecast", "make"]) == 2
    assert "pip install 'patrol-edge[headquarters]'" in capsys.readouterr().err


def test_it_says_its_version_and_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    for words, said in (("--version", "patrol-hq "), ("--help", "forecast")):
        with pytest.raises(SystemExit) as ended:
            main([words])
        assert ended.value.code == 0
        assert said in capsys.readouterr().out


def test_a_headquarters_that_only_receives_loads_no_numpy() -> None:
    code = "import sys; from headquarters.cli import main\ntry: main(['serve', '--help'])\nfinally: assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=ROOT, timeout=PATIENCE_S)
