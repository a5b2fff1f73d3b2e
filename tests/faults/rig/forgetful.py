"""`python -m tests.faults.rig.forgetful PORT`: amqtt, a broker that forgets everything about who was connected to it."""

import asyncio
import logging
import sys

from amqtt.broker import Broker
from amqtt.contexts import BrokerConfig


def words(port: int) -> list[str]:
    """The command line of this broker."""
    return [sys.executable, "-m", __name__, str(port)]


async def serve(port: int) -> None:
    """For ever."""
    settings = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }
    broker = Broker(BrokerConfig.from_dict(settings))
    await broker.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(serve(int(sys.argv[1])))
