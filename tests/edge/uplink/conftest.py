"""A window over lanes of numbers, and an uplink that meets whoever answers over a real mosquitto."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiomqtt
import pytest

from edge.spool.opening import Opened
from edge.supervision import keep_running
from edge.uplink.link import WORLD
from proto import topics
from tests.edge.rig import flights
from tests.edge.rig.answerer import Answerer, Car

if TYPE_CHECKING:
    from tests.conftest import Mosquitto

Open = Callable[..., AbstractAsyncContextManager[Opened]]
Running = Callable[..., AbstractAsyncContextManager[Any]]
Meet = Callable[..., AbstractAsyncContextManager[tuple[Car, Answerer]]]


@pytest.fixture
def car() -> flights.Car:
    return flights.Car()


@pytest.fixture
def meet(mosquitto: "Mosquitto", opened: Open, running: Running) -> Meet:
    """`async with meet() as (car, headquarters)`: both run."""

    @asynccontextmanager
    async def meet_() -> AsyncIterator[tuple[Car, Answerer]]:
        async with opened() as open_, aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
            await client.subscribe(topics.ALL_UP, qos=1)
            car, headquarters = Car(mosquitto.url, open_.spool), Answerer(client)
            async with (
                running(headquarters.run()),
                running(keep_running(car.uplink.listen, car.state, WORLD)),
                running(car.uplink.forward()),
            ):
                yield car, headquarters

    return meet_
