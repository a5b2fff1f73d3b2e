"""Certificates and clocks against a real mosquitto: who is let in, and in which words an engineer is told why not."""

import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge.config.car import Broker as Config
from edge.uplink.credentials import Credentials
from edge.uplink.link import Link
from tests.brokers.rig import early
from tests.brokers.rig.attempt import attempt, attempt_with
from tests.brokers.rig.brokers import Broker, StartMosquitto
from tests.brokers.rig.certificates import Authority
from tests.brokers.rig.pair import paired
from tests.faults.rig.car import Car
from tests.faults.rig.program import until


@dataclass(frozen=True, slots=True)
class Ends:
    """A broker that wants certificates, and how to reach it with one of this authority."""

    authority: Authority
    broker: Broker

    def config(self, certificate: Path | None = None, ca: Path | None = None, host: str = "localhost") -> Config:
        return Config(
            f"mqtts://{host}:{self.broker.port}",
            ca_file=ca or self.authority.ca,
            cert_file=certificate,
            cert_key_file=certificate and certificate.with_suffix(".key"),
        )


StartEnds = Callable[..., Ends]


@pytest.fixture
def start_ends(tmp_path: Path, start_mosquitto: StartMosquitto) -> StartEnds:
    """`start_ends(**wishes)`: the wishes are those of the broker's certificate."""

    def start(**wishes: int | str) -> Ends:
        authority = Authority(tmp_path)
        own = authority.certify("broker", **wishes)  # type: ignore[arg-type]
        settings = (
            "listener {port} 127.0.0.1\n"
            f"cafile {authority.ca}\ncertfile {own}\nkeyfile {own.with_suffix('.key')}\n"
            "require_certificate true\nuse_identity_as_username true\n"
        )
        return Ends(authority, start_mosquitto(settings))

    return start


async def test_a_car_with_its_own_certificate_is_let_in(start_ends: StartEnds) -> None:
    ends = start_ends()
    assert await attempt(ends.config(ends.authority.certify("car-1"))) == "up"


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"from_days": -3, "to_days": -1}, "has expired, or this machine's clock is wrong"),
        ({"from_days": 1, "to_days": 3}, "is not valid yet, or this machine's clock is wrong"),
        ({"host": "elsewhere.example"}, "is for another host name"),
    ],
)
async def test_a_broker_that_does_not_prove_itself_is_named(
    start_ends: StartEnds, wishes: dict[str, int | str], words: str
) -> None:
    ends = start_ends(**wishes)
    assert words in await attempt(ends.config(ends.authority.certify("car-1")))


async def test_a_broker_of_an_unknown_authority_is_named(start_ends: StartEnds, tmp_path: Path) -> None:
    ends = start_ends()
    stranger = Authority(tmp_path, "stranger")
    words = "an authority that ca_file does not know"
    assert words in await attempt(ends.config(ends.authority.certify("car-1"), ca=stranger.ca))


async def test_a_broker_that_does_not_accept_the_car_is_named(start_ends: StartEnds, tmp_path: Path) -> None:
    """In TLS 1.3 the broker's alert comes after the handshake: aiomqtt would only time out."""
    ends = start_ends()
    stranger = Authority(tmp_path, "stranger").certify("car-1")
    assert (
        await attempt(ends.config()) == "the broker wants a certificate of this car: give cert_file and cert_key_file"
    )
    # Of this alert mosquitto 2.0 takes no care: its reset may overtake it.
    assert await attempt(ends.config(stranger)) in {
        "the broker does not know the authority of this car's certificate",
        "the broker hung up before it answered (perhaps it does not accept this car's certificate): MQTT 3.1.1 is tried next",
    }
    expired = ends.authority.certify("car-1", from_days=-3, to_days=-1)
    assert "this car's certificate" in await attempt(ends.config(expired))


async def test_a_certificate_of_another_car_is_not_shown(start_ends: StartEnds) -> None:
    """[proto-1.6]"""
    ends = start_ends()
    reason = await attempt(ends.config(ends.authority.certify("car-2")), vehicle="car-1")
    assert reason == "cert_file: its common name is 'car-2', but this car is 'car-1'"


async def test_tls_waits_for_a_clock_that_was_set(start_ends: StartEnds) -> None:
    ends = start_ends()
    config = ends.config(ends.authority.certify("car-1"))
    assert "waiting for the time" in await attempt(config, has_time=lambda: False)
    assert await attempt(config) == "up"


async def test_without_tls_nothing_waits_for_the_clock(start_mosquitto: StartMosquitto) -> None:
    broker = start_mosquitto("listener {port} 127.0.0.1\nallow_anonymous true\n")
    assert await attempt(Config(broker.url), has_time=lambda: False) == "up"


