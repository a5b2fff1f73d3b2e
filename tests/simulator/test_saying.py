"""A line of JSON leaves a command whole, however many commands speak into one pipe."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.saying import say

ROOT = Path(__file__).parents[2]


class Pieces(io.StringIO):
    """What is written, write by write."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def write(self, text: str) -> int:
        self.pieces.append(text)
        return super().write(text)


def test_a_line_and_its_end_are_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Pieces()
    monkeypatch.setattr(sys, "stdout", out)
    say({"ready": True})
    assert out.pieces == ['{"ready": true}\n']


def test_eight_commands_that_buffer_nothing_speak_beside_each_other() -> None:
    spoken = "from simulator.saying import say\nfor n in range(2000): say({'n': n})"
    words = [sys.executable, "-c", spoken]
    reading, writing = os.pipe()
    speakers = [
        subprocess.Popen(words, stdout=writing, cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"}) for _ in range(8)
    ]
    os.close(writing)
    with os.fdopen(reading) as heard:
        numbers = [json.loads(line)["n"] for line in heard]
    assert [speaker.wait() for speaker in speakers] == [0] * 8
    assert sorted(numbers) == sorted(8 * list(range(2000)))
