"""A configuration -> one attempt of the car's link, in this process: "up", or the reason why there is none."""

from collections.abc import Callable

from edge.config.car import Broker
from edge.supervision import reason_of
from edge.uplink.link import WORLD, Link
from proto import topics


async def attempt(config: Broker, vehicle: str = "car-1", has_time: Callable[[], bool] = lambda: True) -> str:
    """What the car would show as the state of its link."""
    return await attempt_with(Link(config, vehicle, has_time), vehicle)


async def attempt_with(link: Link, vehicle: str = "car-1") -> str:
    """The same, with a link that remembers."""
    try:
        async with link.connected((topics.down(vehicle, "+"), topics.HELLO)):
            return "up"
    except WORLD as error:
        return reason_of(error)