async def test_a_port_that_speaks_the_other_way_is_named(
    start_ends: StartEnds, start_mosquitto: StartMosquitto
) -> None:
    ends = start_ends()
    assert "hung up before it answered" in await attempt(Config(f"mqtt://localhost:{ends.broker.port}"))
    ends.broker.end()
    plain = start_mosquitto("listener {port} 127.0.0.1\nallow_anonymous true\n")
    config = Config(f"mqtts://localhost:{plain.port}", ca_file=ends.authority.ca)
    assert await attempt(config) in {
        "the broker's port does not speak TLS: url may be mqtt:// or name another port",
        "Connection reset by peer",
        "the connection was lost",
    }


async def test_a_renewed_certificate_is_shown_at_the_next_connection(start_ends: StartEnds) -> None:
    ends = start_ends()
    certificate = ends.authority.certify("car-1", from_days=-3, to_days=-1)
    link = Link(ends.config(certificate), "car-1")
    assert "has expired" in await attempt_with(link)
    renewed = ends.authority.certify("car-1")
    for suffix in (".pem", ".key"):
        certificate.with_suffix(suffix).write_bytes(renewed.with_suffix(suffix).read_bytes())
    os.utime(certificate, ns=(0, 0))
    assert await attempt_with(link) == "up"


def test_the_server_is_verified_and_tls_below_1_2_refused(tmp_path: Path) -> None:
    shown = Credentials(Config("mqtts://localhost", ca_file=Authority(tmp_path).ca), "car-1").read()
    assert shown.context is not None
    assert shown.context.verify_mode is ssl.CERT_REQUIRED
    assert shown.context.check_hostname
    assert shown.context.minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"ca_file": "nowhere"}, "ca_file: No such file or directory"),
        ({"ca_file": "noise"}, "ca_file: there is no certificate in it"),
        ({"cert_file": "nowhere", "cert_key_file": "key"}, "cert_file: No such file or directory"),
        ({"cert_file": "noise", "cert_key_file": "key"}, "cert_file: not PEM"),
        ({"cert_file": "pem", "cert_key_file": "nowhere"}, "cert_key_file: No such file or directory"),
        ({"cert_file": "pem", "cert_key_file": "other"}, "cert_key_file: it does not belong to cert_file"),
        ({"cert_file": "pem", "cert_key_file": "noise"}, "cert_key_file: not PEM, damaged, or locked"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_by_its_key(tmp_path: Path, files: dict[str, str], words: str) -> None:
    authority = Authority(tmp_path)
    certificate = authority.certify("car-1")
    (tmp_path / "noise").write_text("noise")
    there = {
        "pem": certificate,
        "key": certificate.with_suffix(".key"),
        "other": authority.certify("car-1", host="other").with_suffix(".key"),
        "noise": tmp_path / "noise",
        "nowhere": tmp_path / "nowhere",
    }
    config = Config("mqtts://localhost", **{key: there[name] for key, name in files.items()})  # type: ignore[arg-type]
    with pytest.raises(OSError, match=words):
        Credentials(config, "car-1").read()


def test_a_car_and_headquarters_with_certificates_deliver_everything(start_ends: StartEnds, tmp_path: Path) -> None:
    ends = start_ends()
    plain, secure = ends.broker.url, f"mqtts://localhost:{ends.broker.port}"
    own, desk = ends.authority.certify("car-1"), ends.authority.certify("desk")
    shown = f'ca_file = "{ends.authority.ca.name}"\ncert_file = "{own.name}"\ncert_key_file = "{own.stem}.key"\n'
    with paired(tmp_path, ends.broker, "car-1", shown) as pair:
        pair.car.config.write_text(pair.car.config.read_text().replace(plain, secure))
        pair.headquarters.words = [secure if word == plain else word for word in pair.headquarters.words]
        files = {"ca": ends.authority.ca, "cert": desk, "cert-key": desk.with_suffix(".key")}
        pair.headquarters.words += [f"--{name}-file={path}" for name, path in files.items()]
        assert pair.car.command("check").returncode == 0
        pair.start()
        pair.until_receipted(100)
        verdict = pair.settle()
    assert verdict.is_good, verdict


def test_check_names_a_certificate_of_another_car(tmp_path: Path) -> None:
    """[proto-1.6] `run` warns the crew nevertheless, and says it as the reason why the link is down."""
    other = Authority(tmp_path).certify("car-2")
    car = Car(tmp_path, "mqtts://localhost:1")
    shown = f'[broker]\ncert_file = "{other.name}"\ncert_key_file = "{other.stem}.key"\n'
    car.config.write_text(car.config.read_text().replace("[broker]\n", shown))
    checked = car.command("check")
    assert checked.returncode == 2
    assert "broker.cert_file: its common name is 'car-2', but this car is 'car-1'" in checked.stderr
    try:
        car.start()
        until(lambda: "car-2" in car.status()["link"]["reason"], "the reason is shown")
    finally:
        car.kill()


def test_a_daemon_whose_clock_was_never_set_says_what_its_link_waits_for(tmp_path: Path) -> None:
    car = Car(tmp_path, "mqtts://localhost:1")
    car.daemon.words = early.words(car.config)
    try:
        car.start()
        until(lambda: "waiting for the time" in car.status()["link"]["reason"], "the reason is shown")
    finally:
        car.kill()
