"""A TOML file -> a configuration, or sentences with file, line, key and cure."""

from collections.abc import Callable
from pathlib import Path

import pytest

from edge.config.file import ConfigError, key_of, load

GOOD = """\
vehicle = "k-0417"

[broker]
url = "mqtt://broker.example:1884"
[storage]
folder = "store"
key_file = "key"
[local]
socket = "edge.sock"

[[cameras]]
name = "front"
dialect = "axxon"
port = "/dev/anpr-front"

[[cameras]]
name = "rear"  # looks back
dialect = "axxon"
port = "anpr-rear"

[gps]
port = "/dev/gps"
"""

Says = Callable[[str, str], str]


@pytest.fixture
def says(write: Callable[[str], Path]) -> Says:
    """What is said of the good file when one text in it is replaced by another, without the path."""

    def says_(old: str, new: str) -> str:
        assert old in GOOD
        path = write(GOOD.replace(old, new, 1))
        with pytest.raises(ConfigError) as error:
            load(path)
        text = str(error.value)
        assert all(line.startswith(f"{path}:") for line in text.splitlines())
        return text.replace(f"{path}:", "")

    return says_


def test_a_good_file_is_good_and_its_paths_are_beside_it(write: Callable[[str], Path], tmp_path: Path) -> None:
    config = load(write(GOOD))
    assert (config.vehicle, config.broker.host, config.broker.port) == ("k-0417", "broker.example", 1884)
    assert (config.storage.folder, config.local.socket) == (tmp_path / "store", tmp_path / "edge.sock")
    assert config.ports == [Path("/dev/anpr-front"), tmp_path / "anpr-rear", Path("/dev/gps")]


def test_the_port_of_mqtt_need_not_be_named(write: Callable[[str], Path]) -> None:
    assert load(write(GOOD.replace(":1884", ""))).broker.port == 1883


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("url =", "urll =", "4: unknown key 'broker.urll', did you mean 'url'?"),
        ("[storage]", "[strorage]", "5: unknown key 'strorage', did you mean 'storage'?"),
        ("vehicle", "vehicel", "1: unknown key 'vehicel', did you mean 'vehicle'?"),
        ('name = "rear"', 'name = "rear"\nbuad = 9600', "18: unknown key 'cameras.1.buad', did you mean 'baud'?"),
        ('folder = "store"\n', "", "5: 'storage.folder' is missing"),
        ('[gps]\nport', "[gps]\n#port", "21: 'gps.port' is missing"),
        ('port = "/dev/anpr-front"\n', "", "11: 'cameras.0.port' is missing"),
        ('"axxon"', '"axon"', "13: 'cameras.0.dialect': no such dialect, did you mean 'axxon'?; known: "),
        ('"rear"', '"front"', "17: 'cameras.1.name': two cameras are named 'front': give each a name of its own"),
        ('"rear"', '"gps"', "17: 'cameras.1.name': 'gps' names another part of the car"),
        ('"rear"', '"Rear!"', "17: 'cameras.1.name': 1 to 16 of a-z, 0-9 and hyphen"),
        ('"anpr-rear"', '"/dev/anpr-front"', "19: 'cameras.1.port': /dev/anpr-front is given to two devices"),
        ('"/dev/gps"', '"/dev/anpr-front"', "22: 'gps.port': /dev/anpr-front is given to two devices"),
        ('"k-0417"', '"K 0417"', "1: 'vehicle': a name is 1 to 32 of a-z, 0-9 and hyphen"),
        ('"k-0417"', '"all"', "1: 'vehicle': a name is 1 to 32 of a-z, 0-9 and hyphen, and not 'all'"),
        ('"k-0417"', "417", "1: 'vehicle': "),
        ('key_file = "key"', 'key_file = "key"\nquota_mb = 1', "8: 'storage.quota_mb': "),
        ('key_file = "key"', 'key_file = "key"\ngroup_ms = "soon"', "8: 'storage.group_ms': "),
        ('"edge.sock"', '"' + "x" * 120 + '"', "9: 'local.socket': a socket's path has at most "),
        ("[[cameras]]\nname = \"front\"\ndialect = \"axxon\"\nport = \"/dev/anpr-front\"\n\n[[cameras]]", "[cameras]",
         "11: 'cameras': begin each camera with [[cameras]]"),
    ],
)  # fmt: skip
def test_every_fault_is_told_with_its_line_and_key(says: Says, old: str, new: str, sentence: str) -> None:
    assert sentence in says(old, new)


@pytest.mark.parametrize(
    "url",
    ["http://h:1", "mqtt://", "h:1883", "mqtt://h:0", "mqtt://h:65536", "mqtt://h:x", "mqtt://[::1", "mqtt://h/topic"],
)
def test_an_address_that_is_none_is_told_with_the_right_form(says: Says, url: str) -> None:
    assert "4: 'broker.url': give mqtt[s]://HOST:PORT" in says("mqtt://broker.example:1884", url)


def test_several_faults_are_told_at_once(says: Says) -> None:
    said = says('url = "mqtt://broker.example:1884"\n[storage]\nfolder', 'ulr = "x"\n[storage]\nfoldr')
    assert len(said.splitlines()) == 4


def test_two_names_of_one_device_are_one_port(write: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "anpr-rear").symlink_to(tmp_path / "device")
    text = GOOD.replace('"/dev/anpr-front"', '"device"')
    with pytest.raises(ConfigError, match="two devices"):
        load(write(text))


def test_a_socket_that_is_short_in_the_file_may_be_too_long_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / ("d" * 100)
    folder.mkdir()
    (folder / "c.toml").write_text(GOOD)
    with pytest.raises(ConfigError, match="socket's path"):
        load(folder / "c.toml")


@pytest.mark.parametrize("content", [b"vehicle = ", b"\xff\xfe\x00", b"[broker\n"])
def test_what_is_no_toml_is_told_with_the_place(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"c\.toml: not TOML: "):
        load(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load(tmp_path / "c.toml")


@pytest.mark.parametrize("key", ["", "5a", "5a" * 33, "zz" * 32, "5a" * 31 + "5 "])
def test_a_key_that_is_none_is_told_with_the_cure_and_not_shown(
    write: Callable[[str], Path], tmp_path: Path, key: str
) -> None:
    config = load(write(GOOD))
    with pytest.raises(ConfigError, match="cannot read the key"):
        key_of(config.storage)
    (tmp_path / "key").write_text(key)
    with pytest.raises(ConfigError, match="openssl rand -hex 32") as error:
        key_of(config.storage)
    assert not key or key not in str(error.value)


def test_a_key_may_end_with_a_line_and_be_in_capitals(write: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "key").write_text("5A" * 32 + "\n")
    assert key_of(load(write(GOOD)).storage) == "5a" * 32
