"""The car's connection to the broker: the one place of aiomqtt in the car. Messages down come out, messages up go in.

A PUBACK is no proof of anything (docs/decisions/0003), so nobody waits for one; only its reason code is handed on. Every
connection is a new session; what a broker keeps or forgets between connections does not matter.
"""

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from types import ModuleType
from typing import Any, Final

import aiomqtt
from aiomqtt.exceptions import MqttConnectError
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edge.config.car import Broker
from edge.uplink.credentials import Credentials, Shown
from edge.uplink.reason_codes import ENDED, FIRST_FAILURE, REFUSED, WRONG_VERSION

log = logging.getLogger(__name__)

CONNECT_S: Final = 4.0  # with the longest back-off of 2 s: connected within 6 s of the broker's return
KEEPALIVE_S: Final = 15
GOODBYE_S: Final = 0.2  # a broker that does not answer may not hold up the end of the process
NO_DELAY: Final = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # Nagle and delayed ACKs cost 40 ms a receipt (m)
DRAIN_S: Final = 0.5  # between two messages up: closer together, receipts are waited for; a trickle is seconds apart
MOST_WAITING: Final = 256  # messages down that wait to be read; state that is asked for again
WORLD: Final[tuple[type[Exception], ...]] = (OSError, aiomqtt.MqttError)

_PROTOCOLS: Final = {"5": aiomqtt.ProtocolVersion.V5, "3.1.1": aiomqtt.ProtocolVersion.V311}


class RefusedError(aiomqtt.MqttError):
    """The broker does not let this car do what it must; the text names it. One of WORLD."""


class Connection:
    """A connection that is up. `messages` ends with MqttError when it is lost."""

    def __init__(self, client: aiomqtt.Client, most_aliases: int) -> None:
        self._client = client
        self._most_aliases = most_aliases
        self._told: dict[str, Properties] = {}
        """With the number of each topic."""
        self._said_s = -DRAIN_S
        self._drains = False

    async def messages(self) -> AsyncIterator[tuple[str, bytes]]:
        """(topic, payload) of what comes down."""
        async for message in self._client.messages:
            if self._drains:
                self._ack(quickly=True)
            payload = message.payload
            yield message.topic.value, payload if isinstance(payload, bytes) else b""

    async def publish(self, topic: str, payload: bytes) -> None:
        """Hands a message to the connection, QoS 1, and does not wait for its PUBACK. MqttError: the connection is lost."""
        now_s = time.monotonic()
        self._drains, self._said_s = now_s - self._said_s < DRAIN_S, now_s
        self._ack(quickly=self._drains)
        name, properties = self._named(topic)
        try:
            await self._client.publish(name, payload, qos=1, properties=properties, timeout=0)
        except aiomqtt.MqttCodeError:
            raise
        except aiomqtt.MqttError:
            pass  # "timed out": it is on its way
        if properties is not None:
            self._told[topic] = properties
        self._client._client._last_msg_out = now_s  # paho 2.2 forgets to (_packet_write), and pings beside our messages

    def _named(self, topic: str) -> tuple[str, Properties | None]:
        """A topic by its number, once the broker has been told it over this connection (MQTT 5, section 3.3.2.3.4)."""
        if (told := self._told.get(topic)) is not None:
            return "", told
        if len(self._told) >= self._most_aliases:
            return topic, None
        properties: Any = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.TopicAlias = len(self._told) + 1
        return topic, properties

    def _ack(self, *, quickly: bool) -> None:
        """A broker without TCP_NODELAY holds a receipt back until our ACK of its PUBACK, which Linux delays by 40 ms.

        In a drain that is dear. Else it is the receipt's ACK too, which after a pause Linux would send at once, and twice.
        The option does not last (tcp(7)), so it is set again at every message.
        """
        channel = self._client._client.socket()  # a plain socket, or TLS around one
        if channel is not None and hasattr(channel, "setsockopt"):
            with contextlib.suppress(OSError):  # closed under us: the loss shows where it is read
                channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, int(quickly))


