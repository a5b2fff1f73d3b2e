"""A port of this machine -> an MQTT 3.1.1 broker that keeps nothing: what the demo cuts off and brings back. No other file knows amqtt.

A program of its own, `python -m simulator.broker PORT`, so that cutting it off is a SIGKILL. It listens on 127.0.0.1
only, says one line on stdout once it takes connections, and ends by a signal.
"""

import asyncio
import logging
import signal
import sys
import warnings
from collections.abc import Sequence
from typing import Final

from amqtt.broker import Broker
from amqtt.contexts import BrokerConfig, ListenerConfig
from amqtt.errors import BrokerError

from simulator.saying import say

HOST: Final = "127.0.0.1"
_PLUGINS: Final = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}


def main(argv: Sequence[str] | None = None) -> int:
    """0 after SIGTERM or SIGINT. 1: somebody else has the port. 2: wrong usage."""
    words = list(sys.argv[1:] if argv is None else argv)
    if len(words) != 1 or not words[0].isdigit() or not 0 < int(words[0]) < 65536:
        print("usage: python -m simulator.broker PORT", file=sys.stderr)
        return 2
    logging.basicConfig(level=logging.CRITICAL, format="%(name)s: %(message)s")
    warnings.simplefilter("ignore")  # amqtt's own, about its own ways
    try:
        asyncio.run(_serve(int(words[0])))
    except BrokerError as error:
        print(f"simulator.broker: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve(port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    broker = Broker(BrokerConfig(listeners={"default": ListenerConfig(bind=f"{HOST}:{port}")}, plugins=dict(_PLUGINS)))
    await broker.start()
    say({"ready": True, "url": f"mqtt://{HOST}:{port}"})
    await stop.wait()
    await broker.shutdown()


if __name__ == "__main__":
    sys.exit(main())
