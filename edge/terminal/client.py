"""The daemon's socket as a tool sees it: lines of JSON in, requests out. Plain blocking sockets, for command lines."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

ANSWER_S: Final = 5.0  # the daemon answers from memory


class NotRunningError(OSError):
    """Nobody listens on the socket."""


@contextmanager
def connected(path: Path, timeout_s: float | None = ANSWER_S) -> Iterator["Client"]:
    """A connection to the daemon. Raises NotRunningError when there is none."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
        channel.settimeout(timeout_s)
        try:
            channel.connect(str(path))
        except OSError as error:
            raise NotRunningError(
                f"{path}: no patrol-edge is listening ({error.strerror}); start it with: patrol-edge run"
            ) from error
        yield Client(channel)


class Client:
    """One reader's view: `lines` begins with the status."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._file = channel.makefile("rb")

    def lines(self) -> Iterator[dict[str, Any]]:
        """Every line until the daemon ends. Raises NotRunningError when it says nothing for too long."""
        try:
            for line in self._file:
                if not line.endswith(b"\n"):
                    return  # its end was cut off, and so were we
                yield json.loads(line)
        except OSError as error:
            raise NotRunningError(f"the daemon does not answer: {error}") from error

    def ask(self, word: str, /, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON can say
        """The answer to a request; lines about other things are passed over. Raises NotRunningError when the daemon ends first."""
        self._channel.sendall(json.dumps({"ask": word, **fields}).encode() + b"\n")
        status_is_greeting = word == "status"
        for line in self.lines():
            if line["kind"] in (word, "error") and not status_is_greeting:
                return line
            status_is_greeting = status_is_greeting and line["kind"] != "status"
        raise NotRunningError("the daemon ended before it answered")
