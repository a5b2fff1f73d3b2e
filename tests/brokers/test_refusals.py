"""Real brokers whose permissions refuse a car -> the car names it, raises one alarm, loses nothing and gets well by itself."""

import asyncio
import signal
from pathlib import Path

import pytest

from edge.config.car import Broker as Config
from edge.uplink.link import Link
from edge.uplink.permission import NO_ANSWER_S, Permission
from proto import topics
from tests.brokers.rig.brokers import StartMosquitto
from tests.brokers.rig.pair import paired
from tests.faults.rig.program import until
from tests.patience import PATIENCE_S

CAR = "car-1"
UP = f"pe/1/{CAR}/up/#"
CLOSED = "topic read pe/1/#\ntopic write pe/1/+/down/+\ntopic write pe/1/all/+\n"
OPEN = "topic readwrite pe/1/#\n"
LISTED = "listener {{port}} 127.0.0.1\nallow_anonymous true\nacl_file {folder}/acl\n"


@pytest.fixture
def acl(tmp_path: Path) -> Path:
    """The list of permissions: it refuses everything upward."""
    file = tmp_path / "acl"
    file.write_text(CLOSED)
    file.chmod(0o600)
    return file


def test_a_refusal_is_named_at_once_and_gets_well_when_it_is_mended(
    start_mosquitto: StartMosquitto, tmp_path: Path, acl: Path
) -> None:
    """MQTT 5: the reason code of a PUBACK, which aiomqtt does not tell."""
    broker = start_mosquitto(LISTED.format(folder=tmp_path))
    with paired(tmp_path, broker, CAR) as pair:
        pair.start()
        reason = f"the broker's permissions refuse {UP}"
        assert pair.until_link(reason) == reason
        link = pair.car.status()["link"]
        assert (link["up"], link["reason"]) == (False, reason)
        acl.write_text(OPEN)
        broker.signal(signal.SIGHUP)
        until(lambda: pair.car.status()["link"]["up"], "the link is up again")
        verdict = pair.settle()
        assert verdict.is_good, verdict
        assert [(alarm["name"], alarm["detail"]) for alarm in pair.car.follower.of("alarm")] == [("link", reason)]
        assert "link" in pair.headquarters.alarm_names()


async def test_a_refusal_that_is_acknowledged_as_if_it_were_none_is_named_within_a_minute(
    start_mosquitto: StartMosquitto, tmp_path: Path, acl: Path
) -> None:
    """mosquitto 2.0 with MQTT 3.1.1: it is the missing answer that tells."""
    assert acl.exists()
    config = Config(start_mosquitto(LISTED.format(folder=tmp_path)).url, mqtt="3.1.1")
    permission, codes = Permission(CAR), asyncio.Queue[int]()

    def acknowledged(code: int) -> None:
        permission.acknowledged(code)
        codes.put_nowait(code)

    async with Link(config, CAR).connected((topics.down(CAR, "+"),), acknowledged) as connection:
        permission.connected(0)
        await connection.publish(topics.up(CAR, "read"), b"")
        permission.sent(0)
        async with asyncio.timeout(PATIENCE_S):
            assert await codes.get() == 0
        assert permission.look(0, in_flight=True) is None
        verdict = permission.look(NO_ANSWER_S, in_flight=True)
    assert verdict is not None
    assert UP in verdict.reason


async def test_a_broker_without_a_listener_says_so_in_mqtt_5(start_mosquitto: StartMosquitto) -> None:
    config = Config(start_mosquitto("listener {port} 127.0.0.1\nallow_anonymous true\n").url, mqtt="5")
    codes = asyncio.Queue[int]()
    async with Link(config, CAR).connected((topics.down(CAR, "+"),), codes.put_nowait) as connection:
        await connection.publish(topics.up(CAR, "read"), b"")
        async with asyncio.timeout(PATIENCE_S):
            assert await codes.get() == 0x10


def test_headquarters_says_so_when_it_may_not_answer(
    start_mosquitto: StartMosquitto, tmp_path: Path, acl: Path
) -> None:
    acl.write_text("topic read pe/1/#\ntopic write pe/1/+/up/#\n")
    with paired(tmp_path, start_mosquitto(LISTED.format(folder=tmp_path)), CAR) as pair:
        pair.headquarters.start()
        pair.headquarters.until_ready()
        until(lambda: "the broker refuses what headquarters says" in pair.headquarters.said, "the refusal is named")
