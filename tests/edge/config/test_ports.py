"""Ports, templates and a receiver to fall back on, as TOML -> a configuration, or a sentence with the line and the cure."""

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.ports import TcpListener, TcpPort
from edge.config.file import ConfigError, load

GOOD = """\
vehicle = "k-0417"
[broker]
url = "mqtt://broker.example:1884"
[storage]
folder = "store"
key_file = "key"
[[cameras]]
name = "front"
dialect = "tattile"
port = "tcp-listen://0.0.0.0:31000"
[[cameras]]
name = "rear"
dialect = "line"
template = "%PLATE%%CR%%LF%"
port = "anpr-rear"
[gps]
dialect = "gpsd"
port = "tcp://127.0.0.1:2947"
[gps.fallback]
port = "/dev/gps0"
"""


def test_a_port_is_a_path_beside_the_file_or_an_address(write: Callable[[str], Path], tmp_path: Path) -> None:
    config = load(write(GOOD))
    assert config.ports == [
        TcpListener("0.0.0.0", 31000),
        tmp_path / "anpr-rear",
        TcpPort("127.0.0.1", 2947),
        Path("/dev/gps0"),
    ]
    assert config.gps is not None
    assert [source.dialect for source in config.gps.sources] == ["gpsd", "nmea"]
    assert pickle.loads(pickle.dumps(config)) == config


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("tcp-listen://0.0.0.0:31000", "tcp-listen://front:31000", 10, "'cameras.0.port': a listener needs an address"),
        ("tcp://127.0.0.1:2947", "tcp://127.0.0.1", 18, "'gps.port': give the path of a serial device"),
        ("%CR%%LF%", "", 14, "'cameras.1.template': a template needs an end"),
        ('"tattile"', '"tattile"\ntemplate = "x"', 10, "'cameras.0.template': tattile has no template"),
        ("/dev/gps0", "tcp://127.0.0.1:2947", 0, "'gps.fallback.port': tcp://127.0.0.1:2947 is given to two devices"),
        ('"/dev/gps0"', '"/dev/gps0"\ndialect = "gspd"', 0, "did you mean 'gpsd'"),
        ('"/dev/gps0"', '"/dev/gps0"\n[gps.fallback.fallback]\nport = "/dev/gps1"', 0, "one is enough"),
        ('name = "front"', 'name = "gps-fallback"', 8, "names another part of the car"),
    ],
)
def test_what_is_wrong_with_a_port_is_said_with_the_cure(
    write: Callable[[str], Path], old: str, new: str, line: int, sentence: str
) -> None:
    """Line 0: whichever; of a section in a section the file's reader names the outer one."""
    assert old in GOOD
    with pytest.raises(ConfigError) as error:
        load(write(GOOD.replace(old, new, 1)))
    assert sentence in str(error.value)
    assert not line or f":{line}: " in str(error.value)
