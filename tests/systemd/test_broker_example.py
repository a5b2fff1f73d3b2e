"""The broker's example configuration under a real mosquitto with certificates of the test's own -> who may say what to whom."""

import asyncio
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import aiomqtt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from simulator.free_port import free_port
from tests.patience import PATIENCE_S

EXAMPLE: Final = Path(__file__).parents[2] / "systemd/mosquitto"
INSTALLED: Final = "/etc/mosquitto/patrol-edge"
V5: Final = aiomqtt.ProtocolVersion.V5

Signed = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def certified(name: str, by: Signed | None, folder: Path, file: str | None = None) -> Signed:
    """A certificate for `name`, signed by an authority or (an authority itself) by its own key; written as PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by[0].subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    )
    certificate = builder.sign(by[1] if by else key, hashes.SHA256())
    (folder / f"{file or name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / f"{file or name}.key").write_bytes(private)
    return certificate, key


class Broker:
    """The example's two listeners, on ports of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cars, self.headquarters = free_port(), free_port()

    def configuration(self) -> Path:
        text = (EXAMPLE / "patrol-edge.conf").read_text("utf-8").replace(INSTALLED, str(self.folder))
        text = text.replace("listener 8883", f"listener {self.cars} 127.0.0.1")
        text = text.replace("listener 1883 127.0.0.1", f"listener {self.headquarters} 127.0.0.1")
        path = self.folder / "mosquitto.conf"
        path.write_text(f"user root\n{text}", "utf-8")
        return path

    def car(self, name: str) -> aiomqtt.Client:
        """A car whose certificate has this name, and which calls itself something else."""
        context = ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
        context.load_cert_chain(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        return aiomqtt.Client("localhost", self.cars, identifier="mallory", protocol=V5, tls_context=context)

    def desk(self) -> aiomqtt.Client:
        """Headquarters."""
        return aiomqtt.Client("127.0.0.1", self.headquarters, protocol=V5)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    program = shutil.which("mosquitto", path="/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin")
    if program is None:
        pytest.skip("mosquitto is not installed")
    authority = certified("Test authority", None, tmp_path, "ca")
    certified("localhost", authority, tmp_path, "broker")
    for name in ("car-1", "car-2"):
        certified(name, authority, tmp_path)
    certified("car-9", certified("Another authority", None, tmp_path), tmp_path)
    shutil.copy(EXAMPLE / "acl", tmp_path / "acl")
    broker = Broker(tmp_path)
    process = subprocess.Popen([program, "-c", str(broker.configuration())])
    deadline_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", broker.headquarters), timeout=1).close()
            break
        except ConnectionRefusedError:
            assert process.poll() is None, "mosquitto does not take the example configuration"
            assert time.monotonic() < deadline_s, "mosquitto does not listen"
            time.sleep(0.01)
    yield broker
    process.kill()
    process.wait()


@asynccontextmanager
async def listening(client: aiomqtt.Client, *topics: str) -> AsyncIterator[aiomqtt.Client]:
    async with client:
        for topic in topics:
            await client.subscribe(topic, qos=1)
        yield client


async def next_topic(client: aiomqtt.Client) -> str:
    async with asyncio.timeout(PATIENCE_S):
        return (await anext(aiter(client.messages))).topic.value


async def test_a_car_speaks_under_its_own_name_only(broker: Broker) -> None:
    hearing = listening(broker.desk(), "pe/1/+/up/#"), listening(broker.car("car-2"), "pe/1/car-2/down/+", "pe/1/all/+")
    async with hearing[0] as desk, hearing[1] as other, broker.car("car-1") as car:
        for foreign in ("pe/1/car-2/up/read", "pe/1/car-2/down/receipt", "pe/1/all/hello"):
            await car.publish(foreign, b"", qos=1)  # the client lets a PUBACK of "not authorised" by
        await car.publish("pe/1/car-1/up/read", b"", qos=1)
        await desk.publish("pe/1/car-2/down/again", b"", qos=1)
        assert await next_topic(desk) == "pe/1/car-1/up/read"
        assert await next_topic(other) == "pe/1/car-2/down/again"


async def test_a_car_hears_what_is_for_it_and_what_is_for_all(broker: Broker) -> None:
    everything = ("pe/1/car-2/down/+", "pe/1/+/up/#", "pe/1/car-1/down/+", "pe/1/all/+")
    async with listening(broker.car("car-1"), *everything) as car, broker.desk() as desk, broker.car("car-2") as other:
        await other.publish("pe/1/car-2/up/read", b"", qos=1)
        await desk.publish("pe/1/car-2/down/receipt", b"", qos=1)
        await desk.publish("pe/1/car-1/down/receipt", b"", qos=1)
        await desk.publish("pe/1/all/hello", b"", qos=1)
        assert [await next_topic(car) for _ in range(2)] == ["pe/1/car-1/down/receipt", "pe/1/all/hello"]


async def test_one_car_does_not_put_another_off_the_line(broker: Broker) -> None:
    async with broker.car("car-1") as one, broker.car("car-2"):  # both call themselves "mallory"
        await one.publish("pe/1/car-1/up/read", b"", qos=1)


async def test_a_certificate_of_another_authority_or_none_is_refused(broker: Broker) -> None:
    with pytest.raises(aiomqtt.MqttError):
        async with broker.car("car-9"):
            pass
    anonymous = ssl.create_default_context(cafile=str(broker.folder / "ca.pem"))
    with pytest.raises(aiomqtt.MqttError):
        async with aiomqtt.Client("localhost", broker.cars, protocol=V5, tls_context=anonymous):
            pass
