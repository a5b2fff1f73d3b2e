"""A broker's URL -> every batch that passes it, in order: a second subscriber, who answers nothing unless a test makes him."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from proto import batches, control, topics
from proto.batches import Batch
from proto.control import Held, Refused
from proto.lanes import BY_WORD
from proto.ranges import Ranges

CONNECT_S: Final = 20.0
Answer = Callable[["Observer", str, Batch], None]


class Observer:
    """`with Observer(port) as observer`: subscribed. `answer(observer, vehicle, batch)` is called for each batch."""

    def __init__(self, port: int, answer: Answer | None = None) -> None:
        self.batches: list[Batch] = []
        self._port = port
        self._answer = answer
        self._subscribed = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, "observer")
        self._client.on_connect = self._connected
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._heard

    def __enter__(self) -> "Observer":
        self._client.connect("127.0.0.1", self._port)
        self._client.loop_start()
        assert self._subscribed.wait(CONNECT_S), "the observer is not subscribed"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def receipt(self, vehicle: str, batch: Batch) -> None:
        """What headquarters says once it has committed the batch."""
        held = Held(batch.epoch, batch.lane, Ranges([(batch.first, batch.last)]))
        self._client.publish(topics.down(vehicle, "receipt"), control.encode_held([held]), qos=1)

    def refuse(self, vehicle: str, batch: Batch) -> None:
        """What headquarters says when it cannot read the batch."""
        refused = Refused(batch.epoch, batch.lane, batch.first, batch.last, "made up")
        self._client.publish(topics.down(vehicle, "refused"), control.encode_refused(refused), qos=1)

    def _connected(self, *_: Any) -> None:  # noqa: ANN401 - paho's five arguments
        self._client.subscribe(topics.ALL_UP, qos=1)

    def _heard(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        topic = topics.parse(message.topic)
        if topic is None or topic.vehicle is None or topic.word not in BY_WORD:
            return
        batch = batches.decode(bytes(message.payload))
        self.batches.append(batch)
        if self._answer is not None:
            self._answer(self, topic.vehicle, batch)
