"""Connections that end -> the memory of their clients is free before the next one begins."""

import asyncio
import gc
import weakref

from edge.supervision import Outage, keep_running
from edge.uplink.link import WORLD, pause


class _Client:
    """As aiomqtt's: it and what it holds know each other."""

    def __init__(self) -> None:
        self.callback = self.__init__  # type: ignore[misc]


async def test_of_a_client_that_has_ended_nothing_is_left_when_the_next_begins() -> None:
    ended: list[weakref.ref[_Client]] = []
    left: list[int] = []

    async def connect(_: object) -> None:
        left.append(sum(client() is not None for client in ended))
        if len(left) == 3:
            raise asyncio.CancelledError
        client = _Client()
        ended.append(weakref.ref(client))
        raise OSError("lost")

    gc.disable()
    try:
        await asyncio.gather(
            keep_running(connect, Outage("link", lambda *_: None), WORLD, pause, chance=lambda: 0.0),
            return_exceptions=True,
        )
    finally:
        gc.enable()
    assert left == [0, 0, 0]
