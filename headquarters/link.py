"""Broker <-> headquarters: messages in, answers out, `hello` at every connection. The only file of headquarters/ that knows MQTT."""

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import aiomqtt
from aiomqtt.exceptions import MqttConnectError

from headquarters.addresses import Broker
from headquarters.arrivals import Message, message
from headquarters.backoff import Backoff
from headquarters.receiver.answers import Answer
from proto import topics
from proto.control import encode_hello

KEEPALIVE_S: Final = 15
CONNECT_S: Final = 4.0
ANSWERS_AT_ONCE: Final = 16  # below the 20 that the client lets be in flight

# Without it a receipt waits for the broker's delayed acknowledgement of the PUBACK before it: 40 ms a round, measured.
_SOCKET: Final = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)
_WORLD: Final = (OSError, aiomqtt.MqttError)
_TOO_NEW: Final = frozenset(
    {1, 132}
)  # CONNACK of 3.1.1 "unacceptable protocol version"; of 5 "unsupported protocol version"
_REFUSED: Final = 128  # SUBACK codes from here on are refusals, in 3.1.1 and in 5

log = logging.getLogger(__name__)


class Inbox(Protocol):
    """Where messages go."""

    def put(self, message: Message) -> bool:
        """Whether there was room."""
        ...


class _HungUpError(aiomqtt.MqttError):
    """The broker closed the connection instead of answering."""


class Link:
    """The connection, kept up for ever. `draw()`: fresh random bytes that tell one connection from the next."""

    def __init__(self, broker: Broker, take: str, draw: Callable[[], bytes], backoff: Backoff) -> None:
        self._broker = broker
        self._take = take
        self._draw = draw
        self._backoff = backoff
        self._identifier = f"patrol-hq-{draw().hex()}"
        self._protocol = aiomqtt.ProtocolVersion.V5
        self._client: aiomqtt.Client | None = None
        self._was_lost = False
        self._was_up = False
        self.up = asyncio.Event()
        """Set while headquarters is subscribed and has said hello."""
        self.unsaid = 0
        """Answers that the broker did not take; the cars ask again."""
        self.refused = 0
        """Of what was said over this connection, how much the broker refused by its reason code (MQTT 5)."""

    async def listen(self, inbox: "Inbox") -> None:
        """For ever: connect, subscribe, say hello, take in. Backs off while the broker is away."""
        while True:
            try:
                await self._connection(inbox)
            except _WORLD as error:
                if self._falls_back(error):
                    continue
                self._lost(error)
            await asyncio.sleep(self._backoff.next_s())

    async def say(self, answers: Sequence[Answer]) -> None:
        """Hand the answers over, as soon as there is a link; what the broker then does not take is counted and left."""
        await self.up.wait()
        client = self._client
        assert client is not None
        for at in range(0, len(answers), ANSWERS_AT_ONCE):
            some = answers[at : at + ANSWERS_AT_ONCE]
            said = await asyncio.gather(
                *(client.publish(one.topic, one.payload, qos=one.qos) for one in some), return_exceptions=True
            )
            for outcome in said:
                if isinstance(outcome, _WORLD):
                    self.unsaid += 1
                elif outcome is not None:
                    raise outcome

    async def _connection(self, inbox: "Inbox") -> None:
        self.refused = 0
        async with self._new_client() as client:
            codes = await client.subscribe(self._take, qos=1)
            if any(_code(code) >= _REFUSED for code in codes):
                raise aiomqtt.MqttError("the broker refused the subscription")
            await client.publish(topics.HELLO, encode_hello(self._draw()), qos=1)
            self._found(client)
            try:
                async for said in client.messages:
                    inbox.put(message(said.topic.value, bytes(said.payload)))
            finally:
                self.up.clear()

    def _new_client(self) -> aiomqtt.Client:
        client = aiomqtt.Client(
            self._broker.host,
            self._broker.port,
            username=self._broker.username,
            password=self._broker.password,
            identifier=self._identifier,
            protocol=self._protocol,
            timeout=CONNECT_S,
            keepalive=KEEPALIVE_S,
            max_inflight_messages=20,
            socket_options=_SOCKET,
            tls_context=self._broker.tls_context(),
        )  # a new client begins with a clean session, in either version
        client.pending_calls_threshold = 2 * ANSWERS_AT_ONCE + 1  # answers, and chunks beside them
        client._client.connect_timeout = CONNECT_S  # aiomqtt has no parameter for it; paho's own default is 5 s
        self._overhear(client)
        return client

    def _overhear(self, client: aiomqtt.Client) -> None:
        """What aiomqtt 2.5 does not tell: that a PUBACK is a refusal, and that a broker hung up before its CONNACK."""
        loop, connecting = asyncio.get_running_loop(), client._connected

        def published(paho: Any, state: Any, mid: int, code: Any, properties: Any) -> None:  # noqa: ANN401 - paho's
            client._on_publish(paho, state, mid, code, properties)
            if code.value >= _REFUSED:
                self._refused_to_say(code)

        def disconnected(*words: Any) -> None:  # noqa: ANN401 - paho's
            client._on_disconnect(*words)
            loop.call_soon_threadsafe(_hung_up, connecting)

        client._client.on_publish = published
        client._client.on_disconnect = disconnected

    def _refused_to_say(self, code: object) -> None:
        """To be named once a connection: the cars would wait for receipts for ever."""
        if not self.refused:
            log.error("the broker refuses what headquarters says (pe/1/+/down/+, pe/1/all/+): %s", code)
        self.refused += 1

    def _falls_back(self, error: Exception) -> bool:
        """Whether the broker is too old for MQTT 5; then 3.1.1 is spoken for the rest of this process.

        RabbitMQ 3.10 says so by hanging up. A broker that is going down does so too, but not one that spoke 5 before.
        """
        if isinstance(error, _HungUpError):
            refused = not self._was_up
        else:
            refused = isinstance(error, MqttConnectError) and _code(error.rc) in _TOO_NEW
        if not refused or self._protocol is aiomqtt.ProtocolVersion.V311:
            return False
        log.info("the broker does not speak MQTT 5, trying 3.1.1")
        self._protocol = aiomqtt.ProtocolVersion.V311
        return True

    def _lost(self, error: Exception) -> None:
        log.log(logging.DEBUG if self._was_lost else logging.WARNING, "link lost: %s", error)
        self._was_lost = True

    def _found(self, client: aiomqtt.Client) -> None:
        self._client = client
        self._was_up = True
        self.up.set()
        log.info("link up, MQTT %s", "5" if self._protocol is aiomqtt.ProtocolVersion.V5 else "3.1.1")
        self._was_lost = False
        self._backoff.reset()


def _hung_up(connecting: "asyncio.Future[None]") -> None:
    if not connecting.done():
        connecting.set_exception(_HungUpError("the broker hung up before it answered"))


def _code(code: object) -> int:
    """A reason code of either version as its number."""
    return int(getattr(code, "value", code))  # type: ignore[call-overload, no-any-return]
