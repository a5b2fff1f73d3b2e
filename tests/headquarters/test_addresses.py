"""URLs -> a broker and a file, or words that say what is wrong."""

from pathlib import Path

import pytest

from headquarters import addresses
from headquarters.addresses import Broker, Files


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("mqtt://127.0.0.1:1884", Broker("127.0.0.1", 1884)),
        ("mqtt://hq.example", Broker("hq.example", 1883)),
        ("mqtts://hq.example/", Broker("hq.example", 8883, tls=True)),
        ("mqtt://h%40q@[::1]:5", Broker("::1", 5, False, "h@q")),
    ],
)
def test_a_broker_is_understood(url: str, broker: Broker) -> None:
    assert addresses.broker(url) == broker


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:1883", "http://x", "mqtt://", "mqtt://x:0x", "mqtt://x:70000", "mqtt://x/path", "mqtt://x?q"]
)
def test_no_broker_is_said_in_words(url: str) -> None:
    with pytest.raises(ValueError, match="broker"):
        addresses.broker(url)


def test_a_brokers_password_is_in_a_file_and_shown_nowhere(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret\n")
    broker = addresses.broker("mqtt://hq@x:1", Files(password=tmp_path / "password"))
    assert broker.password == "secret"
    assert "secret" not in f"{broker} {broker!r}"
    assert str(broker) == "mqtt://x:1"


def test_a_password_in_a_url_is_refused_without_repeating_it() -> None:
    with pytest.raises(ValueError, match="file") as refusal:
        addresses.broker("mqtt://hq:secret@x:1")
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("files", [Files(ca=Path("nowhere")), Files(certificate=Path("nowhere"), key=Path("nowhere"))])
def test_a_certificate_that_is_not_there_is_said_at_once(files: Files) -> None:
    with pytest.raises(ValueError, match=r"certificate.*No such file"):
        addresses.broker("mqtts://x", files)


def test_a_password_without_a_name_or_a_file_that_is_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="USER@HOST"):
        addresses.broker("mqtt://x", Files(password=tmp_path / "password"))
    with pytest.raises(ValueError, match="password file"):
        addresses.broker("mqtt://hq@x", Files(password=tmp_path / "password"))


def test_a_store_is_a_relative_or_an_absolute_path() -> None:
    assert addresses.store("sqlite:///hq.db") == Path("hq.db")
    assert addresses.store("sqlite:////var/lib/hq.db") == Path("/var/lib/hq.db")


@pytest.mark.parametrize("url", ["", "hq.db", "sqlite://hq.db", "sqlite:///", "postgres:///x"])
def test_no_store_is_said_in_words(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///PATH"):
        addresses.store(url)