class Link:
    """How to reach the broker; remembers which MQTT it speaks. `has_time()`: the clock is good enough for certificates."""

    def __init__(self, broker: Broker, vehicle: str, has_time: Callable[[], bool] = lambda: True) -> None:
        self._broker = broker
        self._vehicle = vehicle
        self._has_time = has_time
        self._credentials = Credentials(broker, vehicle)
        self._tls = import_module("edge.uplink.tls") if broker.is_tls else None  # 5 MB that not every car needs
        self._versions = [broker.mqtt] if broker.mqtt != "auto" else ["5", "3.1.1"]
        self._was_connected = False

    @property
    def version(self) -> str:
        """The MQTT version in use, or to be tried next."""
        return self._versions[0]

    @asynccontextmanager
    async def connected(
        self, topics: tuple[str, ...], acknowledged: Callable[[int], None] = lambda _: None
    ) -> AsyncIterator[Connection]:
        """A new session that listens to `topics`; `acknowledged` gets the reason code of every PUBACK.

        Raises one of WORLD, in an engineer's words, when there is none to be had or when it is lost.
        """
        if self._broker.is_tls and not self._has_time():
            raise aiomqtt.MqttError("waiting for the time: certificates cannot be judged by a clock that was never set")
        shown = await asyncio.to_thread(self._credentials.read)
        ear = _Ear(acknowledged, self._tls)
        client = self._client(shown, ear)
        try:
            async with client:
                self._was_connected = True
                await _listen(client, topics)
                try:
                    yield Connection(client, ear.most_aliases)
                finally:
                    client.timeout = GOODBYE_S
        except aiomqtt.MqttError as error:
            raise self._in_words(error, ear) from error

    def _client(self, shown: Shown, ear: "_Ear") -> aiomqtt.Client:
        version = _PROTOCOLS[self.version]
        is_five = version is aiomqtt.ProtocolVersion.V5
        settings: dict[str, Any] = {"clean_start": True} if is_five else {"clean_session": True}
        client = aiomqtt.Client(
            self._broker.host,
            self._broker.port,
            username=self._broker.user,
            password=shown.password,
            tls_context=shown.context,
            logger=ear.logger,
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
        ear.put_to(client)
        return client

    def _in_words(self, error: aiomqtt.MqttError, ear: "_Ear") -> aiomqtt.MqttError:
        """The same error; another version of MQTT is tried next when that may be the cause."""
        beneath = ear.alert or error.__context__
        if isinstance(error, RefusedError):
            return error
        if ear.was_hung_up_on and ear.alert is None:
            return self._hung_up()
        if isinstance(beneath, OSError):
            return aiomqtt.MqttError(self._tls.words_of(beneath) if self._tls else beneath.strerror or str(beneath))
        code = _code_of(error)
        if code is None:
            return error
        if not isinstance(error, MqttConnectError):
            return aiomqtt.MqttError(ENDED.get(code, f"the broker ended the connection: {error}"))
        if code in WRONG_VERSION:
            return self._other_version(f"the broker does not speak MQTT {self.version}")
        return RefusedError(REFUSED[code]) if code in REFUSED else error

    def _hung_up(self) -> aiomqtt.MqttError:
        reason = "the broker hung up before it answered"
        if self._broker.is_tls:
            reason += " (perhaps it does not accept this car's certificate)"
        # So RabbitMQ 3.10 treats a version that it does not know; but so does a broker that is going down.
        return aiomqtt.MqttError(reason) if self._was_connected else self._other_version(reason)

    def _other_version(self, reason: str) -> aiomqtt.MqttError:
        if len(self._versions) > 1:
            self._versions.reverse()
            reason = f"{reason}: MQTT {self.version} is tried next"
        return aiomqtt.MqttError(reason)


class _Ear:
    """What an aiomqtt client hears but does not tell. Reaches behind aiomqtt 2.5 and paho 2.2; tests/brokers tests it.

    aiomqtt ignores the reason code of a PUBACK, and waits out its whole time-out when a broker hangs up instead of
    answering a CONNECT. An alert that comes after the handshake (TLS 1.3; RFC 8446, section 4.4.2) paho only logs.
    """

    def __init__(self, acknowledged: Callable[[int], None], tls: ModuleType | None) -> None:
        self.alert: OSError | None = None
        self.was_hung_up_on = False
        self.most_aliases = 0
        """How many topics the broker knows by a number; none in 3.1.1."""
        self.logger = logging.Logger("paho", logging.WARNING)  # noqa: LOG001 - each connection has its own
        self.logger.addFilter(self._logged)
        self._acknowledged = acknowledged
        self._tls = tls

    def put_to(self, client: aiomqtt.Client) -> None:
        """Listens to this client from now on, beside its own ears."""
        loop, connecting = asyncio.get_running_loop(), client._connected

        def connected(paho: Any, state: Any, flags: Any, code: Any, properties: Any = None) -> None:  # noqa: ANN401 - paho's
            self.most_aliases = getattr(properties, "TopicAliasMaximum", 0)
            client._on_connect(paho, state, flags, code, properties)

        def published(paho: Any, state: Any, mid: int, code: Any, properties: Any) -> None:  # noqa: ANN401 - paho's
            client._on_publish(paho, state, mid, code, properties)
            self._acknowledged(code.value)

        def disconnected(*words: Any) -> None:  # noqa: ANN401 - paho's
            client._on_disconnect(*words)
            loop.call_soon_threadsafe(self._hung_up, connecting)  # paho may call it on the thread that connects

        client._client.on_connect = connected
        client._client.on_publish = published
        client._client.on_disconnect = disconnected

    def _hung_up(self, connecting: "asyncio.Future[None]") -> None:
        if not connecting.done():
            self.was_hung_up_on = True
            connecting.set_exception(aiomqtt.MqttError("hung up"))

    def _logged(self, record: logging.LogRecord) -> bool:
        said = record.args if isinstance(record.args, tuple) else ()
        if self._tls is not None:
            self.alert = next(filter(self._tls.is_alert, said), self.alert)
        log.debug("paho: %s", record.getMessage())
        return False  # an outage is said once, by its owner


async def _listen(client: aiomqtt.Client, topics: tuple[str, ...]) -> None:
    for topic in topics:
        for code in await client.subscribe(topic, qos=1):
            if _number(code) >= FIRST_FAILURE:
                raise RefusedError(f"the broker's permissions refuse to listen to {topic}")


def _code_of(error: BaseException | None) -> int | None:
    """The reason code of an MQTT error, or of the one behind it."""
    while error is not None:
        if isinstance(error, aiomqtt.MqttCodeError) and error.rc is not None:
            return _number(error.rc)
        error = error.__cause__
    return None


def _number(code: Any) -> int:  # noqa: ANN401 - a number in 3.1.1, paho's ReasonCode in 5
    return int(getattr(code, "value", code))
