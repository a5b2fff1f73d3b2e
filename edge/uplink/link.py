"""The car's connection to the broker: the one place of aiomqtt in the car. Messages down come out, messages up go in.

A PUBACK is no proof of anything (docs/decisions/0003), so nobody waits for one. Every connection is a new session; what
a broker keeps or forgets between connections does not matter.
"""

import contextlib
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import aiomqtt
from aiomqtt.exceptions import MqttConnectError

from edge.config import Broker

log = logging.getLogger(__name__)

CONNECT_S: Final = 4.0  # with the longest back-off of 4 s: connected within 8 s of the broker's return
KEEPALIVE_S: Final = 15
GOODBYE_S: Final = 0.2  # a broker that does not answer may not hold up the end of the process
NO_DELAY: Final = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # Nagle and delayed ACKs cost 40 ms a receipt (m)
MOST_WAITING: Final = 256  # messages down that wait to be read; state that is asked for again
WORLD: Final[tuple[type[Exception], ...]] = (OSError, aiomqtt.MqttError)

_PROTOCOLS: Final = {"5": aiomqtt.ProtocolVersion.V5, "3.1.1": aiomqtt.ProtocolVersion.V311}
_WRONG_VERSION: Final = frozenset({1, 132})  # CONNACK: 3.1.1 table 3.1 and 5.0 table 3-1, unsupported protocol version


class Connection:
    """A connection that is up. `messages` ends with MqttError when it is lost."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client

    async def messages(self) -> AsyncIterator[tuple[str, bytes]]:
        """(topic, payload) of what comes down."""
        async for message in self._client.messages:
            self._ack_quickly()
            payload = message.payload
            yield message.topic.value, payload if isinstance(payload, bytes) else b""

    async def publish(self, topic: str, payload: bytes) -> None:
        """Hands a message to the connection, QoS 1, and does not wait for its PUBACK. MqttError: the connection is lost."""
        self._ack_quickly()
        try:
            await self._client.publish(topic, payload, qos=1, timeout=0)
        except aiomqtt.MqttCodeError:
            raise
        except aiomqtt.MqttError:
            return  # "timed out": it is on its way

    def _ack_quickly(self) -> None:
        """A broker without TCP_NODELAY holds a receipt back until our ACK of its PUBACK, which Linux delays by 40 ms.

        The option does not last (tcp(7)), so it is set again at every message.
        """
        channel = self._client._client.socket()  # a plain socket, or TLS around one
        if channel is not None and hasattr(channel, "setsockopt"):
            with contextlib.suppress(OSError):  # closed under us: the loss shows where it is read
                channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


class Link:
    """How to reach the broker; remembers which MQTT it speaks."""

    def __init__(self, broker: Broker, vehicle: str) -> None:
        self._broker = broker
        self._vehicle = vehicle
        self._versions = [broker.mqtt] if broker.mqtt != "auto" else ["5", "3.1.1"]

    @property
    def version(self) -> str:
        """The MQTT version in use, or to be tried next."""
        return self._versions[0]

    @asynccontextmanager
    async def connected(self, topics: tuple[str, ...]) -> AsyncIterator[Connection]:
        """A new session that listens to `topics`. Raises one of WORLD when there is none to be had, or when it is lost."""
        try:
            client = self._client()
            async with client:
                for topic in topics:
                    await client.subscribe(topic, qos=1)
                try:
                    yield Connection(client)
                finally:
                    client.timeout = GOODBYE_S
        except MqttConnectError as error:
            self._try_other_version(error.rc)
            raise

    def _client(self) -> aiomqtt.Client:
        version = _PROTOCOLS[self.version]
        is_five = version is aiomqtt.ProtocolVersion.V5
        settings: dict[str, Any] = {"clean_start": True} if is_five else {"clean_session": True}
        client = aiomqtt.Client(
            self._broker.host,
            self._broker.port,
            identifier=self._vehicle,
            protocol=version,
            timeout=CONNECT_S,
            keepalive=KEEPALIVE_S,
            max_queued_incoming_messages=MOST_WAITING,
            socket_options=[NO_DELAY],
            **settings,
        )
        client.pending_calls_threshold = MOST_WAITING
        client._client.connect_timeout = CONNECT_S  # aiomqtt has no name for it; paho's default is 5 s
        return client

    def _try_other_version(self, code: object) -> None:
        if getattr(code, "value", code) in _WRONG_VERSION and len(self._versions) > 1:
            log.info("the broker does not speak MQTT %s", self._versions.pop(0))
