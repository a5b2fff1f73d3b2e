"""A file, a line of libgpiod -> whether the key is off; and what is said when it cannot be read."""

import sys
from pathlib import Path

import pytest

from edge.config.upkeep import Ignition
from edge.ignition.key import key_of

FAKE_GPIOD = """
class LineSettings:
    def __init__(self, direction):
        assert direction == "in"

class _Request:
    def get_value(self, line):
        assert line == 17
        with open("{folder}/line") as file:
            return line_of(file.read())

def line_of(text):
    from gpiod.line import Value
    return Value.ACTIVE if text == "1" else Value.INACTIVE

def request_lines(path, config, consumer=None):
    assert (path, list(config), consumer) == ("/dev/gpiochip0", [17], "patrol-edge")
    return _Request()
"""
FAKE_LINE = """
from enum import Enum

class Direction:
    INPUT = "in"

class Value(Enum):
    INACTIVE = 0
    ACTIVE = 1
"""


@pytest.mark.parametrize(
    ("text", "off"),
    [
        (None, False),
        (b"", True),
        (b"off\n", True),
        (b"0\n", True),
        (b"1\n", False),
        (b"On\n", False),
        (b"\xff" * 99, True),
    ],
)
def test_a_file_says_off_by_being_there_unless_it_says_on(text: bytes | None, off: bool, tmp_path: Path) -> None:
    file = tmp_path / "key"
    read = key_of(Ignition(file=file))
    assert read is not None
    if text is not None:
        file.write_bytes(text)
    assert read() is off


def test_a_file_that_cannot_be_read_is_an_error_of_the_world(tmp_path: Path) -> None:
    read = key_of(Ignition(file=tmp_path))
    assert read is not None
    with pytest.raises(OSError, match="directory"):
        read()


def test_without_a_file_or_a_line_there_is_no_key() -> None:
    assert key_of(Ignition()) is None


def test_a_line_that_is_low_is_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library as its version 2 has it; there is no GPIO chip on a build machine."""
    package = tmp_path / "gpiod"
    package.mkdir()
    (package / "__init__.py").write_text(FAKE_GPIOD.replace("{folder}", str(tmp_path)))
    (package / "line.py").write_text(FAKE_LINE)
    monkeypatch.syspath_prepend(str(tmp_path))
    read = key_of(Ignition(gpio="/dev/gpiochip0:17"))
    assert read is not None
    (tmp_path / "line").write_text("1")
    assert not read()
    (tmp_path / "line").write_text("0")
    assert read()


def test_a_line_without_the_library_is_an_error_of_the_world_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gpiod", None)
    read = key_of(Ignition(gpio="/dev/gpiochip0:17"))
    assert read is not None
    with pytest.raises(OSError, match="Python package gpiod"):
        read()


@pytest.mark.parametrize("gpio", ["17", "/dev/gpiochip0", "/dev/gpiochip0:", "/dev/gpiochip0:-1", ":"])
def test_a_line_is_named_by_chip_and_number(gpio: str) -> None:
    with pytest.raises(ValueError, match="CHIP:LINE"):
        Ignition(gpio=gpio)


def test_the_key_is_known_by_one_thing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not by both"):
        Ignition(file=tmp_path / "key", gpio="/dev/gpiochip0:17")
