"""A mosquitto with a test's own settings."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.brokers.rig.brokers import Broker, Mosquitto, StartMosquitto


@pytest.fixture
def start_mosquitto(tmp_path: Path) -> Iterator[StartMosquitto]:
    """Brokers of one test, ended with it."""
    if (missing := Mosquitto.missing()) is not None:
        pytest.skip(f"{missing} is not installed")
    with ExitStack() as ends:

        def start(settings: str) -> Broker:
            broker = Mosquitto(tmp_path, settings)
            ends.callback(broker.end)
            broker.start()
            return broker

        yield start
