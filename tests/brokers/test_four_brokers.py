"""The same journey over four makers' brokers: car and headquarters as real processes, the broker killed in the middle."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.brokers.rig.brokers import DEAF, MUTE, Amqtt, Broker, Mosquitto, Nats, Rabbit
from tests.brokers.rig.pair import paired

VEHICLE = "k-0417-a"  # hyphens, as in the grammar; [proto-1.3]


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One for the whole module: it takes its time to start."""
    yield from _running(Rabbit, tmp_path_factory)


@pytest.fixture(scope="module")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    yield from _running(Nats, tmp_path_factory)


@pytest.fixture
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    yield from _running(Mosquitto, tmp_path_factory)


@pytest.fixture
def amqtt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    yield from _running(Amqtt, tmp_path_factory)


@pytest.fixture(params=["mosquitto", "amqtt", "nats", "rabbit"])
def broker(request: pytest.FixtureRequest) -> Broker:
    """Each of the four in turn, running."""
    broker: Broker = request.getfixturevalue(request.param)
    return broker


def _running(maker: type[Broker], folders: pytest.TempPathFactory) -> Iterator[Broker]:
    if (missing := maker.missing()) is not None:
        pytest.skip(f"{missing} is not installed")
    broker = maker(folders.mktemp(maker.name))
    try:
        broker.start()
        yield broker
    finally:
        broker.end()


def test_everything_stored_is_at_headquarters_once_though_the_broker_dies(broker: Broker, tmp_path: Path) -> None:
    """[proto-1.1, proto-4.4]"""
    with paired(tmp_path, broker, VEHICLE) as pair:
        pair.start()
        pair.until_receipted(100)
        broker.kill()
        pair.until_stored(100)
        broker.start()
        pair.until_receipted(200)
        verdict = pair.settle()
        assert verdict.is_good, verdict
        assert f"link up, MQTT {broker.version}" in pair.headquarters.said
        assert {event["vehicle"] for event in pair.headquarters.events()} == {VEHICLE}
        link = pair.car.status()["link"]
        assert (link["up"], link["reason"]) == (True, "ok")
        assert not pair.car.follower.of("alarm")
        assert pair.headquarters.status()["alarms"] == []
        assert pair.car.stop() == 0


def test_a_broker_that_hangs_up_on_what_a_car_may_not_say_is_named(rabbit: Broker, tmp_path: Path) -> None:
    """MQTT 3.1.1 has no other way; without a name for it the link would go up and down for ever."""
    (tmp_path / "password").write_text(MUTE)
    with paired(tmp_path, rabbit, "car-1", f'user = "{MUTE}"\npassword_file = "password"\n') as pair:
        pair.start()
        pair.until_link("hangs up on what is sent: its permissions may refuse pe/1/car-1/up/#")
        assert not pair.car.status()["link"]["up"]
        assert [alarm["name"] for alarm in pair.car.follower.of("alarm")] == ["link"]


def test_a_broker_that_does_not_let_a_car_listen_is_named(nats: Broker, tmp_path: Path) -> None:
    """The return code of a SUBACK, which MQTT 3.1.1 has too."""
    (tmp_path / "password").write_text(DEAF)
    with paired(tmp_path, nats, "car-1", f'user = "{DEAF}"\npassword_file = "password"\n') as pair:
        pair.start()
        pair.until_link("the broker's permissions refuse to listen to pe/1/car-1/down/+")
        assert [alarm["name"] for alarm in pair.car.follower.of("alarm")] == ["link"]
