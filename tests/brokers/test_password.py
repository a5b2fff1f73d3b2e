"""User and password against a real mosquitto; the password comes from a file and is shown nowhere."""

import subprocess
from pathlib import Path

import pytest

from edge.config.car import Broker as Config
from edge.uplink.credentials import Credentials
from tests.brokers.rig.attempt import attempt
from tests.brokers.rig.brokers import StartMosquitto, installed

USERS = "listener {{port}} 127.0.0.1\npassword_file {folder}/users\n"


def _enrol(users: Path, name: str, password: str) -> None:
    program = installed("mosquitto_passwd")
    assert program is not None, "it comes with mosquitto"
    subprocess.run([program, "-b", "-c", str(users), name, password], check=True)


@pytest.mark.parametrize("mqtt", ["5", "3.1.1"])
async def test_a_user_is_let_in_with_the_right_password_only(
    start_mosquitto: StartMosquitto, tmp_path: Path, mqtt: str
) -> None:
    _enrol(tmp_path / "users", "car-1", "pass word")
    url = start_mosquitto(USERS.format(folder=tmp_path)).url
    password = tmp_path / "password"
    config = Config(url, mqtt=mqtt, user="car-1", password_file=password)  # type: ignore[arg-type]
    refused = {"the broker does not accept user and password", "the broker does not authorise this car"}
    password.write_text("pass word\n")
    assert await attempt(config) == "up"
    password.write_text("password\n")
    assert await attempt(config) in refused
    assert await attempt(Config(url, mqtt=mqtt)) in refused  # type: ignore[arg-type]


@pytest.mark.parametrize(("holds", "words"), [(None, "No such file"), (b"", "empty"), (b"\xff", "not UTF-8")])
def test_a_password_file_that_cannot_be_used_is_named(tmp_path: Path, holds: bytes | None, words: str) -> None:
    file = tmp_path / "password"
    if holds is not None:
        file.write_bytes(holds)
    with pytest.raises(OSError, match=f"password_file: .*{words}"):
        Credentials(Config("mqtt://x", user="car-1", password_file=file), "car-1").read()


def test_a_password_is_in_no_repr(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("secret")
    shown = Credentials(Config("mqtt://x", user="car-1", password_file=file), "car-1").read()
    assert shown.password == "secret"
    assert "secret" not in repr(shown)


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"url": "mqtt://car-1:secret@x"}, "url: no name or password here"),
        ({"url": "mqtt://car-1@x"}, "url: no name or password here"),
        ({"url": "http://x"}, "url: give mqtt"),
        ({"url": "mqtts://x:0"}, "url: give mqtt"),
        ({"url": "mqtts://x:99999"}, "url: give mqtt"),
        ({"url": "mqtts://x/path"}, "url: give mqtt"),
        ({"url": "mqtt://x", "password_file": Path("p")}, "user: "),
        ({"url": "mqtt://x", "ca_file": Path("p")}, "url: certificates need TLS"),
        ({"url": "mqtts://x", "cert_file": Path("p")}, "cert_file: give .* together"),
        ({"url": "mqtts://x", "cert_key_file": Path("p")}, "cert_file: give .* together"),
    ],
)
def test_what_does_not_fit_together_is_refused(section: dict[str, str | Path], words: str) -> None:
    with pytest.raises(ValueError, match=words) as refusal:
        Config(**section)  # type: ignore[arg-type]
    assert "secret" not in str(refusal.value)


def test_the_port_is_8883_with_tls_unless_it_is_said() -> None:
    assert (Config("mqtts://x").port, Config("mqtt://x").port, Config("mqtts://x:1").port) == (8883, 1883, 1)
