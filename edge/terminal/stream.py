"""What happens in the daemon -> lines of JSON to every reader of the local socket, at once and without waiting for any.

The first line a reader gets is `status`; a line `{"ask": ...}` from a reader is answered. A reader that does not keep up
is cut off: it connects again and reads the status.
"""

import asyncio
import inspect
import json
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

MAX_BEHIND_BYTES: Final = 1 << 20  # some 5,000 lines: a reader that lags this far will not catch up
MAX_READERS: Final = 32
MAX_ASK_BYTES: Final = 65_536
SOCKET_MODE: Final = 0o660

Answer = Callable[[dict[str, Any]], dict[str, Any] | Awaitable[dict[str, Any]]]
"""A request line's object -> the fields of its answer, at once or later; a reader's answers come in the order of its asks."""


class SocketInUseError(OSError):
    """Another daemon answers on this socket."""


class EventStream:
    """The readers of one socket."""

    def __init__(self) -> None:
        self.cut_off = 0
        """Readers that were too slow."""
        self._writers: set[asyncio.StreamWriter] = set()
        self._answers: dict[str, Answer] = {}

    def on_ask(self, word: str, answer: Answer) -> None:
        """Who answers `{"ask": word}`; `status` is also what a new reader is greeted with."""
        self._answers[word] = answer

    def say(self, kind: str, /, **fields: Any) -> None:  # noqa: ANN401 - whatever JSON can say
        """One line to every reader. Never waits, never raises for a reader's sake."""
        if not self._writers:
            return
        line = _line(kind, fields)
        for writer in tuple(self._writers):
            if writer.transport.get_write_buffer_size() > MAX_BEHIND_BYTES:
                self.cut_off += 1
                self._writers.discard(writer)
                writer.transport.abort()
            else:
                writer.write(line)

    @asynccontextmanager
    async def served_at(self, path: Path) -> AsyncIterator[None]:
        """Listens on a Unix socket of mode 0660. Raises SocketInUseError when another daemon does."""
        listener = _bound(path)
        server = await asyncio.start_unix_server(self._serve, sock=listener, limit=MAX_ASK_BYTES)
        try:
            yield
        finally:
            server.close()
            for writer in tuple(self._writers):
                writer.transport.abort()
            path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._writers) >= MAX_READERS:
            writer.transport.abort()
            return
        writer.write(await self._answered(b'{"ask": "status"}'))
        self._writers.add(writer)
        try:
            while line := await reader.readline():
                writer.write(await self._answered(line))
                await writer.drain()
        except (OSError, ValueError):  # ValueError: a line beyond MAX_ASK_BYTES
            writer.transport.abort()
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answered(self, line: bytes) -> bytes:
        try:
            request = json.loads(line)
        except ValueError:
            request = None
        word = request.get("ask") if isinstance(request, dict) else None
        answer = self._answers.get(word) if isinstance(word, str) else None
        if answer is None:
            known = ", ".join(sorted(self._answers))
            return _line("error", {"reason": f'a request is one JSON object a line with "ask": one of {known}'})
        said = answer(request)
        return _line(str(word), await said if inspect.isawaitable(said) else said)


def _line(kind: str, fields: dict[str, Any]) -> bytes:
    return json.dumps({"kind": kind, **fields, "mono_ns": time.monotonic_ns()}).encode() + b"\n"


def _bound(path: Path) -> socket.socket:
    path.parent.mkdir(parents=True, exist_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.is_socket():
            if _is_answered(path):
                raise SocketInUseError(f"{path}: another patrol-edge is running")
            path.unlink()
        # The mode is set before anybody can connect: the name appears by a rename.
        hidden = path.with_name(f".{os.getpid()}")  # short: a socket's path has 107 bytes at most
        hidden.unlink(missing_ok=True)
        listener.bind(str(hidden))
        hidden.chmod(SOCKET_MODE)
        listener.listen(MAX_READERS)
        hidden.rename(path)
    except BaseException:
        listener.close()
        raise
    return listener


def _is_answered(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)  # a daemon too busy to accept is there: BlockingIOError
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            return True
    return True
