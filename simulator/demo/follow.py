"""The daemon's socket -> its lines, through all its deaths: whoever follows comes back as soon as there is one again."""

import asyncio
import json
from pathlib import Path
from typing import Final

from simulator.demo.witness import Witness

_LOOK_S: Final = 0.02  # while nobody listens; a daemon says nothing of note in its first 20 ms
_LINE_BYTES: Final = 1 << 20


class Follower:
    """Hands every whole line to the witness; may ask for a status in between."""

    def __init__(self, socket: Path, witness: Witness) -> None:
        self._socket = socket
        self._witness = witness
        self._writer: asyncio.StreamWriter | None = None
        self._heard = asyncio.Event()

    async def hears(self) -> None:
        """Until the next line."""
        self._heard.clear()
        await self._heard.wait()

    def ask(self) -> None:
        """The status, please; it comes as a line like any other. Nothing happens while nobody listens."""
        if self._writer is not None:
            self._writer.write(b'{"ask":"status"}\n')

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._socket, limit=_LINE_BYTES)
            except OSError:
                await asyncio.sleep(_LOOK_S)
                continue
            self._writer = writer
            try:
                await self._hand_on(reader)
            finally:
                self._writer = None
                writer.close()
                self._witness.lost()

    async def _hand_on(self, reader: asyncio.StreamReader) -> None:
        try:
            while (line := await reader.readline()).endswith(b"\n"):  # a kill may leave half a line
                self._witness.take(json.loads(line))
                self._heard.set()
        except OSError:
            return
