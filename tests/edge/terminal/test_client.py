"""The socket as a tool sees it."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.terminal.client import NotRunningError, connected
from tests.patience import PATIENCE_S

Talk = Callable[[socket.socket], None]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[Talk], Path]]:
    """A socket whose one reader is talked to by a function."""
    threads: list[threading.Thread] = []

    def serve_(talk: Talk) -> Path:
        path = tmp_path / "s"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen()

        def once() -> None:
            channel, _ = listener.accept()
            channel.settimeout(PATIENCE_S)
            with channel, listener:
                talk(channel)

        threads.append(threading.Thread(target=once))
        threads[-1].start()
        return path

    yield serve_
    for thread in threads:
        thread.join()


def line(**fields: Any) -> bytes:  # noqa: ANN401 - whatever JSON can say
    return json.dumps(fields).encode() + b"\n"


def test_nobody_listens_is_told_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(NotRunningError, match="patrol-edge run"), connected(tmp_path / "s"):
        pass


def test_an_answer_is_found_among_other_lines(serve: Callable[[Talk], Path]) -> None:
    def talk(channel: socket.socket) -> None:
        channel.sendall(line(kind="status") + line(kind="alert"))
        assert json.loads(channel.recv(1000)) == {"ask": "echo", "word": 7}
        channel.sendall(line(kind="alert") + line(kind="echo", heard=7))

    with connected(serve(talk)) as client:
        assert client.ask("echo", word=7)["heard"] == 7


def test_the_greeting_is_not_taken_for_the_answer(serve: Callable[[Talk], Path]) -> None:
    def talk(channel: socket.socket) -> None:
        channel.sendall(line(kind="status", n=1))
        channel.recv(1000)
        channel.sendall(line(kind="status", n=2))

    with connected(serve(talk)) as client:
        assert client.ask("status")["n"] == 2


def test_a_daemon_that_ends_before_it_answers_is_told(serve: Callable[[Talk], Path]) -> None:
    def talk(channel: socket.socket) -> None:
        channel.sendall(line(kind="status"))
        channel.recv(1000)

    with connected(serve(talk)) as client, pytest.raises(NotRunningError, match="before it answered"):
        client.ask("echo")


def test_a_daemon_that_says_nothing_is_told_and_not_waited_for(serve: Callable[[Talk], Path]) -> None:
    hung_up = threading.Event()

    def talk(channel: socket.socket) -> None:
        channel.sendall(line(kind="status"))
        hung_up.wait(PATIENCE_S)

    with connected(serve(talk), timeout_s=0.1) as client, pytest.raises(NotRunningError, match="does not answer"):
        client.ask("echo")
    hung_up.set()


def test_a_line_that_is_cut_is_told(serve: Callable[[Talk], Path]) -> None:
    def talk(channel: socket.socket) -> None:
        channel.sendall(b'{"kind": "sta')

    with connected(serve(talk)) as client:
        assert list(client.lines()) == []
